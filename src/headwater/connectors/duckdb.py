"""Tables in a DuckDB file: the stand-in for a SQL database, with real transactions and no server.

The file is open only while something is read or written, so that other processes can look at it in between. Each
commit leaves a row in `headwater.commits`, in the same transaction, which is how `committed` knows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.dialects import default_schema
from headwater.connectors.duckdb_session import Session
from headwater.connectors.duckdb_write import MARKERS, StagedDuckDbTable, has_table
from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.protocol import Staged, TableWrite, Token
from headwater.connectors.queries import query_for
from headwater.connectors.registry import Shape
from headwater.connectors.sql_types import schema_of
from headwater.connectors.statements import run_statement
from headwater.data.locations import QueryLocation, Store, TableLocation
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, Fault
from headwater.settings import Binding

BATCH_ROWS = 100_000
MEMORY_LIMIT = "512MB"


def open_binding(store: Store, binding: Binding, root: Path, shape: Shape) -> DuckDbTables:  # noqa: ARG001 one shape
    """Return the tables of `duckdb:<path>`, relative to `root`. The file is made when it is first opened."""
    path = root / binding.url.partition(":")[2]

    def open_file() -> Session:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Set after connecting: two connections of one process to one file must be configured alike.
        session = Session.of_file(path)
        try:
            configure(session.connection)
        except BaseException:
            session.close()
            raise
        return session

    def configure(connection: duckdb.DuckDBPyConnection) -> None:
        if not _is_kept(connection):
            cure = "Bind the linked service to another file in headwater.toml."
            raise ConnectorError(
                Fault("CON-022", f"'{path.name}' of '{store.linked_service}' is no database file", cure=cure)
            )
        run_statement(connection, "SET autoinstall_known_extensions = false")
        run_statement(connection, "SET autoload_known_extensions = false")
        run_statement(connection, "SET memory_limit = ?", [MEMORY_LIMIT])
        run_statement(connection, "SET TimeZone = 'UTC'")
        run_statement(connection, "SET async_threads = 0")

    return DuckDbTables(store, open_file)


class DuckDbTables:
    """Tables behind `open_`, which gives a new session of the same database each time."""

    dialect = "duckdb"

    def __init__(self, store: Store, open_: Callable[[], Session]) -> None:
        self._store = store
        self._open = open_

    def describe(self, source: TableLocation | QueryLocation) -> Schema | None:
        with self._connected() as connection, faults_as(DUCKDB, self._what(source)):
            if isinstance(source, TableLocation) and not has_table(connection, *self._named(source)):
                return None
            return schema_of(connection.sql(self._select(source, None)))

    def tables(self) -> Sequence[TableLocation]:
        query = exp.select("table_schema", "table_name").from_("information_schema.tables").order_by("1", "2")
        query = query.where(exp.column("table_schema").neq(MARKERS.db))
        with self._connected() as connection, faults_as(DUCKDB, "The database"):
            rows = run_statement(connection, query)
        return tuple(TableLocation(self._store, schema, table) for schema, table in rows)

    def is_view(self, table: TableLocation) -> bool:
        query = (
            "SELECT 1 FROM duckdb_views() WHERE lower(schema_name) = lower(?) AND lower(view_name) = lower(?) "
            "AND NOT internal"
        )
        with self._connected() as connection, faults_as(DUCKDB, self._what(table)):
            return bool(run_statement(connection, query, self._named(table)))

    @contextlib.contextmanager
    def read(
        self, source: TableLocation | QueryLocation, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        if self.describe(source) is None:
            raise ConnectorError(
                Fault(
                    "CON-031", f"{self._what(source)} does not exist", cure="Check the schema and table of the dataset."
                )
            )
        with self._connected() as connection:
            with faults_as(DUCKDB, self._what(source)):
                reader = connection.sql(self._select(source, columns)).to_arrow_reader(BATCH_ROWS)
            try:
                yield pa.RecordBatchReader.from_batches(reader.schema, self._batches(reader, source))
            finally:
                # A result that is left half read would hold the database's threads.
                reader.close()

    def stage(self, table: TableLocation, write: TableWrite) -> StagedDuckDbTable:
        with faults_as(DUCKDB, self._what(table)):
            session = self._open()
        schema, name = self._named(table)
        target = exp.table_(name, db=schema, quoted=True)
        return StagedDuckDbTable(session, self._store, target, write, self._what(table))

    def stage_beside(self, table: TableLocation, write: TableWrite, other: Staged) -> StagedDuckDbTable:
        assert isinstance(other, StagedDuckDbTable), "a store is given its own writes"
        schema, name = self._named(table)
        target = exp.table_(name, db=schema, quoted=True)
        return StagedDuckDbTable(other.session, self._store, target, write, self._what(table), other)

    def committed(self, token: Token) -> bool:
        query = exp.select("1").from_(MARKERS.copy()).where(exp.column("id").eq(exp.Placeholder()))
        with self._connected() as connection, faults_as(DUCKDB, "The database"):
            if not has_table(connection, MARKERS.db, MARKERS.name):
                return False
            return bool(run_statement(connection, query, [token["id"]]))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with faults_as(DUCKDB, f"The database of '{self._store.linked_service}'"):
            session = self._open()
        connection = session.connection
        try:
            schema = default_schema(self._store.kind)
            if schema is not None and has_schema(connection, schema):
                # An unqualified name in a query means the same schema as in the declared store.
                run_statement(connection, "SET search_path = ?", [f"{schema},main"])
            yield connection
        finally:
            session.close()

    def _batches(self, reader: pa.RecordBatchReader, source: TableLocation | QueryLocation) -> Iterator[pa.RecordBatch]:
        with faults_as(DUCKDB, self._what(source)):
            yield from reader

    def _select(self, source: TableLocation | QueryLocation, columns: Sequence[str] | None) -> str:
        wanted = [exp.column(name, quoted=True) for name in columns] if columns is not None else [exp.Star()]
        if isinstance(source, TableLocation):
            schema, name = self._named(source)
            return exp.select(*wanted).from_(exp.table_(name, db=schema, quoted=True)).sql("duckdb")
        text = query_for(source.text, self._store, self.dialect)
        if columns is None:
            return text
        return exp.select(*wanted).from_(exp.maybe_parse(text, dialect="duckdb").subquery("query")).sql("duckdb")

    def _named(self, table: TableLocation) -> tuple[str, str]:
        return table.schema or default_schema(self._store.kind) or "main", table.table

    def _what(self, source: TableLocation | QueryLocation) -> str:
        if isinstance(source, QueryLocation):
            return f"The query on '{self._store.linked_service}'"
        return f"Table '{'.'.join(self._named(source))}' of '{self._store.linked_service}'"


def _is_kept(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the database is in a file. DuckDB opens CSV, JSON and Parquet as one in memory, which is lost."""
    query = "SELECT 1 FROM duckdb_databases() WHERE database_name = current_database() AND path IS NOT NULL"
    return bool(run_statement(connection, query))


def has_schema(connection: duckdb.DuckDBPyConnection, schema: str) -> bool:
    """Return whether the database has a schema; case does not matter."""
    query = "SELECT 1 FROM information_schema.schemata WHERE lower(schema_name) = lower(?)"
    return bool(run_statement(connection, query, [schema]))
