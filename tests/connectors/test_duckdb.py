"""Tables in a DuckDB file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from contracts.table_store import STORE, TABLE, TableStoreContract, reader, request, write
from headwater.connectors.duckdb import DuckDbTables, open_binding
from headwater.connectors.duckdb_session import Session
from headwater.connectors.statements import run_statement
from headwater.data.locations import QueryLocation, TableLocation
from headwater.settings import Binding


def at_once(threads: int, act: Callable[[int], None]) -> list[Exception]:
    """Act in as many threads; return what they raised."""
    failed: list[Exception] = []

    def tried(number: int) -> None:
        try:
            act(number)
        except Exception as error:
            failed.append(error)

    started = [threading.Thread(target=tried, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return failed


class TestDuckDbTables(TableStoreContract):
    @pytest.fixture
    def tables(self, tmp_path: Path) -> DuckDbTables:
        return open_binding(STORE, Binding(url="duckdb:deep/er/file.duckdb"), tmp_path, "tables")

    def test_file_is_free_between_two_operations(self, tables: DuckDbTables, tmp_path: Path) -> None:
        write(tables, pa.table({"a": [1]}))
        with duckdb.connect(str(tmp_path / "deep/er/file.duckdb"), config={"threads": 1}) as other:
            assert run_statement(other, "SELECT a FROM dbo.t") == [(1,)]

    def test_unqualified_name_means_the_schema_of_the_declared_store(self, tables: DuckDbTables) -> None:
        write(tables, pa.table({"a": [1]}))
        with tables.read(QueryLocation(STORE, "SELECT a FROM t")) as batches:
            assert batches.read_all().to_pylist() == [{"a": 1}]

    def test_tables_made_at_once_do_not_get_in_each_others_way(self, tables: DuckDbTables) -> None:
        def make(number: int) -> None:
            table = pa.table({"a": [number]})
            staged = tables.stage(TableLocation(STORE, "dbo", f"t{number}"), request(table, auto_create=True))
            staged.write(reader(table))
            staged.commit()

        assert at_once(8, make) == []
        assert len(tables.tables()) == 8

    def test_name_in_another_case_is_the_same_table(self, tables: DuckDbTables) -> None:
        write(tables, pa.table({"a": [1]}))
        assert tables.describe(TableLocation(STORE, "DBO", TABLE.table.upper())) is not None


def test_file_is_opened_while_other_threads_close_it(tmp_path: Path) -> None:
    def look(_: int) -> None:
        for _ in range(600):
            session = Session.of_file(tmp_path / "file.duckdb")
            run_statement(session.connection, "SELECT 1")
            session.close()

    assert at_once(4, look) == []
