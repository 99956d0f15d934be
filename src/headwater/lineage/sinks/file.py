"""Appends facts to a file, one JSON object a line; a fact that is already there is not written again."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from headwater import typed
from headwater.errors import Fault
from headwater.lineage.facts import FactKey, LineageFact, encode
from headwater.lineage.sinks.protocol import Receipt, Unavailable


class _Line(msgspec.Struct, frozen=True):
    key: FactKey


class FileSink:
    """The file's folder must exist. A line that a kill cut off is ended and its fact written again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._there: set[FactKey] = set()
        self._read_to = 0

    async def deliver(self, fact: LineageFact) -> Receipt:
        """Append the fact and flush it to disk. Raises Unavailable if the file cannot be written."""
        try:
            self._append(fact)
        except OSError as error:
            message = f'The lineage file "{self._path.name}" cannot be written: {error.strerror}'
            raise Unavailable(Fault("LIN-010", message)) from error
        relationships = sum(len(operation.inputs) + 1 for operation in fact.operations)
        return Receipt(sum(1 for _ in fact.assets()), relationships)

    def _append(self, fact: LineageFact) -> None:
        with self._path.open("a+b") as file:
            file.seek(self._read_to)
            last = b"\n"
            for last in file:
                if last.endswith(b"\n"):
                    self._read_to += len(last)
                    self._there.update(_keys(last))
            if fact.key in self._there:
                return
            start = b"" if last.endswith(b"\n") else b"\n"
            file.write(start + encode(fact).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _keys(line: bytes) -> tuple[FactKey, ...]:
    """Return the key of a line, or nothing of what is no fact, such as a line that a kill cut off."""
    try:
        return (typed.decode(line, _Line).key,)
    except msgspec.DecodeError:
        return ()
