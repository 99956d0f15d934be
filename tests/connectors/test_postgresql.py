"""Tables in a real PostgreSQL."""

from __future__ import annotations

import datetime
import decimal
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest

from contracts.table_store import STORE, TABLE, TableStoreContract, read, reader, request
from headwater.connectors.postgresql import PostgresTables, open_binding, open_linked_service
from headwater.connectors.registry import connect
from headwater.data.locations import Store, TableLocation
from headwater.data.types import STRING, Decimal
from headwater.errors import ConnectorError
from headwater.settings import Binding

pytestmark = pytest.mark.server

NATIVE = """CREATE SCHEMA dbo; CREATE TABLE dbo.t (
    plain numeric, money numeric(15,2), id uuid, doc jsonb, span interval, at timestamptz, list int[], day date);
    INSERT INTO dbo.t VALUES (1e30, 12.34, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}',
        '1 year 2 days 03:04:05.5', '2013-01-01 05:00+02', '{1,NULL}', '2013-01-31');
    INSERT INTO dbo.t DEFAULT VALUES"""


class TestPostgresTables(TableStoreContract):
    @pytest.fixture
    def tables(self, database: str) -> PostgresTables:
        return open_binding(STORE, Binding(url=database), Path(), "tables")

    def test_native_types_are_read_exactly_or_as_text(self, tables: PostgresTables, database: str) -> None:
        _execute(database, NATIVE)
        first, second = read(tables).to_pylist()
        assert first == {
            "plain": "1000000000000000000000000000000",
            "money": decimal.Decimal("12.34"),
            "id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "doc": '{"a": 1}',
            "span": "1 year 2 days 03:04:05.5",
            "at": datetime.datetime(2013, 1, 1, 3, tzinfo=datetime.UTC),
            "list": "{1,NULL}",
            "day": datetime.date(2013, 1, 31),
        }
        assert set(second.values()) == {None}
        described = tables.describe(TABLE)
        assert described is not None
        assert [column.type for column in described][:3] == [STRING, Decimal(15, 2), STRING]
        assert [column.native_type for column in described][:3] == ["numeric", "numeric(15,2)", "uuid"]

    def test_native_types_are_written_back_as_text(self, tables: PostgresTables, database: str) -> None:
        _execute(database, NATIVE)
        rows = read(tables)
        staged = tables.stage(TABLE, request(rows, mode="truncate"))
        assert staged.write(reader(rows)) == 2
        staged.commit()
        assert read(tables).to_pylist() == rows.to_pylist()

    def test_whole_numbers_are_widened_and_overflow_is_told(self, tables: PostgresTables, database: str) -> None:
        _execute(database, "CREATE SCHEMA dbo; CREATE TABLE dbo.t (a bigint, b numeric, c smallint)")
        staged = tables.stage(TABLE, request(pa.table({"a": [1]})))
        assert staged.write(reader(pa.table({"a": [1], "b": [2], "c": [3]}))) == 1
        with pytest.raises(ConnectorError) as caught:
            staged.write(reader(pa.table({"c": [70_000]})))
        staged.discard()
        assert caught.value.code == "CON-032"
        assert "'c'" in caught.value.message

    def test_constraint_that_refuses_is_told(self, tables: PostgresTables, database: str) -> None:
        _execute(database, "CREATE SCHEMA dbo; CREATE TABLE dbo.t (a bigint PRIMARY KEY)")
        staged = tables.stage(TABLE, request(pa.table({"a": [1]})))
        with pytest.raises(ConnectorError) as caught:
            staged.write(reader(pa.table({"a": [1, 1]})))
        staged.discard()
        assert caught.value.code == "CON-033"

    def test_primary_key_is_the_key_of_an_upsert(self, tables: PostgresTables, database: str) -> None:
        _execute(
            database,
            "CREATE SCHEMA dbo; CREATE TABLE dbo.t (a bigint PRIMARY KEY, b text); INSERT INTO dbo.t VALUES (1, 'x')",
        )
        staged = tables.stage(TABLE, request(pa.table({"a": [1]}), mode="upsert"))
        staged.write(reader(pa.table({"a": [1, 2], "b": ["y", "z"]})))
        staged.commit()
        assert read(tables).sort_by("a").to_pylist() == [{"a": 1, "b": "y"}, {"a": 2, "b": "z"}]

    def test_rows_are_deleted_updated_upserted_and_inserted_as_they_say(
        self, tables: PostgresTables, database: str
    ) -> None:
        _execute(
            database,
            "CREATE SCHEMA dbo; CREATE TABLE dbo.t (a bigint, b text); "
            "INSERT INTO dbo.t VALUES (1, 'old'), (2, 'old'), (3, 'old')",
        )
        rows = pa.table(
            {
                "a": [1, 2, 9, 3, 5, 6],
                "b": ["new"] * 6,
                "row action": ["delete", "update", "update", "upsert", "upsert", None],
            }
        )
        staged = tables.stage(TABLE, request(rows.select(["a", "b"]), keys=("a",), action="row action"))
        assert staged.write(reader(rows)) == 6
        staged.commit()
        assert read(tables).sort_by("a").to_pylist() == [{"a": a, "b": "new"} for a in (2, 3, 5, 6)]

    def test_killed_session_is_not_committed(self, tables: PostgresTables, database: str) -> None:
        staged = tables.stage(TABLE, request(pa.table({"a": [1]}), auto_create=True))
        staged.write(reader(pa.table({"a": [1]})))
        token = staged.token
        _execute(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()",
        )
        with pytest.raises(ConnectorError):
            staged.commit()
        assert not tables.committed(token)
        assert tables.describe(TABLE) is None

    def test_transaction_that_is_forgotten_is_told(self, tables: PostgresTables) -> None:
        with pytest.raises(ConnectorError) as caught:
            tables.committed({"xid": "3"})
        assert caught.value.code == "CON-019"


@pytest.mark.parametrize(
    "properties",
    [
        {"connectionString": "host=h.example;port=5432;database=d;UID=u;Password=geheim"},
        {
            "server": "h.example",
            "port": 5432,
            "database": "d",
            "username": "u",
            "password": {"type": "SecureString", "value": "geheim"},
            "sslMode": 3,
        },
    ],
)
def test_linked_service_is_understood_and_keeps_its_secret(properties: dict[str, object]) -> None:
    tables = open_linked_service(Store("pg", "PostgreSqlV2"), properties)  # type: ignore[arg-type]  # JSON
    assert repr(tables) == "PostgresTables(host='h.example', database='d')"


def test_server_out_of_reach_is_told_without_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_TEST_PASSWORD", "geheim")
    binding = Binding(url="postgresql://127.0.0.1:1/x", user="u", password_env="HEADWATER_TEST_PASSWORD")
    store = connect(Store("pg", "AzurePostgreSql"), {}, binding, tmp_path)
    with pytest.raises(ConnectorError) as caught:
        store.describe(TableLocation(STORE, "a", "b"))  # type: ignore[union-attr]  # tables, because the kind of store is
    assert caught.value.code == "CON-012"
    assert "geheim" not in str(caught.value)


def _execute(database: str, script: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(script.encode())
