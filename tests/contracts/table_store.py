"""What every store of tables keeps to. A store's test inherits this and gives a `tables` store."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import pyarrow as pa
import pytest

from headwater.connectors.protocol import TableStore, TableWrite, WriteMode
from headwater.data.batch import schema_from_arrow
from headwater.data.locations import QueryLocation, Store, TableLocation
from headwater.errors import ConnectorError

STORE = Store("db", "AzureSqlDatabase", "host", "db")
TABLE = TableLocation(STORE, "dbo", "t")
ROWS = pa.table({"id": pa.array([1, 2], pa.int32()), "name": ["one", None]})

EVERY_TYPE = pa.table(
    {
        "boolean": pa.array([True, None]),
        "bytes": pa.array([b"\x00\xff", None], pa.binary()),
        "date": pa.array([datetime.date(2013, 1, 31), None], pa.date32()),
        "decimal": pa.array([decimal.Decimal("12345678901234567890.123456789"), None], pa.decimal128(38, 9)),
        "double": pa.array([0.1, None], pa.float64()),
        "float": pa.array([1.5, None], pa.float32()),
        "integer": pa.array([-(2**31), None], pa.int32()),
        "long": pa.array([2**63 - 1, None], pa.int64()),
        "short": pa.array([7, None], pa.int16()),
        "text": pa.array(['quoted "text"\nü', None]),
        "empty": pa.array(["", None]),
        "time": pa.array([datetime.time(1, 2, 3, 4), None], pa.time64("us")),
        "timestamp": pa.array([datetime.datetime(2013, 1, 31, 5, 6, 7, 890), None], pa.timestamp("us")),
    }
)


def reader(table: pa.Table) -> pa.RecordBatchReader:
    batches = table.to_batches(max_chunksize=max(1, table.num_rows // 3))
    return pa.RecordBatchReader.from_batches(table.schema, batches)


def request(table: pa.Table, mode: WriteMode = "insert", **more: Any) -> TableWrite:
    return TableWrite(schema_from_arrow(table.schema), "run/sink", mode=mode, **more)


def write(store: TableStore, table: pa.Table, mode: WriteMode = "insert", **more: Any) -> None:
    staged = store.stage(TABLE, request(table, mode, auto_create=True, **more))
    staged.write(reader(table))
    staged.commit()


def read(
    store: TableStore, source: TableLocation | QueryLocation = TABLE, columns: list[str] | None = None
) -> pa.Table:
    with store.read(source, columns) as batches:
        return batches.read_all()


class TableStoreContract:
    @pytest.fixture
    def tables(self) -> TableStore:
        raise NotImplementedError  # the inheriting test gives it

    def test_rows_committed_are_read_as_written(self, tables: TableStore) -> None:
        write(tables, ROWS)
        assert read(tables).sort_by("id").to_pylist() == ROWS.to_pylist()

    def test_every_type_comes_back_exactly(self, tables: TableStore) -> None:
        write(tables, EVERY_TYPE)
        assert read(tables).to_pylist() == EVERY_TYPE.to_pylist()
        described = tables.describe(TABLE)
        assert described is not None
        assert [column.type for column in described] == [c.type for c in schema_from_arrow(EVERY_TYPE.schema)]

    def test_rows_staged_are_not_visible_and_discarded_are_gone(self, tables: TableStore) -> None:
        write(tables, ROWS)
        staged = tables.stage(TABLE, request(ROWS))
        assert staged.write(reader(ROWS)) == 2
        assert staged.schema.names == ("id", "name")
        staged.discard()
        staged.discard()
        assert len(read(tables)) == 2

    def test_truncate_replaces_the_rows(self, tables: TableStore) -> None:
        write(tables, ROWS)
        write(tables, ROWS.slice(1), mode="truncate")
        assert read(tables).to_pylist() == [{"id": 2, "name": None}]

    def test_recreate_replaces_the_table(self, tables: TableStore) -> None:
        write(tables, ROWS)
        write(tables, pa.table({"other": ["x"]}), mode="recreate")
        assert read(tables).to_pylist() == [{"other": "x"}]

    def test_discarded_recreate_leaves_the_table(self, tables: TableStore) -> None:
        write(tables, ROWS)
        staged = tables.stage(TABLE, request(pa.table({"other": ["x"]}), mode="recreate"))
        staged.discard()
        assert tables.describe(TABLE) is not None
        assert len(read(tables)) == 2

    def test_upsert_updates_by_key_and_inserts_the_rest(self, tables: TableStore) -> None:
        write(tables, ROWS)
        change = pa.table({"name": ["TWO", "three"], "id": pa.array([2, 3], pa.int32())})
        write(tables, change, mode="upsert", keys=("id",))
        rows = read(tables).sort_by("id").to_pylist()
        assert rows == [{"id": 1, "name": "one"}, {"id": 2, "name": "TWO"}, {"id": 3, "name": "three"}]

    def test_upsert_without_keys_is_refused(self, tables: TableStore) -> None:
        write(tables, ROWS)
        staged = tables.stage(TABLE, request(ROWS, mode="upsert"))
        with pytest.raises(ConnectorError) as caught:
            staged.write(reader(ROWS))
        staged.discard()
        assert caught.value.code == "CON-034"

    def test_upsert_of_repeated_keys_is_refused(self, tables: TableStore) -> None:
        write(tables, ROWS)
        twice = pa.table({"id": pa.array([2, 2], pa.int32()), "name": ["a", "b"]})
        staged = tables.stage(TABLE, request(twice, mode="upsert", keys=("id",)))
        with pytest.raises(ConnectorError) as caught:
            staged.write(reader(twice))
        staged.discard()
        assert caught.value.code == "CON-033"

    def test_scripts_run_in_the_same_transaction(self, tables: TableStore) -> None:
        write(tables, ROWS)
        scripts = {"pre_script": "DELETE FROM dbo.t", "post_script": "UPDATE dbo.t SET name = 'after'"}
        staged = tables.stage(TABLE, request(ROWS, **scripts))
        staged.write(reader(ROWS))
        staged.discard()
        assert read(tables)["name"].to_pylist() == ["one", None]
        write(tables, ROWS, **scripts)
        assert read(tables)["name"].to_pylist() == ["after", "after"]

    def test_token_tells_whether_it_was_committed(self, tables: TableStore) -> None:
        kept = tables.stage(TABLE, request(ROWS, auto_create=True))
        token = kept.token
        kept.write(reader(ROWS))
        kept.commit()
        dropped = tables.stage(TABLE, request(ROWS))
        lost = dropped.token
        dropped.discard()
        assert tables.committed(token)
        assert not tables.committed(lost)

    def test_only_the_columns_asked_for_are_read(self, tables: TableStore) -> None:
        write(tables, ROWS)
        assert read(tables, columns=["name"]).column_names == ["name"]

    def test_query_in_the_declared_dialect_is_read(self, tables: TableStore) -> None:
        write(tables, ROWS)
        query = QueryLocation(
            STORE, "SELECT TOP 1 t.[id], ISNULL(t.[name], '-') AS [the name] FROM dbo.t ORDER BY id DESC;"
        )
        assert read(tables, query).to_pylist() == [{"id": 2, "the name": "-"}]
        described = tables.describe(query)
        assert described is not None
        assert described.names == ("id", "the name")

    def test_reader_left_early_lets_go(self, tables: TableStore) -> None:
        many = pa.table({"id": pa.array(range(200_000), pa.int32())})
        write(tables, many)
        with tables.read(TABLE) as batches:
            assert next(iter(batches)).num_rows > 0
        write(tables, many, mode="truncate")
        assert len(read(tables)) == 200_000

    def test_absent_table_is_described_as_none_and_not_read(self, tables: TableStore) -> None:
        assert tables.describe(TABLE) is None
        with pytest.raises(ConnectorError) as caught:
            read(tables)
        assert caught.value.code == "CON-031"

    def test_absent_table_is_only_created_when_asked(self, tables: TableStore) -> None:
        with pytest.raises(ConnectorError) as caught:
            tables.stage(TABLE, request(ROWS))
        assert caught.value.code == "CON-031"
        assert tables.describe(TABLE) is None

    def test_value_that_does_not_fit_is_told_and_nothing_stays(self, tables: TableStore) -> None:
        write(tables, ROWS)
        staged = tables.stage(TABLE, request(ROWS))
        with pytest.raises(ConnectorError) as caught:
            staged.write(reader(pa.table({"id": ["1", "oops"]})))
        staged.discard()
        assert caught.value.code == "CON-032"
        assert len(read(tables)) == 2

    def test_query_that_fails_while_it_runs_is_told(self, tables: TableStore) -> None:
        write(tables, ROWS)
        with pytest.raises(ConnectorError):
            read(tables, QueryLocation(STORE, "SELECT CAST(name AS INT) AS n FROM dbo.t"))

    def test_tables_and_views_are_listed_and_told_apart(self, tables: TableStore) -> None:
        write(tables, ROWS, post_script="CREATE VIEW dbo.v AS SELECT * FROM dbo.t")
        listed = {(table.schema, table.table) for table in tables.tables()}
        assert listed == {("dbo", "t"), ("dbo", "v")}
        assert tables.is_view(TableLocation(STORE, "dbo", "v"))
        assert not tables.is_view(TABLE)
