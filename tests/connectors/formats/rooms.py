"""A store in a folder and an engine beside it, with a word for each of what formats are asked to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.engine import open_engine
from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.folder import FolderFiles
from headwater.connectors.formats.opening import open_files, write_rows
from headwater.connectors.formats.protocol import Format
from headwater.connectors.formats.source_files import SourceFiles
from headwater.connectors.statements import run_statement
from headwater.data.schema import Schema
from headwater.settings import EngineSettings


@dataclass(frozen=True, slots=True)
class Room:
    """`folder` is the container `c` of the store."""

    folder: Path
    engine: duckdb.DuckDBPyConnection
    store: FolderFiles

    def put(self, name: str, content: bytes | str) -> Path:
        file = self.folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def write(self, format_: Format, table: pa.Table, name: str) -> Path:
        """Write an Arrow table as a sink would."""
        self.engine.register("given", table)
        staged = self.store.stage("c", name)
        try:
            write_rows(self.engine, exp.select("*").from_("given"), staged, format_, name, f"File '{name}'")
        except BaseException:
            staged.discard()
            raise
        staged.commit()
        return self.folder / name

    def read(self, format_: Format, *names: str) -> list[dict[str, Any]]:
        """Read files as a source would."""
        files, reading = open_files(self.engine, self.store, format_)
        with faults_as(DUCKDB, ", ".join(names)):
            return self._rows(reading.scan([files.url("c", name) for name in names], None))

    def _rows(self, scan: exp.Expr) -> list[dict[str, Any]]:
        query = exp.select("*").from_(scan)
        columns = [row[0] for row in run_statement(self.engine, f"DESCRIBE {query.sql('duckdb')}")]
        return [dict(zip(columns, row, strict=True)) for row in run_statement(self.engine, query)]

    def describe(self, format_: Format, name: str) -> Schema:
        files, reading = open_files(self.engine, self.store, format_)
        return reading.describe(self.engine, [files.url("c", name)])

    def opened(self, format_: Format) -> SourceFiles:
        return open_files(self.engine, self.store, format_)[0]


@contextmanager
def room_in(folder: Path) -> Iterator[Room]:
    """Yield a room whose files lie below a folder."""
    (folder / "c").mkdir(parents=True)
    engine = open_engine(EngineSettings(threads=2), folder / "scratch")
    try:
        yield Room(folder / "c", engine, FolderFiles(folder))
    finally:
        engine.close()
