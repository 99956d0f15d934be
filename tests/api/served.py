"""An account and its application on a loopback port, as real clients reach it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from headwater.access.account import Account
from headwater.api.server import create_app


@dataclass(frozen=True)
class Served:
    account: Account
    url: str


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    account = Account.open(folder / "account", name="contoso")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(uvicorn.Config(create_app(account), log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Served(account, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        account.close()
