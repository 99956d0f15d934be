"""A query that a user wrote → the tables and columns that it reads."""

from __future__ import annotations

import pytest

from headwater.data.schema import Column, Schema
from headwater.data.types import ANY
from headwater.errors import LineageError
from headwater.lineage.queries.origins import QueryLineage, TableRef
from headwater.lineage.queries.read import read_query
from lineage.fixture_blocks import FIXTURES, Block, blocks

FOLDER = FIXTURES / "queries"
GOOD = [block for name in ("select.txt", "nested.txt") for block in blocks(FOLDER / name)]
REFUSED = list(blocks(FOLDER / "refused.txt"))


def read(block: Block) -> QueryLineage:
    schemas: dict[str, Schema] = {}
    for key, value in block.meta:
        if key == "table":
            name, _, columns = value.rstrip(")").partition("(")
            schemas[name.casefold()] = Schema(tuple(Column(column, ANY) for column in columns.split(", ")))
    dialect = dict(block.meta).get("dialect", "tsql")
    return read_query(block.given, dialect, lambda table: schemas.get(str(table).casefold()))


def printed(lineage: QueryLineage) -> str:
    lines = ["tables: " + ", ".join(str(table) for table in lineage.tables)]
    for column in lineage.columns:
        lines += [f"{column.name} <- {origin}" for origin in column.origins] or [f"{column.name} <-"]
    lines += [f"* <- {effect}" for effect in lineage.effects]
    lines += [f"rest: {rest.table}" for rest in lineage.rests]
    lines += [f"note: {note}" for note in lineage.notes]
    return "\n".join(line.rstrip() for line in lines)


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block.title)
def test_query_reads_tables_and_columns(block: Block) -> None:
    assert printed(read(block)) == block.expected


@pytest.mark.parametrize("block", REFUSED, ids=lambda block: block.title)
def test_text_that_is_no_query_is_refused(block: Block) -> None:
    with pytest.raises(LineageError) as refusal:
        read(block)
    assert f"{refusal.value.code} {refusal.value.message}".startswith(block.expected)


def test_deep_nesting_is_refused_or_keeps_the_table() -> None:
    """A query that no walk can follow never escapes as a RecursionError."""
    text = "SELECT a FROM t WHERE " + " + ".join(["a"] * 20_000) + " > 1"
    assert tables_or_code(text) in ((TableRef("t"),), "LIN-003")


def tables_or_code(text: str) -> tuple[TableRef, ...] | str:
    try:
        return read_query(text, "tsql", lambda _: None).tables
    except LineageError as refusal:
        return refusal.code
