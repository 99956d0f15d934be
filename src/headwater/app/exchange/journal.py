"""What an exchange that was broken off had sent, so that the next one goes on there.

A line is an entity: guid here, guid there. The file goes away when an exchange ends, since by the next one the other
side may have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from headwater import typed
from headwater.errors import Fault, Place, SettingsError


class Line(msgspec.Struct, frozen=True):
    here: str
    there: str


class Journal:
    """A file that grows while entities are sent; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept: set[str] = set()

    def read(self) -> dict[str, str]:
        """Return guids there by guids here, of the exchange that was broken off. Raises SettingsError."""
        if self._path is None or not self._path.is_file():
            return {}
        try:
            # The last line of a process that was killed may be torn.
            whole = self._path.read_bytes().rpartition(b"\n")[0]
            lines = [typed.decode(line, Line) for line in whole.splitlines()]
        except (OSError, msgspec.DecodeError) as error:
            cure = "Delete it to send everything anew."
            raise SettingsError(
                Fault("SET-021", f"'{self._path.name}' cannot be read: {error}", Place(), cure)
            ) from error
        self._kept = {line.here for line in lines}
        return {line.here: line.there for line in lines}

    def keep(self, guids: Mapping[str, str]) -> None:
        """Add what was sent since."""
        if self._path is None:
            return
        new = [Line(here, there) for here, there in guids.items() if here not in self._kept]
        self._kept.update(line.here for line in new)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as stream:
            stream.write(b"".join(msgspec.json.encode(line) + b"\n" for line in new))

    def end(self) -> None:
        """Forget it all."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
