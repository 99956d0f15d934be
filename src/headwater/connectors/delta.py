"""Delta tables in folders of a store of files: read as of any version, written in one transaction of the table's log.

Rows that are to be written wait beside the system's temporary files until the commit, because one call of the library
both writes and commits. The transaction carries the write's key, by which `committed` finds it in the log.
"""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import TableNotFoundError

from headwater.connectors.faults import DELTA, faults_as
from headwater.connectors.formats.arrow_zones import with_zones
from headwater.connectors.formats.options import option_count, option_flag, option_text
from headwater.connectors.protocol import Address, AddressedFiles, FileStore, TableWrite, Token, WriteMode
from headwater.data.batch import schema_from_arrow
from headwater.data.locations import QueryLocation, TableLocation
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

TYPE = "Delta"
"""Type of a dataset that is such a table; its location has the container as schema and the folder as table."""

_ENOUGH_FILES = 50
"""Files from which on a table is compacted by itself."""


@dataclass(frozen=True, slots=True)
class DeltaOptions:
    """What a data flow's script says of a table."""

    version: int | None = None
    timestamp: str = ""
    overwrite: bool = False
    truncate: bool = False
    merge_schema: bool = False
    vacuum_hours: int = 0
    compact: bool = False


def delta_options(properties: Mapping[str, Json]) -> DeltaOptions:
    """Return the options. Raises ConnectorError for one that does not fit."""
    version = properties.get("versionAsOf")
    return DeltaOptions(
        version=None if version in (None, "") else option_count(properties, "versionAsOf", 0, TYPE),
        timestamp=option_text(properties, "timestampAsOf", "", TYPE),
        overwrite=option_flag(properties, "overwrite", False, TYPE),
        truncate=option_flag(properties, "deltaTruncate", False, TYPE),
        merge_schema=option_flag(properties, "mergeSchema", False, TYPE),
        vacuum_hours=option_count(properties, "vacuum", 0, TYPE),
        compact=option_flag(properties, "autoCompact", False, TYPE),
    )


def open_folder_tables(files: FileStore, properties: Mapping[str, Json]) -> DeltaTables:
    """Return the tables in the folders of a store. Raises ConnectorError if the library cannot reach its files."""
    if not isinstance(files, AddressedFiles):
        message = "The store holds files that a Delta table cannot be kept in"
        raise ConnectorError(Fault("CON-034", message, cure="Bind its linked service to a folder or an Azure account."))
    return DeltaTables(files, delta_options(properties))


class DeltaTables:
    """A store of tables: `TableLocation(schema=container, table=folder)`."""

    dialect = "duckdb"

    def __init__(self, files: AddressedFiles, options: DeltaOptions) -> None:
        self._files = files
        self._options = options

    def describe(self, source: TableLocation | QueryLocation) -> Schema | None:
        table = self._at(_table(source))
        if table is None:
            return None
        with faults_as(DELTA, _what(_table(source))):
            return schema_from_arrow(_dataset(table).schema)

    def tables(self) -> Sequence[TableLocation]:
        return ()

    def is_view(self, table: TableLocation) -> bool:  # noqa: ARG002 a folder is none
        return False

    @contextmanager
    def read(
        self, source: TableLocation | QueryLocation, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        location = _table(source)
        table = self._at(location)
        if table is None:
            raise ConnectorError(Fault("CON-031", f"{_what(location)} does not exist", cure="Check its folder."))
        with faults_as(DELTA, _what(location)):
            rows = _dataset(table).scanner(columns=None if columns is None else list(columns)).to_reader()
        yield rows

    def stage(self, table: TableLocation, write: TableWrite) -> StagedDelta:
        if write.pre_script or write.post_script:
            cure = "Do their work in an activity before or after the data flow."
            raise ConnectorError(Fault("CON-034", f"{_what(table)} takes no SQL scripts", cure=cure))
        target = self._open(table.schema or "", table.table, latest=True)
        return StagedDelta(self._files.address(table.schema or "", table.table), table, target, write, self._options)

    def committed(self, token: Token) -> bool:
        table = self._open(str(token["container"]), str(token["folder"]), latest=True)
        return table is not None and table.transaction_version(str(token["key"])) is not None

    def _at(self, location: TableLocation) -> DeltaTable | None:
        return self._open(location.schema or "", location.table)

    def _open(self, container: str, folder: str, *, latest: bool = False) -> DeltaTable | None:
        """Open the table as of the version or time that is asked for; None if there is none."""
        address = self._files.address(container, folder)
        with faults_as(DELTA, f"Delta table '{folder}' in '{container}'"):
            try:
                table = DeltaTable(address.url, storage_options=dict(address.options) or None)
            except TableNotFoundError:
                return None
            if latest:
                return table
            if self._options.version is not None:
                table.load_as_version(self._options.version)
            elif self._options.timestamp:
                table.load_as_version(_moment(self._options.timestamp))
        return table


class StagedDelta:
    """Rows that wait for their commit. A target that is not there is made, and then takes all rows."""

    def __init__(
        self, address: Address, location: TableLocation, target: DeltaTable | None, write: TableWrite, own: DeltaOptions
    ) -> None:
        self._address = address
        self._location = location
        self._target = target
        self._write = write
        self._own = own
        self._folder = Path(tempfile.mkdtemp(prefix="headwater-delta-"))

    @property
    def token(self) -> Token:
        return {
            "container": self._location.schema or "",
            "folder": self._location.table,
            "key": self._write.key,
        }

    @property
    def schema(self) -> Schema:
        if self._target is None or self._mode == "recreate":
            return self._write.schema
        return schema_from_arrow(_dataset(self._target).schema)

    @property
    def _mode(self) -> WriteMode:
        if self._own.overwrite:
            return "recreate"
        return "truncate" if self._own.truncate else self._write.mode

    def write(self, batches: pa.RecordBatchReader) -> int:
        """Keep all rows for the commit, in the table's types. Raises ConnectorError for a column that it lacks."""
        schema = self._fitting(batches.schema)
        count = 0
        with faults_as(DELTA, _what(self._location)), pq.ParquetWriter(self._rows, schema) as writer:
            for batch in batches:
                count += batch.num_rows
                writer.write_batch(batch if batch.schema.equals(schema) else batch.cast(schema))
        return count

    def prepare(self) -> None:
        """Find out whether the rows have been kept; the table itself answers only to its commit."""
        if not self._rows.is_file():
            raise ConnectorError(Fault("CON-014", f"{_what(self._location)} has no rows staged", cure="Run it again."))

    def commit(self) -> None:
        try:
            with faults_as(DELTA, _what(self._location)):
                # First, so that nothing can fail once the rows are visible.
                self._tidy()
                self._commit()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def discard(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _rows(self) -> Path:
        return self._folder / "rows.parquet"

    def _fitting(self, given: pa.Schema) -> pa.Schema:
        """Return the schema of the rows as they are kept: with the table's types where it has the column."""
        zoned = pa.schema([field.with_type(with_zones(field.type)) for field in given])
        if self._target is None or self._mode == "recreate":
            return zoned
        held = _dataset(self._target).schema
        extra = [name for name in zoned.names if name not in held.names and name != self._write.action]
        if extra and not self._own.merge_schema:
            names = ", ".join(f"'{name}'" for name in extra)
            cure = f"It has {', '.join(held.names)}. Map the columns, or set mergeSchema: true."
            raise ConnectorError(Fault("CON-034", f"{_what(self._location)} has no column {names}", cure=cure))
        return pa.schema([held.field(field.name) if field.name in held.names else field for field in zoned])

    def _commit(self) -> None:
        action = self._write.action
        if self._target is not None and action is not None:
            self._merge(self._target, action)
        else:
            mode: Literal["append", "overwrite"] = "append" if self._mode == "insert" else "overwrite"
            replaced: Literal["merge", "overwrite"] | None = "overwrite" if self._mode == "recreate" else None
            write_deltalake(
                self._target or self._address.url,
                self._kept([action] if action else []),
                mode=mode,
                schema_mode=replaced or ("merge" if self._own.merge_schema else None),
                storage_options=dict(self._address.options) or None,
                commit_properties=self._properties(),
            )

    def _merge(self, table: DeltaTable, action: str) -> None:
        columns = [name for name in pq.read_schema(self._rows).names if name != action]
        values = {_quoted(name): f"s.{_quoted(name)}" for name in columns}
        same = " AND ".join(f"t.{_quoted(key)} = s.{_quoted(key)}" for key in self._write.keys)
        said = f"s.{_quoted(action)}"
        merge = table.merge(
            self._kept([]),
            same,
            source_alias="s",
            target_alias="t",
            merge_schema=self._own.merge_schema,
            commit_properties=self._properties(),
        )
        merge = merge.when_matched_delete(f"{said} = 'delete'")
        merge = merge.when_matched_update(values, f"{said} IN ('update', 'upsert')")
        merge.when_not_matched_insert(values, f"{said} IN ('insert', 'upsert')").execute()

    def _kept(self, without: Sequence[str]) -> pa.RecordBatchReader:
        rows = ds.dataset(self._rows, format="parquet")
        return rows.scanner(columns=[name for name in rows.schema.names if name not in without]).to_reader()

    def _properties(self) -> CommitProperties:
        return CommitProperties(app_transactions=[Transaction(self._write.key, 1)])

    def _tidy(self) -> None:
        """Compact and vacuum what is there, as the script says; no row changes by it."""
        table = self._target
        if table is None or not (self._own.compact or self._own.vacuum_hours):
            return
        if self._own.compact and len(table.file_uris()) >= _ENOUGH_FILES:
            table.optimize.compact()
        if self._own.vacuum_hours:
            table.vacuum(self._own.vacuum_hours, dry_run=False, enforce_retention_duration=False)


def _dataset(table: DeltaTable) -> ds.Dataset:
    return table.to_pyarrow_dataset()


def _table(source: TableLocation | QueryLocation) -> TableLocation:
    if isinstance(source, TableLocation):
        return source
    raise ConnectorError(Fault("CON-034", "A Delta table takes no queries", cure="Read it, and filter after."))


def _what(location: TableLocation) -> str:
    return f"Delta table '{location.table}' in '{location.schema}'"


def _moment(text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError as error:
        cure = "Write it as 2024-01-31T00:00:00Z."
        raise ConnectorError(Fault("CON-021", f"Delta: 'timestampAsOf' is {text!r}", cure=cure)) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
