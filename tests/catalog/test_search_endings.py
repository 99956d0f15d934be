"""Files are found by the ending of their names, by an index, so that it takes no longer the more assets there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Select, select, text

from catalog.desk import Desk, entity
from headwater.catalog.catalog import Catalog
from headwater.catalog.search import Limits, Search, SearchRequest
from headwater.catalog.search.filters import condition
from headwater.catalog.store.schema import entities

LONG = "x" * 30
NAMES = (
    "a.csv",
    "B.CSV",
    "no",
    ".csv",
    "csv",
    "c.tar.gz",
    "d.gz",
    "end.",
    f"e.{LONG}",
    "a.csv.old",
    "é.Csv",
    "v1.2/raw",
)
# Ending → what has it.
FOUND: tuple[tuple[object, set[str]], ...] = (
    ("csv", {"a.csv", "B.CSV", ".csv", "é.Csv"}),
    (".CSV", {"a.csv", "B.CSV", ".csv", "é.Csv"}),
    (["gz", "old"], {"c.tar.gz", "d.gz", "a.csv.old"}),
    ("tar.gz", {"c.tar.gz"}),
    ("", {"end."}),
    (LONG, {f"e.{LONG}"}),
    (LONG[1:], set()),
    ("x" * 23, set()),
    ("x" * 24, set()),
    ("c%v", set()),
    ("2/raw", {"v1.2/raw"}),
    ([], set()),
)


def found(desk: Desk, tree: object, limits: Limits) -> set[str]:
    search = Search(desk.catalog.store, desk.catalog.types, limits)
    return {hit.name for hit in search.query(SearchRequest(filter=tree, limit=100)).hits}


@pytest.mark.parametrize("limits", [Limits(), Limits(gathered=1)], ids=["gathered", "one by one"])
def test_files_are_found_by_their_ending(limits: Limits, desk: Desk) -> None:
    desk.write(*(entity("DataSet", name) for name in NAMES))
    for ending, names in FOUND:
        assert found(desk, {"fileExtension": ending}, limits) == names, ending
        assert found(desk, {"not": {"fileExtension": ending}}, limits) == set(NAMES) - names, ending
        among = {"and": [{"entityType": "DataSet"}, {"fileExtension": ending}]}
        assert found(desk, among, limits) == names, ending


def test_ending_is_looked_up_and_no_asset_is_read_for_it(desk: Desk) -> None:
    desk.write(*(entity("DataSet", name) for name in NAMES))
    for ending in ("csv", ["csv", "parquet"], "tar.gz"):
        where = condition({"fileExtension": ending}, desk.catalog.types.current)
        told = plan(desk, select(entities.c.id).where(where))
        assert "ix_entities_ending" in told
        assert "SCAN" not in told
        assert "Seq Scan" not in told


def plan(desk: Desk, statement: Select[int]) -> str:
    with desk.catalog.store.read() as connection:
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        if connection.dialect.name == "postgresql":
            # Twelve rows are read faster than any index.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        asked = str(statement.compile(connection, compile_kwargs={"literal_binds": True})).replace("%%", "%")
        return str(connection.execute(text(f"{explain} {asked}")).all())


def test_account_of_an_older_version_gets_the_index(place: Path) -> None:
    catalog = Catalog.open(place, name="contoso")
    Desk(catalog).write(*(entity("DataSet", name) for name in NAMES))
    with catalog.store.write() as connection:
        connection.exec_driver_sql("DROP INDEX ix_entities_ending")
        connection.exec_driver_sql("UPDATE catalog_version SET version_num = '0006'")
    catalog.close()
    desk = Desk(Catalog.open(place, name="contoso"))
    assert found(desk, {"fileExtension": "csv"}, Limits()) == FOUND[0][1]
    assert "ix_entities_ending" in plan(
        desk, select(entities.c.id).where(condition({"fileExtension": "csv"}, desk.catalog.types.current))
    )
    desk.catalog.close()
