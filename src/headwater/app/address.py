"""Where the server of a project runs: while it does, a file in the data folder tells the other verbs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from headwater.errors import Fault, Place, SettingsError

_FILE = "server.url"


def put(data: Path, url: str) -> None:
    (data / _FILE).write_text(url, encoding="utf-8")


def remove(data: Path) -> None:
    (data / _FILE).unlink(missing_ok=True)


def of_sign_in(data: Path, code: Callable[[], str]) -> str:
    """Return an address that signs in once to the project's running server. Raises SettingsError."""
    file = data / _FILE
    if not file.is_file():
        cure = "Start it in another terminal: headwater serve"
        raise SettingsError(Fault("SET-011", "No server of this project runs", Place(), cure))
    return f"{file.read_text(encoding='utf-8')}/sign-in?token={code()}"
