"""OpenLineage's names of datasets as the catalog's, and that they are those which a pipeline's own dataset gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.api.openlineage.dataset_names import SCHEMES, DatasetNames
from headwater.lineage.sinks.openlineage_events import dataset_name
from lineage.made import EVENTS, fact

FIXTURE = Path(__file__).parents[2] / "fixtures" / "openlineage" / "names.txt"
LINES = [
    tuple(part.strip() for part in line.split(" | "))
    for line in FIXTURE.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("namespace", "name", "type_name", "qualified_name"), LINES)
def test_name_becomes_the_asset(namespace: str, name: str, type_name: str, qualified_name: str) -> None:
    found = DatasetNames().asset(namespace, name)
    assert (found.type_name, found.qualified_name) == (type_name, qualified_name)


@pytest.mark.parametrize("name", EVENTS)
def test_name_that_our_sink_gives_leads_back_to_the_asset(name: str) -> None:
    assets = [asset for asset in fact(name).assets() if asset.location is not None]
    names = DatasetNames()
    found = {str(asset.qualified_name): names.asset(*dataset_name(asset)).qualified_name for asset in assets}
    assert found == {name: name for name in found}


def test_holders_are_those_of_the_store() -> None:
    found = DatasetNames().asset("sqlserver://srv.database.windows.net:1433", "db.dbo.t")
    assert [(holder.type_name, holder.relation) for holder in found.holders] == [
        ("azure_sql_server", ""),
        ("azure_sql_db", "server"),
        ("azure_sql_schema", "db"),
    ]
    assert found.relation == "dbSchema"


def test_schemes_are_sorted() -> None:
    assert list(SCHEMES) == sorted(SCHEMES)
