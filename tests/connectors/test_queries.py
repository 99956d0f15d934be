"""SQL that users wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.connectors.queries import query_for, statements_for, tables_in
from headwater.data.locations import Store
from headwater.errors import ConnectorError

CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "queries.json").read_text())
STORE = Store("ls", "AzureSqlDatabase", "host", "db")


@pytest.mark.parametrize("case", CASES["tables"], ids=lambda case: case["query"][:60])
def test_tables_of_a_query_are_those_it_reads(case: dict[str, Any]) -> None:
    found = tables_in(case["query"], case["dialect"], STORE)
    named = [".".join(part for part in (t.store.database, t.schema, t.table) if part) for t in found]
    assert sorted(named) == case["tables"]


@pytest.mark.parametrize("case", CASES["transpiled"], ids=lambda case: case["query"][:60])
def test_query_is_said_in_the_dialect_of_the_stand_in(case: dict[str, Any]) -> None:
    assert query_for(case["query"], STORE, case["speaks"]) == case["said"]


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["query"][:60])
def test_query_that_cannot_be_understood_is_refused_with_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError) as caught:
        query_for(case["query"], STORE, "duckdb")
    assert caught.value.code == "CON-030"
    assert case["says"] in str(caught.value)


def test_script_becomes_its_statements() -> None:
    script = "TRUNCATE TABLE [dbo].[x]; DELETE FROM [db].[dbo].[y]"
    assert statements_for(script, STORE, "duckdb") == ['TRUNCATE TABLE "dbo"."x"', 'DELETE FROM "dbo"."y"']


def test_query_of_a_store_that_speaks_itself_is_left_alone() -> None:
    text = "select  1  -- as written"
    assert query_for(text, Store("pg", "AzurePostgreSql"), "postgres") == text
