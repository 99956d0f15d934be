"""Tables in PostgreSQL, by psycopg and COPY both ways.

Types are read exactly or as text: `numeric` without a precision, `interval`, `uuid`, `json`, arrays and all that has no
counterpart travel as PostgreSQL writes them, because a number or an interval that is nearly right is wrong.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
import pyarrow as pa
from psycopg import conninfo, sql

from headwater.connectors.credentials import connection_string, password_of, secret_of, unusable
from headwater.connectors.dialects import default_schema
from headwater.connectors.faults import PSYCOPG, faults_as
from headwater.connectors.postgresql_read import copied_out
from headwater.connectors.postgresql_types import PgColumn, schema_of
from headwater.connectors.postgresql_write import StagedPostgresTable
from headwater.connectors.protocol import Staged, TableWrite, Token
from headwater.connectors.queries import query_for
from headwater.connectors.registry import Shape
from headwater.data.locations import QueryLocation, Store, TableLocation
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json
from headwater.settings import Binding

SESSION = (
    "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex "
    "-c extra_float_digits=1 -c client_encoding=UTF8"
)
END_WAIT_S = 10.0
"""How long `committed` waits for a transaction that a killed process has left open."""

_SSL_MODES: Mapping[str, str] = {
    "0": "disable",
    "1": "allow",
    "2": "prefer",
    "3": "require",
    "4": "verify-ca",
    "5": "verify-full",
}
_KEYS: Mapping[str, str] = {
    "database": "dbname",
    "host": "host",
    "password": "password",
    "port": "port",
    "pwd": "password",
    "server": "host",
    "sslmode": "sslmode",
    "uid": "user",
    "user": "user",
    "userid": "user",
    "username": "user",
}


def open_linked_service(store: Store, connection: Mapping[str, Json]) -> PostgresTables:
    """Return the database of a linked service of type AzurePostgreSql, PostgreSql or PostgreSqlV2."""
    given: dict[str, str] = {}
    if text := secret_of(connection, "connectionString", store):
        given.update(connection_string(text))
    for name, value in connection.items():
        if name.lower() in _KEYS and value is not None:
            given[name.lower()] = secret_of(connection, name, store) or "" if isinstance(value, dict) else str(value)
    parameters = {_KEYS[name]: value for name, value in given.items() if name in _KEYS and value}
    if "host" not in parameters:
        reason = "'encryptedCredential' can only be read by the service that wrote it"
        raise unusable(store, reason if connection.get("encryptedCredential") else "there is no server")
    if mode := parameters.get("sslmode"):
        parameters["sslmode"] = _SSL_MODES.get(mode, mode.lower())
    return PostgresTables(store, parameters)


def open_binding(store: Store, binding: Binding, root: Path, shape: Shape) -> PostgresTables:  # noqa: ARG001 one shape
    """Return the database of `postgresql://…`."""
    try:
        parameters = {name: str(value) for name, value in conninfo.conninfo_to_dict(binding.url).items()}
    except psycopg.Error as error:
        raise ConnectorError(
            Fault(
                "CON-003",
                f"Binding of '{store.linked_service}': the url is not one of PostgreSQL",
                cure="Write postgresql://host[:port]/database, and the secret under password_env.",
            )
        ) from error
    if binding.user is not None:
        parameters["user"] = binding.user
    if (password := password_of(binding, store)) is not None:
        parameters["password"] = password
    return PostgresTables(store, parameters)


class PostgresTables:
    """One database. `parameters` are libpq's, hold the password and stay out of sight."""

    dialect = "postgres"

    def __init__(self, store: Store, parameters: Mapping[str, str]) -> None:
        self._store = store
        self._parameters = parameters

    def __repr__(self) -> str:
        return f"PostgresTables(host={self._parameters.get('host')!r}, database={self._parameters.get('dbname')!r})"

    def describe(self, source: TableLocation | QueryLocation) -> Schema | None:
        with self._connected() as connection, faults_as(PSYCOPG, self._what(source)):
            if isinstance(source, TableLocation) and not self._exists(connection, source):
                return None
            columns = PgColumn.of(connection, self._select(source, None))
        return schema_of(columns)

    def tables(self) -> Sequence[TableLocation]:
        query = (
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname <> 'information_schema' "
            r"AND n.nspname NOT LIKE 'pg\_%' ORDER BY 1, 2"
        )
        with self._connected() as connection, faults_as(PSYCOPG, "The database"):
            rows = connection.execute(query).fetchall()
        return tuple(TableLocation(self._store, str(schema), str(table)) for schema, table in rows)

    def is_view(self, table: TableLocation) -> bool:
        query = "SELECT relkind IN ('v', 'm') FROM pg_class WHERE oid = to_regclass(%s)"
        with self._connected() as connection, faults_as(PSYCOPG, self._what(table)):
            row = connection.execute(query, [self._named(table).as_string(connection)]).fetchone()
        return bool(row and row[0])

    @contextlib.contextmanager
    def read(
        self, source: TableLocation | QueryLocation, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatchReader]:
        with self._connected() as connection:
            if isinstance(source, TableLocation) and not self._exists(connection, source):
                raise ConnectorError(
                    Fault(
                        "CON-031",
                        f"{self._what(source)} does not exist",
                        cure="Check the schema and table of the dataset.",
                    )
                )
            with copied_out(connection, self._select(source, columns), self._what(source)) as reader:
                yield reader

    def stage(self, table: TableLocation, write: TableWrite) -> StagedPostgresTable:
        target = (self._schema(table), table.table)
        return StagedPostgresTable(self._connect(), self._store, target, write, self._what(table), self.committed)

    def stage_beside(self, table: TableLocation, write: TableWrite, other: Staged) -> StagedPostgresTable:
        assert isinstance(other, StagedPostgresTable), "a store is given its own writes"
        target = (self._schema(table), table.table)
        return StagedPostgresTable(
            other.connection, self._store, target, write, self._what(table), self.committed, other
        )

    def committed(self, token: Token) -> bool:
        deadline = time.monotonic() + END_WAIT_S
        with self._connected() as connection, faults_as(PSYCOPG, "The database"):
            connection.autocommit = True
            while True:
                row = connection.execute("SELECT pg_xact_status(%s::xid8)", [token["xid"]]).fetchone()
                status = row[0] if row else None
                if status in {"committed", "aborted"}:
                    return bool(status == "committed")
                if status is None or time.monotonic() > deadline:
                    break
                # The server is about to notice that the client is gone; until then nobody knows the outcome.
                time.sleep(0.05)
        known = "has forgotten" if status is None else "is still running"
        raise ConnectorError(
            Fault(
                "CON-019",
                f"'{self._store.linked_service}' {known} the transaction of an interrupted write ({token['xid']})",
                cure="Look at the sink by hand: keep its rows if they are complete, or remove them, and run again.",
            )
        )

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        with faults_as(PSYCOPG, f"The database of '{self._store.linked_service}'"):
            options = f"{self._parameters.get('options', '')} {SESSION}".strip()
            given = {"connect_timeout": "10", **self._parameters, "options": options, "application_name": "headwater"}
            return psycopg.connect(conninfo.make_conninfo("", **given))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    def _exists(self, connection: psycopg.Connection[tuple[object, ...]], table: TableLocation) -> bool:
        with faults_as(PSYCOPG, self._what(table)):
            name = self._named(table).as_string(connection)
            row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
        return bool(row and row[0])

    def _select(self, source: TableLocation | QueryLocation, columns: Sequence[str] | None) -> sql.Composed:
        wanted = sql.SQL("*") if columns is None else sql.SQL(", ").join(map(sql.Identifier, columns))
        if isinstance(source, TableLocation):
            return sql.SQL("SELECT {} FROM {}").format(wanted, self._named(source))
        text = query_for(source.text, self._store, self.dialect).strip().rstrip(";")
        # The newline ends a comment that the query may end with.
        return sql.SQL("SELECT {} FROM ({}\n) AS query").format(wanted, sql.SQL(text))

    def _named(self, table: TableLocation) -> sql.Identifier:
        return sql.Identifier(self._schema(table), table.table)

    def _schema(self, table: TableLocation) -> str:
        return table.schema or default_schema(self._store.kind) or "public"

    def _what(self, source: TableLocation | QueryLocation) -> str:
        if isinstance(source, QueryLocation):
            return f"The query on '{self._store.linked_service}'"
        return f"Table '{self._schema(source)}.{source.table}' of '{self._store.linked_service}'"
