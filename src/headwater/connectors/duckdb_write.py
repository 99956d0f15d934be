"""A write to a table of a DuckDB database: one transaction from `stage` to `commit`, which several writes may share."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from uuid import uuid4

import duckdb
import pyarrow as pa
from sqlglot import exp

from headwater.connectors.duckdb_session import Session
from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.protocol import TableWrite, Token
from headwater.connectors.queries import statements_for
from headwater.connectors.sql_types import engine_type, schema_of
from headwater.connectors.statements import count_of, run_statement
from headwater.connectors.upsert import action_statements, refuse_repeated, repeated_keys, upsert_statements
from headwater.data.locations import Store
from headwater.data.schema import Schema
from headwater.data.types import STRING
from headwater.errors import ConnectorError, Fault

MARKERS = exp.table_("commits", db="headwater", quoted=True)
_INCOMING = "headwater_incoming"
_WAITS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


class StagedDuckDbTable:
    """Holds the connection and its transaction; both end with `commit` or `discard`."""

    def __init__(
        self,
        session: Session,
        store: Store,
        target: exp.Table,
        write: TableWrite,
        what: str,
        first: StagedDuckDbTable | None = None,
    ) -> None:
        self._session = session
        self._connection = session.connection
        self._first: StagedDuckDbTable = self if first is None else first._first
        self._shared: list[StagedDuckDbTable] = [self] if first is None else self._first._shared
        self._is_prepared = self._is_committed = False
        self._store = store
        self._target = target
        self._write = write
        self._what = what
        self._token: Token = {"id": uuid4().hex, "key": write.key}
        try:
            self._begin()
        except BaseException:
            self.discard()
            raise
        if first is not None:
            self._shared.append(self)

    @property
    def session(self) -> Session:
        """Where the transaction is."""
        return self._session

    @property
    def token(self) -> Token:
        return self._token

    @property
    def schema(self) -> Schema:
        with faults_as(DUCKDB, self._what):
            return schema_of(self._connection.sql(exp.select("*").from_(self._target.copy()).sql("duckdb")))

    def write(self, batches: pa.RecordBatchReader) -> int:
        columns = [exp.to_identifier(name, quoted=True) for name in batches.schema.names]
        with faults_as(DUCKDB, self._what):
            # Not unregistered after a failure: the transaction is aborted then, and the connection about to close.
            self._connection.register(_INCOMING, batches)
            if self._write.mode == "upsert" or self._write.action is not None:
                count = self._change(batches.schema.names)
            else:
                rows = exp.select(*[exp.column(name, quoted=True) for name in batches.schema.names]).from_(_INCOMING)
                count = self._run(exp.insert(rows, self._target, columns=columns))
            self._connection.unregister(_INCOMING)
            return count

    def prepare(self) -> None:
        if self._is_prepared:
            return
        marker = exp.insert(exp.values([(exp.Placeholder(), exp.Placeholder())]), MARKERS, columns=["id", "key"])
        with faults_as(DUCKDB, self._what):
            self._script(self._write.post_script)
            run_statement(self._connection, marker, [self._token["id"], self._write.key])
        self._is_prepared = True

    def commit(self) -> None:
        if self._first._is_committed:
            return
        for write in self._shared:
            write.prepare()
        with faults_as(DUCKDB, self._what):
            run_statement(self._connection, "COMMIT")
        self._first._is_committed = True
        self._session.close()

    def discard(self) -> None:
        with contextlib.suppress(duckdb.Error):
            run_statement(self._connection, "ROLLBACK")
        with contextlib.suppress(duckdb.Error):
            self._session.close()

    def _begin(self) -> None:
        with faults_as(DUCKDB, self._what):
            if self._first is self:
                self._make_markers()
            if self._write.auto_create or self._write.mode == "recreate":
                # In a transaction of its own: two writes that both make the schema would conflict.
                self._make_schema(self._target.db)
            if self._first is self:
                run_statement(self._connection, "BEGIN")
            self._script(self._write.pre_script)
            if self._write.mode == "recreate":
                self._run(exp.Drop(tables=[self._target.copy()], kind="TABLE", exists=True))
            exists = has_table(self._connection, self._target.db, self._target.name)
            if not exists and (self._write.auto_create or self._write.mode == "recreate"):
                self._create()
            elif not exists:
                raise ConnectorError(
                    Fault(
                        "CON-031", f"{self._what} does not exist", cure='Create it, or set "tableOption": "autoCreate".'
                    )
                )
            if exists and self._write.mode == "truncate":
                self._run(exp.delete(self._target.copy()))

    def _create(self) -> None:
        columns = [
            exp.ColumnDef(this=exp.to_identifier(column.name, quoted=True), kind=engine_type(column.type))
            for column in self._write.schema
        ]
        self._run(exp.Create(this=exp.Schema(this=self._target.copy(), expressions=columns), kind="TABLE"))

    def _change(self, names: list[str]) -> int:
        """Bring the rows in by their keys; return how many there were."""
        keys = self._write.keys or tuple(self._primary_key())
        self._run(
            exp.Create(
                this=_incoming_table(), kind="TABLE", properties=_TEMPORARY, expression=exp.select("*").from_(_INCOMING)
            )
        )
        rows = run_statement(self._connection, exp.select("count(*)").from_(_incoming_table()))
        action = self._write.action
        if action is None:
            statements = upsert_statements(self._target, _incoming_table(), names, keys, self._what)
            refuse_repeated(run_statement(self._connection, repeated_keys(_incoming_table(), keys)), keys, self._what)
        else:
            statements = action_statements(self._target, _incoming_table(), names, keys, action, self._what)
        for statement in statements:
            self._run(statement)
        self._run(exp.Drop(tables=[_incoming_table()], kind="TABLE"))
        return count_of(rows)

    def _primary_key(self) -> Iterator[str]:
        query = (
            "SELECT unnest(constraint_column_names) FROM duckdb_constraints() "
            "WHERE constraint_type = 'PRIMARY KEY' AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?)"
        )
        for (name,) in run_statement(self._connection, query, [self._target.db, self._target.name]):
            yield str(name)

    def _make_markers(self) -> None:
        if has_table(self._connection, MARKERS.db, MARKERS.name):
            return
        self._make_schema(MARKERS.db)
        column = exp.ColumnDef(
            this=exp.to_identifier("committed_at"),
            kind=exp.DataType(this=exp.DType.TIMESTAMP),
            constraints=[exp.ColumnConstraint(kind=exp.DefaultColumnConstraint(this=exp.CurrentTimestamp()))],
        )
        names = [exp.ColumnDef(this=exp.to_identifier(name), kind=engine_type(STRING)) for name in ("id", "key")]
        table = exp.Schema(this=MARKERS.copy(), expressions=[*names, column])
        self._make(exp.Create(this=table, kind="TABLE", exists=True))

    def _make_schema(self, name: str) -> None:
        schema = exp.Table(db=exp.to_identifier(name, quoted=True))
        self._make(exp.Create(this=schema, kind="SCHEMA", exists=True))

    def _make(self, statement: exp.Create) -> None:
        """Create what several writes may create at once, in a transaction of its own; one of them wins."""
        for wait_s in (*_WAITS_S, None):
            try:
                self._run(statement)
            except (duckdb.TransactionException, duckdb.CatalogException):
                if wait_s is None:
                    raise
                time.sleep(wait_s)
            else:
                return

    def _script(self, script: str | None) -> None:
        for statement in statements_for(script, self._store, "duckdb") if script else ():
            run_statement(self._connection, statement)

    def _run(self, statement: exp.Expr) -> int:
        return count_of(run_statement(self._connection, statement))


_TEMPORARY = exp.Properties(expressions=[exp.TemporaryProperty()])


def _incoming_table() -> exp.Table:
    return exp.table_(f"{_INCOMING}_rows", db="temp", quoted=True)


def has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Return whether the database has a table or view; case does not matter."""
    query = (
        "SELECT 1 FROM information_schema.tables WHERE lower(table_schema) = lower(?) AND lower(table_name) = lower(?)"
    )
    return bool(run_statement(connection, query, [schema, table]))
