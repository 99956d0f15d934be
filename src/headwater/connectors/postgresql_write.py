"""A write to a PostgreSQL table: one transaction from `stage` to `commit`, rows by COPY … FROM STDIN.

Several writes to one database may share a transaction, and become visible together.

Batches go in binary where every column's type has the form that the target reads, else as CSV, which the server
parses into whatever type the column has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

import pgpq
import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import sql
from sqlglot import exp

from headwater.connectors.faults import PSYCOPG, faults_as
from headwater.connectors.postgresql_types import PgColumn, schema_of, wire_type
from headwater.connectors.protocol import TableWrite, Token
from headwater.connectors.queries import statements_for
from headwater.connectors.sql_types import engine_type
from headwater.connectors.upsert import action_statements, refuse_repeated, repeated_keys, upsert_statements
from headwater.data.locations import Store
from headwater.data.schema import Schema
from headwater.data.types import Array, Map, Struct
from headwater.errors import ConnectorError, Fault

_INCOMING = "headwater_incoming"


class StagedPostgresTable:
    """Holds the connection and its transaction; both end with `commit` or `discard`."""

    def __init__(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        store: Store,
        target: tuple[str, str],
        write: TableWrite,
        what: str,
        committed: Callable[[Token], bool],
        first: StagedPostgresTable | None = None,
    ) -> None:
        self._connection = connection
        self._first: StagedPostgresTable = self if first is None else first._first
        self._shared: list[StagedPostgresTable] = [self] if first is None else self._first._shared
        self._is_prepared = self._is_committed = False
        self._store = store
        self._schema, self._table = target
        self._target = sql.Identifier(*target)
        self._write = write
        self._what = what
        self._committed = committed
        self._token: Token = {}
        try:
            with faults_as(PSYCOPG, what):
                self._begin()
        except BaseException:
            self.discard()
            raise
        if first is not None:
            self._shared.append(self)

    @property
    def connection(self) -> psycopg.Connection[tuple[object, ...]]:
        """The connection whose transaction this is."""
        return self._connection

    @property
    def token(self) -> Token:
        return self._token

    @property
    def schema(self) -> Schema:
        with faults_as(PSYCOPG, self._what):
            return schema_of(PgColumn.of(self._connection, sql.SQL("SELECT * FROM {}").format(self._target)))

    def write(self, batches: pa.RecordBatchReader) -> int:
        names = batches.schema.names
        with faults_as(PSYCOPG, self._what):
            action = self._write.action
            if self._write.mode != "upsert" and action is None:
                return self._copy(self._target, batches)
            incoming = sql.Identifier(_INCOMING)
            self._run(sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP").format(incoming, self._target))
            if action is not None:
                self._run(sql.SQL("ALTER TABLE {} ADD COLUMN {} TEXT").format(incoming, sql.Identifier(action)))
            rows = self._copy(incoming, batches)
            keys = self._write.keys or self._primary_key()
            target = exp.table_(self._table, db=self._schema, quoted=True)
            new = exp.table_(_INCOMING, quoted=True)
            if action is None:
                statements = upsert_statements(target, new, names, keys, self._what)
                repeated = self._connection.execute(repeated_keys(new, keys).sql("postgres").encode()).fetchall()
                refuse_repeated(repeated, keys, self._what)
            else:
                statements = action_statements(target, new, names, keys, action, self._what)
            for statement in statements:
                self._connection.execute(statement.sql("postgres").encode())
            self._run(sql.SQL("DROP TABLE {}").format(incoming))
            return rows

    def prepare(self) -> None:
        if self._is_prepared:
            return
        with faults_as(PSYCOPG, self._what):
            self._script(self._write.post_script)
            # What is checked at the commit is checked now, while all sinks can still be taken back.
            self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self._is_prepared = True

    def commit(self) -> None:
        if self._first._is_committed:
            return
        for write in self._shared:
            write.prepare()
        with faults_as(PSYCOPG, self._what):
            try:
                self._connection.commit()
            except psycopg.OperationalError:
                # The connection broke while the answer was on its way: ask whether it had happened.
                self.discard()
                if not self._committed(self._token):
                    raise
        self._first._is_committed = True
        self._connection.close()

    def discard(self) -> None:
        # Closing without a commit rolls back.
        with contextlib.suppress(psycopg.Error):
            self._connection.close()

    def _begin(self) -> None:
        row = self._connection.execute("SELECT pg_current_xact_id()::text").fetchone()
        self._token = {"xid": str(row[0]) if row else "", "key": self._write.key}
        self._script(self._write.pre_script)
        if self._write.mode == "recreate":
            self._run(sql.SQL("DROP TABLE IF EXISTS {}").format(self._target))
        name = self._target.as_string(self._connection)
        found = self._connection.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
        exists = bool(found and found[0])
        if not exists and (self._write.auto_create or self._write.mode == "recreate"):
            self._create()
        elif not exists:
            raise ConnectorError(
                Fault("CON-031", f"{self._what} does not exist", cure='Create it, or set "tableOption": "autoCreate".')
            )
        elif self._write.mode == "truncate":
            self._run(sql.SQL("TRUNCATE TABLE {}").format(self._target))

    def _create(self) -> None:
        nested = [column.name for column in self._write.schema if isinstance(column.type, Array | Map | Struct)]
        if nested:
            raise ConnectorError(
                Fault(
                    "CON-034",
                    f"{self._what} cannot be created: the columns {nested} hold objects or lists",
                    cure="Map them to strings, or create the table beforehand.",
                )
            )
        self._run(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema)))
        columns = [
            sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(engine_type(column.type).sql("postgres")))
            for column in self._write.schema
        ]
        self._run(sql.SQL("CREATE TABLE {} ({})").format(self._target, sql.SQL(", ").join(columns)))

    def _copy(self, table: sql.Identifier, batches: pa.RecordBatchReader) -> int:
        names = sql.SQL(", ").join(map(sql.Identifier, batches.schema.names))
        targets = PgColumn.of(self._connection, sql.SQL("SELECT {} FROM {}").format(names, table))
        wires = [wire_type(target.kind, field.type) for target, field in zip(targets, batches.schema, strict=True)]
        encoded: Iterator[tuple[int, bytes]]
        if all(wire is not None for wire in wires):
            form, encoded = "binary", _binary(batches, wires, self._what)
        else:
            form, encoded = "csv", _csv(batches, self._what)
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(table, names, sql.SQL(form))
        rows = 0
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for count, data in encoded:
                rows += count
                copy.write(data)
        return rows

    def _primary_key(self) -> tuple[str, ...]:
        query = (
            "SELECT a.attname FROM pg_index i "
            "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) "
            "WHERE i.indrelid = to_regclass(%s) AND i.indisprimary ORDER BY array_position(i.indkey, a.attnum)"
        )
        rows = self._connection.execute(query, [self._target.as_string(self._connection)]).fetchall()
        return tuple(str(name) for (name,) in rows)

    def _script(self, script: str | None) -> None:
        for statement in statements_for(script, self._store, "postgres") if script else ():
            self._connection.execute(statement.encode())

    def _run(self, statement: sql.Composed) -> None:
        self._connection.execute(statement)


def _binary(
    batches: pa.RecordBatchReader, wires: Sequence[pa.DataType | None], what: str
) -> Iterator[tuple[int, bytes]]:
    """Yield the rows and bytes of each batch. Raises ConnectorError for a value that does not fit its column."""
    schema = pa.schema([pa.field(name, wire) for name, wire in zip(batches.schema.names, wires, strict=True)])
    encoder = pgpq.ArrowToPostgresBinaryEncoder(schema)
    yield 0, encoder.write_header()
    for batch in batches:
        yield batch.num_rows, encoder.write_batch(_cast(batch, schema, what))
    yield 0, encoder.finish()


def _cast(batch: pa.RecordBatch, schema: pa.Schema, what: str) -> pa.RecordBatch:
    columns = []
    for field, column in zip(schema, batch.columns, strict=True):
        try:
            columns.append(column.cast(field.type))
        except pa.ArrowException as error:
            raise ConnectorError(
                Fault(
                    "CON-032",
                    f"{what}: a value of column '{field.name}' does not fit its type: {error}",
                    cure="Mend the value, or give the column a wider type.",
                )
            ) from error
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _csv(batches: pa.RecordBatchReader, what: str) -> Iterator[tuple[int, bytes]]:
    """Yield the rows and text of each batch. Raises ConnectorError for a type that has no text (lists, objects)."""
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    for batch in batches:
        buffer = pa.BufferOutputStream()
        try:
            pyarrow.csv.write_csv(_printable(batch), buffer, options)
        except pa.ArrowException as error:
            cure = "Map columns that hold lists or objects to strings."
            raise ConnectorError(Fault("CON-034", f"{what} cannot take a column: {error}", cure=cure)) from error
        yield batch.num_rows, buffer.getvalue().to_pybytes()


def _printable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Put what CSV has no form for into the text that PostgreSQL reads."""
    columns = [
        pa.array([None if v is None else f"\\x{v.hex()}" for v in column.to_pylist()], pa.string())
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
