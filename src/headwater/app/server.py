"""The account, the workspaces and Studio on one port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import uvicorn
from litestar import Litestar

from headwater.app import address
from headwater.app.pace import pace_of_a_server
from headwater.errors import Fault, Place, SettingsError
from headwater.settings import Project


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files: the certificate with its chain, and its key (none: the same file)."""

    certificate: Path
    key: Path | None = None


def tls_files(project: Project) -> Tls | None:
    """Return the files that the settings name, relative to the project, or None for a server without TLS."""
    settings = project.settings.server
    if settings.tls_certificate is None:
        if settings.tls_key is not None:
            cure = "Name the certificate too: tls_certificate."
            raise SettingsError(Fault("SET-014", "[server] names a tls_key and no tls_certificate", Place(), cure))
        return None
    key = None if settings.tls_key is None else project.root / settings.tls_key
    return Tls(project.root / settings.tls_certificate, key)


class Server:
    """A running server; a context manager that listens on entry and stops on exit."""

    def __init__(self, app: Litestar, host: str, port: int, tls: Tls | None = None) -> None:
        self._host = host
        self._scheme = "http"
        config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=2)
        if tls is not None:
            self._scheme = "https"
            config.ssl_certfile, config.ssl_keyfile = tls.certificate, tls.key
            _load(config, tls)
        self._socket = _listen(host, port)
        self._server = uvicorn.Server(config)
        self._pace = pace_of_a_server()
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="headwater-server", daemon=True
        )

    @property
    def url(self) -> str:
        """Base URL, without a trailing slash."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._scheme}://{host}:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Server:
        self._pace.__enter__()
        # The socket listens already: a client that comes before the loop runs waits in its backlog.
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._pace.__exit__(kind, error, traceback)
        self._socket.close()

    def serve_forever(self) -> None:
        """Block until the server ends; Ctrl-C ends it."""
        while self._thread.is_alive():
            self._thread.join(timeout=3600)


class StudioServer:
    """A server of a project. While it runs, a file in the data folder tells `headwater sign-in` where."""

    def __init__(self, server: Server, data: Path, code: Callable[[], str], on_start: Callable[[], None]) -> None:
        self._server = server
        self._data = data
        self._code = code
        self._on_start = on_start

    def __enter__(self) -> StudioServer:
        self._server.__enter__()
        address.put(self._data, self._server.url)
        self._on_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        address.remove(self._data)
        self._server.__exit__(kind, error, traceback)

    @property
    def url(self) -> str:
        return self._server.url

    def sign_in_url(self) -> str:
        """Return an address that signs in once."""
        return f"{self.url}/sign-in?token={self._code()}"

    def serve_forever(self) -> None:
        """Block until the server ends; Ctrl-C ends it."""
        self._server.serve_forever()


def _load(config: uvicorn.Config, tls: Tls) -> None:
    """Read the certificate. Raises SettingsError."""
    try:
        config.load()
    except OSError as error:
        # ssl.SSLError is one too.
        cure = "Mend tls_certificate and tls_key in [server]: PEM files that this process may read and that fit."
        message = f"The certificate '{tls.certificate}' cannot be used: {error.strerror or error}"
        raise SettingsError(Fault("SET-014", message, Place(), cure)) from error


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said to be TCP, or asyncio leaves Nagle's algorithm on, and every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        cure = "Give another: headwater serve --port 0 picks a free one."
        raise SettingsError(
            Fault("SET-008", f"Cannot listen on {host}:{port}: {error.strerror}", Place(), cure)
        ) from error
    listener.listen(128)
    return listener
