"""The stand-ins for every store: Parquet files for what is read and written as files, a DuckDB file for tables."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.connectors import duckdb
from headwater.connectors.folder import FolderFiles
from headwater.connectors.formats.parquet import Parquet
from headwater.connectors.protocol import AnyStore, TableWrite
from headwater.data.batch import arrow_schema
from headwater.data.locations import FileLocation, Store, TableLocation
from headwater.data.schema import Schema
from headwater.plan.resolved import ResolvedDataset
from headwater.settings import Binding

_FILES = Store("rehearsal", "AzureBlobFS")
_TABLES = Store("rehearsal", "AzureSqlDatabase")
_DATABASE = "tables.duckdb"
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder of one flow: `sources/` and `sinks/` hold a Parquet file a stream, tables stand in `tables.duckdb`."""

    folder: Path
    files: FolderFiles = field(init=False)
    tables: duckdb.DuckDbTables = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", FolderFiles(self.folder))
        tables = duckdb.open_binding(_TABLES, Binding(url=f"duckdb:{_DATABASE}"), self.folder, "tables")
        object.__setattr__(self, "tables", tables)

    def clear(self) -> None:
        """Make the folder, and remove what an earlier rehearsal left in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("sinks", "sources"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for file in self.folder.glob(f"{_DATABASE}*"):
            file.unlink()

    def connect(self, dataset: ResolvedDataset) -> AnyStore:
        return self.files if isinstance(dataset.location, FileLocation) else self.tables

    def file(self, container: str, stream: str) -> ResolvedDataset:
        """Return the dataset of a stream that is a file."""
        location = FileLocation(_FILES, container, "", f"{file_name(stream)}.parquet")
        return ResolvedDataset(stream, "Parquet", location, Parquet(), Schema())

    def table(self, stream: str) -> ResolvedDataset:
        """Return the dataset of a stream that is a table."""
        return ResolvedDataset(stream, "AzureSqlTable", TableLocation(_TABLES, "dbo", stream), None, Schema())

    def fill(self, dataset: ResolvedDataset, rows: pa.Table) -> None:
        """Write the rows of a source."""
        assert isinstance(dataset.location, FileLocation), "a source is a file"
        target = Path(self.files.url(dataset.location.container, dataset.location.path))
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, target)

    def make(self, dataset: ResolvedDataset, schema: Schema, rows: Sequence[dict[str, object]]) -> None:
        """Make the table of a sink, with rows that some of its changes will find. Raises ConnectorError."""
        assert isinstance(dataset.location, TableLocation), "only tables are made"
        held = pa.Table.from_pylist(list(rows), schema=arrow_schema(schema))
        staged = self.tables.stage(dataset.location, TableWrite(schema, key="rehearsal", auto_create=True))
        try:
            staged.write(held.to_reader())
            staged.commit()
        except BaseException:
            staged.discard()
            raise

    def kept(self, dataset: ResolvedDataset) -> Path:
        """Return the file that holds what a sink wrote; a table is written into one first."""
        location = dataset.location
        if isinstance(location, FileLocation):
            return Path(self.files.url(location.container, location.path))
        target = self.folder / "sinks" / f"{file_name(dataset.name)}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.tables.read(location) as reader:
            pq.write_table(reader.read_all(), target)
        return target


def file_name(name: str) -> str:
    """Return a name as a file or folder can have it."""
    return _UNSAFE.sub("_", name).strip(".") or "_"
