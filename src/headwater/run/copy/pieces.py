"""Rows cut into files of limited length, as `maxRowsPerFile` asks for, while they stream by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec
import pyarrow as pa

from headwater.data.locations import FileLocation

PIECE = "headwater_piece"


class Pieces:
    """Batches of a reader as several readers, one after the other; each is to be read to its end."""

    def __init__(self, reader: pa.RecordBatchReader, most: int) -> None:
        self._schema: pa.Schema = reader.schema
        self._batches: Iterator[pa.RecordBatch] = (batch for batch in reader if batch.num_rows)
        self._most = most
        self._rest: pa.RecordBatch | None = next(self._batches, None)

    @property
    def has_more(self) -> bool:
        return self._rest is not None

    def next(self) -> pa.RecordBatchReader:
        """Return the next rows, as many as may be together."""
        return pa.RecordBatchReader.from_batches(self._schema, self._piece())

    def _piece(self) -> Iterator[pa.RecordBatch]:
        left = self._most
        while left and self._rest is not None:
            batch = self._rest
            yield batch.slice(0, left)
            self._rest = batch.slice(left) if batch.num_rows > left else next(self._batches, None)
            left -= min(left, batch.num_rows)


def piece_of(target: FileLocation, number: int, prefix: str | None, extension: str) -> FileLocation:
    """Return where a piece goes: `<prefix>_00000.csv`; without a prefix, the name that the one file would have."""
    name = target.file or f"data{extension}"
    extension = extension if name.endswith(extension) else PurePosixPath(name).suffix
    return msgspec.structs.replace(target, file=f"{prefix or name.removesuffix(extension)}_{number:05}{extension}")
