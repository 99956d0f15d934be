"""The same events draw the same graph in SQLite and in PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from catalog.conftest import TEMPLATE
from catalog.openlineage.world import LAKE, SQL, Json, World, columns, dataset, dataset_event, event, job_event, schema
from headwater.catalog.catalog import Catalog
from headwater.catalog.store.postgresql import postgresql_url

NAME = "catalog_openlineage"
LINK = {"symlinks": {"identifiers": [{"namespace": "hive://m:9083", "name": "db.t", "type": "TABLE"}]}}
DROP = {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}
PARENT = {"parent": {"run": {"runId": "x"}, "job": {"namespace": "airflow", "name": "dag"}}}
EVENTS: list[Json] = [
    event("START", "r1", inputs=[dataset("/a.csv", schema=schema("x", "y"))], run_facets=PARENT),
    event(
        "COMPLETE",
        "r1",
        at=1,
        outputs=[dataset("db.dbo.t", SQL, schema=schema("z"), columnLineage=columns({"z": [("/a.csv", "x")]}))],
    ),
    event("COMPLETE", "r2", at=2, job="other", inputs=[dataset("db.t", "hive://m:9083")], outputs=[dataset("/c.csv")]),
    event("COMPLETE", "r3", at=3, job="fill", outputs=[dataset("/a.csv", schema=schema("y"), **LINK)]),
    event("FAIL", "r4", at=4, job="drop", outputs=[dataset("/c.csv", **DROP)]),
    dataset_event(dataset("db.dbo.t", SQL, datasetType={"datasetType": "VIEW"}, schema=schema("z")), at=5),
    job_event(at=6, job="plan", inputs=[dataset("/a.csv", LAKE)], outputs=[dataset("/d.csv")]),
]


@pytest.mark.server
def test_both_databases_hold_the_same_graph(world: World, catalogs: str) -> None:
    with psycopg.connect(catalogs, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(made.format(sql.Identifier(NAME), sql.Identifier(TEMPLATE)))
    other = World(Catalog.open(postgresql_url(catalogs.replace("/postgres?", f"/{NAME}?")), name="contoso"))
    for given in [*EVENTS, *EVENTS[:2]]:
        assert world.take(given) == other.take(given)
    graphs = [each.graph() for each in (world, other)]
    other.catalog.close()
    with psycopg.connect(catalogs, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))
    assert graphs[1] == graphs[0]
    assert world.names("azure_sql_view") == ["mssql://srv.database.windows.net/db/dbo/t"]
