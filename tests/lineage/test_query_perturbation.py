"""The proof of a query's lineage: new values in one source column change only outputs whose lineage names it."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.lineage.queries.origins import ColumnOrigin
from lineage.fixture_blocks import Block
from lineage.test_queries import GOOD, read

# What DuckDB does not run on integers or at all, so that there is nothing to compare.
NOT_RUN = {
    "a recursive expression ends",
    "apply sees the tables before it",
    "columns of OPENJSON come from its argument",
    "a calculation is a transformation with its text",
    "a column of no table is noted",
    "a literal comes from nowhere",
    "a known table that lacks the column leaves it to the unknown one",
    "a pivot keeps the tables and says why there are no columns",
    "a table of another database and of a linked server keep their names",
    "declarations before the query are passed over",
    "PostgreSQL folds names without quotes and keeps those with",
}
RUN = [block for block in GOOD if block.title not in NOT_RUN and any(key == "table" for key, _ in block.meta)]

Tables = dict[str, dict[str, list[int]]]


def tables_of(block: Block) -> dict[str, list[str]]:
    found = {}
    for key, value in block.meta:
        if key == "table":
            name, _, columns = value.rstrip(")").partition("(")
            found[name] = columns.split(", ")
    return found


def result(block: Block, tables: Tables) -> list[list[object]]:
    """Run the query on DuckDB and return each output column's values, sorted."""
    dialect = dict(block.meta).get("dialect", "tsql")
    with duckdb.connect() as connection:
        for name, columns in tables.items():
            if "." in name:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
            listed = ", ".join(f'"{column}" INTEGER' for column in columns)
            connection.execute(f"CREATE TABLE {name} ({listed})")
            for row in zip(*columns.values(), strict=True):
                connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
        query = sqlglot.transpile(block.given, read=dialect, write="duckdb")[0]
        rows = connection.execute(query).fetchall()
        width = len(connection.description)
    return [sorted((row[i] for row in rows), key=repr) for i in range(width)]


def names(origins: tuple[ColumnOrigin, ...], table: str, column: str) -> bool:
    return any(str(one.table).casefold() == table.casefold() and one.column == column for one in origins)


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.title)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_changed_column_changes_only_what_its_lineage_names(block: Block, data: st.DataObject) -> None:
    lineage = read(block)
    values = st.integers(0, 3)
    tables: Tables = {}
    for name, columns in tables_of(block).items():
        size = data.draw(st.integers(0, 4))
        tables[name] = {column: data.draw(st.lists(values, min_size=size, max_size=size)) for column in columns}
    before = result(block, tables)
    table = data.draw(st.sampled_from(sorted(tables)))
    column = data.draw(st.sampled_from(sorted(tables[table])))
    size = len(tables[table][column])
    fresh = data.draw(st.lists(values, min_size=size, max_size=size))
    after = result(block, {**tables, table: {**tables[table], column: fresh}})
    if names(lineage.effects, table, column):
        return
    for output, one, other in zip(lineage.columns, before, after, strict=True):
        if one != other:
            assert names(output.origins, table, column), f"{table}.{column} changed {output.name}"
