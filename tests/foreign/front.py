"""What stands between an unmodified client and an account on this machine: TLS, and a proxy that leads there.

Clients insist on https and on the names of Microsoft's hosts. A certificate of a test authority bears these names,
and a loopback proxy connects whatever host is asked for to the one port where the account speaks TLS.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import trustme
import uvicorn

from api.served import Served, served
from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api.server import create_app

ACCOUNT = "contoso"
TENANT = "headwater"
HOSTS = ("*.purview.azure.com", "*.guardian.purview.azure.com", "login.microsoftonline.com", "management.azure.com")


@dataclass(frozen=True)
class Front:
    """An account behind TLS and the proxy, and the key of an application that may do everything in it."""

    server: Served
    https: str
    proxy: str
    authority: Path
    application: Principal
    secret: str

    @property
    def account(self) -> Account:
        return self.server.account

    @property
    def root(self) -> str:
        return self.account.catalog.collections.root

    def environment(self) -> Mapping[str, str]:
        """What a shell sets before it starts a program that is meant for the service."""
        return {
            "HTTPS_PROXY": self.proxy,
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(self.authority),
            "IDENTITY_ENDPOINT": f"{self.server.url}/msi/token",
            "IDENTITY_HEADER": self.secret,
            "PURVIEW_NAME": ACCOUNT,
        }

    def stranger(self) -> tuple[Principal, str]:
        """Make a principal without any role; return it and its secret."""
        principal = self.account.principals.ensure("application", "stranger")
        return principal, self.account.principals.add_secret(principal.id)


@contextmanager
def fronted(folder: Path) -> Iterator[Front]:
    """Serve an account over http and https, and a proxy before it."""
    authority = trustme.CA()
    file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    issued = authority.issue_cert(*HOSTS, "127.0.0.1", "localhost")
    certificate = folder / "certificate.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with served(folder) as server, _tls(server.account, certificate) as port, _proxy(port) as proxy:
        account = server.account
        application = account.principals.ensure("application", "client")
        for role in ("data-curator", "collection-administrator", "data-source-administrator"):
            account.roles.grant(application, role, account.catalog.collections.root, by=account.owner.id)
        secret = account.principals.add_secret(application.id)
        yield Front(server, f"https://127.0.0.1:{port}", proxy, file, application, secret)


@contextmanager
def _tls(account: Account, certificate: Path) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(create_app(account), log_level="error", lifespan="off", ssl_certfile=str(certificate))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        # Clients keep connections that they may use again, and TLS waits half a minute for each to say farewell.
        server.should_exit = server.force_exit = True
        thread.join()
        listener.close()


class _Connect(StreamRequestHandler):
    """Answers CONNECT for any host with a way to the account."""

    target: int

    def handle(self) -> None:
        line = self.rfile.readline()
        while self.rfile.readline() not in {b"\r\n", b""}:
            pass
        if not line.startswith(b"CONNECT "):
            self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.target)) as there:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(there, self.connection), daemon=True)
            back.start()
            _pump(self.connection, there)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    # The other direction ends too, when one side has gone.
    for one in (source, sink):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def _proxy(target: int) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), type("Connect", (_Connect,), {"target": target}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
