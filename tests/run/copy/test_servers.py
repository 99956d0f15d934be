"""Copies from and to real servers: Azurite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from headwater.errors import HeadwaterError
from headwater.settings import Binding
from run.copy.workbench import Workbench
from servers.azurite import Azurite

pytestmark = pytest.mark.server

CSV = {"firstRowAsHeader": True, "escapeChar": '"', "nullValue": "NA"}
MAPPING = {
    "translator": {
        "type": "TabularTranslator",
        "mappings": [
            {"source": {"name": "a"}, "sink": {"name": "id", "type": "Int32"}},
            {"source": {"name": "b"}, "sink": {"name": "name"}},
        ],
    }
}
CREATE = {"sink": {"type": "AzurePostgreSqlSink", "tableOption": "autoCreate"}}


def text(store: str, path: str) -> dict[str, Any]:
    return {"store": store, "type": "DelimitedText", "path": path, "typeProperties": CSV}


def table(name: str) -> dict[str, Any]:
    return {"store": "pg", "type": "AzurePostgreSqlTable", "typeProperties": {"schema": "public", "table": name}}


@pytest.fixture
def bench(tmp_path: Path, azurite: Azurite, azurite_key: str, database: str) -> Workbench:
    blobs = Binding(url=azurite.binding_url, password_env=azurite_key)
    return Workbench(tmp_path, bindings={"lake": blobs, "pg": Binding(url=database)})


def test_file_goes_through_blobs_and_postgresql_and_back(bench: Workbench, container: str) -> None:
    bench.put("landing/c/a.csv", "a,b\n1,x\n2,NA\n")
    parquet = {"store": "lake", "type": "Parquet", "path": f"{container}/out/a.parquet"}
    first = bench.copy(text("landing", "c/a.csv"), parquet, MAPPING)
    second = bench.copy(parquet, table("t"), CREATE)
    third = bench.copy(table("t"), text("landing", "c/back.csv"))
    assert (bench.root / "landing/c/back.csv").read_bytes() == b"id,name\r\n1,x\r\n2,NA\r\n"
    assert first.output["dataWritten"] == second.output["dataRead"] == second.movements[0].inputs[0].bytes
    assert [result.output["rowsCopied"] for result in (first, second, third)] == [2, 2, 2]
    details = first.output["executionDetails"]
    assert isinstance(details, list)
    assert [details[0][side]["type"] for side in ("source", "sink")] == ["AzureBlobStorage", "AzureBlobFS"]


def test_wildcard_copies_blob_to_blob(bench: Workbench, container: str) -> None:
    for name in ("a", "b"):
        bench.put(f"landing/c/in/{name}.csv", f"a,b\n1,{name}\n")
    copied = bench.copy(text("landing", "c/in/"), text("lake", f"{container}/in/"))
    moved = bench.copy(text("lake", f"{container}/in/"), {"store": "lake", "type": "Json", "path": f"{container}/out/"})
    assert copied.output["filesWritten"] == moved.output["filesWritten"] == 2
    assert [movement.sink.location.path for movement in moved.movements] == ["out/a.json", "out/b.json"]


def test_failed_copy_leaves_blob_and_table_as_they_were(bench: Workbench, container: str) -> None:
    bench.put("landing/c/good.csv", "a,b\n1,x\n")
    bench.put("landing/c/bad.csv", "a,b\n1,x\noops,y\n")
    parquet = {"store": "lake", "type": "Parquet", "path": f"{container}/a.parquet"}
    for sink, extra in ((parquet, {}), (table("t"), CREATE)):
        bench.copy(text("landing", "c/good.csv"), sink, {**MAPPING, **extra})
        with pytest.raises(HeadwaterError) as caught:
            bench.copy(text("landing", "c/bad.csv"), sink, {**MAPPING, **extra})
        assert caught.value.code == "RUN-103"
        assert "Row 2" in caught.value.message
        back = bench.copy(sink, text("landing", "c/back.csv"))
        assert back.output["rowsCopied"] == 1


def test_table_of_postgresql_is_typed_and_named_in_lineage(bench: Workbench, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.s AS SELECT 1::smallint AS a, 1.50::numeric(5,2) AS b, 'x'::text AS c")
        connection.execute("CREATE VIEW public.v AS SELECT * FROM public.s")
    result = bench.copy(table("v"), {"store": "landing", "type": "Parquet", "path": "c/out/"})
    read = result.movements[0].inputs[0]
    assert read.view
    assert [str(column.type) for column in read.schema] == ["short", "decimal(5,2)", "string"]
    assert result.movements[0].sink.location.path == "out/v.parquet"


def test_query_on_postgresql_names_its_tables(bench: Workbench, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.s AS SELECT 1 AS a, 2 AS b")
    query = "SELECT s.a + s.b AS total FROM s -- and no more\n;"
    copy = {"source": {"type": "AzurePostgreSqlSource", "query": query}}
    result = bench.copy(table("s"), text("landing", "c/out.csv"), copy)
    assert (bench.root / "landing/c/out.csv").read_bytes() == b"total\r\n3\r\n"
    referenced = result.movements[0].inputs[0].referenced
    assert [(table.table.table, table.schema.names if table.schema else None) for table in referenced] == [
        ("s", ("a", "b"))
    ]


def test_many_rows_stream_from_postgresql_to_postgresql(bench: Workbench, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE public.s AS SELECT i, (i * 1.5)::numeric(12,2) AS n, md5(i::text) AS m "
            "FROM generate_series(1, 300000) i"
        )
    result = bench.copy(table("s"), table("t"), CREATE)
    assert result.output["rowsCopied"] == 300_000
    with psycopg.connect(database) as connection:
        same = connection.execute("SELECT count(*) FROM (TABLE public.s EXCEPT ALL TABLE public.t) AS d").fetchone()
    assert same == (0,)
