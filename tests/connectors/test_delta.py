"""Delta tables: what is written is what other people's readers see, in one transaction, at any version."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from headwater.connectors.folder import FolderFiles
from headwater.connectors.memory import MemoryFiles
from headwater.connectors.protocol import TableWrite
from headwater.connectors.registry import folder_tables
from headwater.data.batch import schema_from_arrow
from headwater.data.locations import QueryLocation, Store, TableLocation
from headwater.errors import ConnectorError

AT = TableLocation(Store("lake", "AzureBlobFS"), "c", "t/orders")
ROWS = pa.table({"id": [1, 2, 3], "name": ["a", "b", None], "at": [datetime.datetime(2024, 2, 29, 1)] * 3})


@pytest.fixture
def files(tmp_path: Path) -> FolderFiles:
    return FolderFiles(tmp_path)


def write(files: FolderFiles, rows: pa.Table, key: str = "k", options: Any = None, **how: Any) -> Any:
    tables = folder_tables("Delta", files, options or {})
    staged = tables.stage(AT, TableWrite(schema_from_arrow(rows.schema), key, **how))
    try:
        assert staged.write(rows.to_reader()) == rows.num_rows
    except BaseException:
        staged.discard()
        raise
    return staged


def read(files: FolderFiles, columns: Sequence[str] | None = None, **options: Any) -> list[dict[str, Any]]:
    with folder_tables("Delta", files, options).read(AT, columns) as rows:
        return sorted((_plain(row) for row in rows.read_all().to_pylist()), key=lambda row: row["id"])


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {n: v.replace(tzinfo=None) if isinstance(v, datetime.datetime) else v for n, v in row.items()}


def foreign(folder: Path) -> list[dict[str, Any]]:
    rows = DeltaTable(folder / "c/t/orders").to_pyarrow_table().to_pylist()
    return sorted((_plain(row) for row in rows), key=lambda row: row["id"])


def test_rows_are_visible_to_others_after_the_commit_only(files: FolderFiles, tmp_path: Path) -> None:
    staged = write(files, ROWS)
    tables = folder_tables("Delta", files, {})
    assert tables.describe(AT) is None
    assert not tables.committed(staged.token)
    staged.commit()
    assert foreign(tmp_path) == ROWS.to_pylist() == read(files)
    assert tables.committed(staged.token)
    assert not tables.committed({**staged.token, "key": "other"})


def test_what_is_discarded_leaves_nothing(files: FolderFiles, tmp_path: Path) -> None:
    write(files, ROWS).discard()
    assert list(tmp_path.rglob("*.parquet")) == []
    assert folder_tables("Delta", files, {}).describe(AT) is None


def test_described_columns_have_their_types(files: FolderFiles) -> None:
    write(files, ROWS).commit()
    schema = folder_tables("Delta", files, {}).describe(AT)
    assert schema is not None
    assert [f"{column.name} {column.type}" for column in schema] == ["id long", "name string", "at timestamp"]


def test_rows_are_appended_or_replace_all_or_the_table(files: FolderFiles) -> None:
    more = pa.table({"name": ["d"], "id": [4], "at": pa.array([None], pa.timestamp("us"))})
    write(files, ROWS).commit()
    write(files, more, "k2").commit()
    assert [row["id"] for row in read(files)] == [1, 2, 3, 4]
    write(files, more, "k3", {"deltaTruncate": True}).commit()
    assert [row["id"] for row in read(files)] == [4]
    write(files, pa.table({"id": ["x"]}), "k4", {"overwrite": True}).commit()
    assert read(files) == [{"id": "x"}]
    write(files, pa.table({"id": ["y"]}), "k5", mode="truncate").commit()
    assert read(files) == [{"id": "y"}]


def test_versions_and_times_are_travelled_to(files: FolderFiles) -> None:
    write(files, ROWS).commit()
    between = datetime.datetime.now(datetime.UTC).isoformat()
    write(files, ROWS.slice(0, 1), "k2", mode="truncate").commit()
    assert len(read(files)) == 1
    assert len(read(files, versionAsOf=0)) == 3
    assert len(read(files, versionAsOf="1")) == 1
    assert len(read(files, timestampAsOf=between)) == 3
    with pytest.raises(ConnectorError, match="Delta table 't/orders' in 'c'"):
        read(files, versionAsOf=7)
    with pytest.raises(ConnectorError, match="timestampAsOf"):
        read(files, timestampAsOf="yesterday")


def test_actions_of_rows_are_carried_out_by_keys(files: FolderFiles) -> None:
    write(files, ROWS.select(["id", "name"])).commit()
    given = [(1, "A", "update"), (2, None, "delete"), (4, "d", "insert"), (3, "C", "upsert"), (5, "e", "upsert"),
             (6, "f", "update"), (7, "g", "delete")]  # fmt: skip
    rows = pa.table(dict(zip(("id", "name", "act"), map(list, zip(*given, strict=True)), strict=True)))
    write(files, rows, "k2", keys=("id",), action="act").commit()
    assert [(row["id"], row["name"]) for row in read(files)] == [(1, "A"), (3, "C"), (4, "d"), (5, "e")]


def test_actions_on_a_new_table_are_all_rows(files: FolderFiles) -> None:
    rows = pa.table({"id": [1, 2], "act": ["upsert", "delete"]})
    write(files, rows, keys=("id",), action="act").commit()
    assert read(files) == [{"id": 1}, {"id": 2}]


def test_column_that_the_table_lacks_is_refused_unless_schemas_merge(files: FolderFiles) -> None:
    write(files, ROWS.select(["id"])).commit()
    with pytest.raises(ConnectorError, match="has no column 'name'") as caught:
        write(files, ROWS.select(["id", "name"]), "k2")
    assert "mergeSchema" in str(caught.value)
    write(files, ROWS.select(["id", "name"]).slice(0, 1), "k2", {"mergeSchema": True}).commit()
    assert read(files)[0] == {"id": 1, "name": "a"}
    assert len(read(files)) == 4


def test_rows_take_the_types_of_the_table_or_are_refused(files: FolderFiles) -> None:
    write(files, ROWS.select(["id"])).commit()
    write(files, pa.table({"id": pa.array([9], pa.int32())}), "k2").commit()
    assert read(files)[-1] == {"id": 9}
    with pytest.raises(ConnectorError) as caught:
        write(files, pa.table({"id": ["nine"]}), "k3")
    assert caught.value.code == "CON-032"
    assert len(read(files)) == 4


def test_two_rows_for_one_row_of_the_table_are_told_and_nothing_changes(files: FolderFiles) -> None:
    write(files, ROWS.select(["id", "name"])).commit()
    rows = pa.table({"id": [1, 1], "name": ["x", "y"], "act": ["update", "update"]})
    staged = write(files, rows, "k2", keys=("id",), action="act")
    with pytest.raises(ConnectorError):
        staged.commit()
    assert read(files)[0]["name"] == "a"
    assert not folder_tables("Delta", files, {}).committed(staged.token)


def test_old_files_are_vacuumed_on_demand(files: FolderFiles, tmp_path: Path) -> None:
    write(files, ROWS).commit()
    write(files, ROWS, "k2", {"vacuum": 180}, mode="truncate").commit()
    assert len(list(tmp_path.rglob("*.parquet"))) == 2
    assert len(read(files)) == 3


def test_partitions_of_others_are_read_and_kept(files: FolderFiles, tmp_path: Path) -> None:
    rows = pa.table({"id": [1, 2], "k": ["x", "y"]})
    write_deltalake(tmp_path / "c/t/orders", rows, partition_by=["k"])
    assert read(files) == rows.to_pylist()
    assert read(files, ["id"]) == [{"id": 1}, {"id": 2}]
    write(files, pa.table({"id": [3], "k": ["x"]}), "k2").commit()
    assert read(files)[-1] == {"id": 3, "k": "x"}
    assert len(list(tmp_path.rglob("k=x/*.parquet"))) == 2


def test_broken_log_is_told(files: FolderFiles, tmp_path: Path) -> None:
    write(files, ROWS).commit()
    (tmp_path / "c/t/orders/_delta_log/00000000000000000000.json").write_text("{broken")
    with pytest.raises(ConnectorError, match="Delta table 't/orders' in 'c'"):
        read(files)


def test_scripts_queries_and_stores_without_addresses_are_refused(files: FolderFiles) -> None:
    with pytest.raises(ConnectorError, match="no SQL scripts"):
        write(files, ROWS, pre_script="DELETE FROM t")
    with pytest.raises(ConnectorError, match="takes no queries"):
        folder_tables("Delta", files, {}).describe(QueryLocation(AT.store, "SELECT 1"))
    with pytest.raises(ConnectorError) as caught:
        folder_tables("Delta", MemoryFiles(), {})
    assert caught.value.code == "CON-034"
