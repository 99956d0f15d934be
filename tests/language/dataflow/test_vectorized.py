"""Vectorized functions over many rows: batches, nulls, like values, and what they refuse."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import duckdb
import pytest
from sqlglot import exp

from headwater.data import types
from headwater.errors import LanguageError
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.marks import ERRORS_TYPE
from headwater.language.dataflow.functions.vectorized.install import install
from headwater.language.dataflow.functions.vectorized.java_syntax import python_pattern
from headwater.language.dataflow.functions.vectorized.registry import VECTORIZED
from headwater.language.dataflow.scope import ColumnScope, Mark, Reference, Resolved
from language.dataflow.world import column, resolved

ROWS = 10_000


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        install(connection)
        connection.execute(
            f"CREATE TABLE s AS SELECT n::INTEGER AS n, CASE WHEN n % 7 > 0 THEN (n % 100)::VARCHAR END AS t, "
            f"CASE n % 3 WHEN 0 THEN 'a+' WHEN 1 THEN '1' END AS p FROM range({ROWS}) r(n)"
        ).fetchall()
        yield connection


def column_of(engine: duckdb.DuckDBPyConnection, text: str) -> list[object]:
    scope = ColumnScope(
        (column("s", "n", types.INTEGER), column("s", "t", types.STRING), column("s", "p", types.STRING))
    )
    query = exp.select(resolved(text, scope).sql).from_("s").order_by("n").sql("duckdb")
    return [row[0] for row in engine.execute(query).fetchall()]


def texts() -> list[str | None]:
    return [str(n % 100) if n % 7 else None for n in range(ROWS)]


def test_function_of_many_batches_keeps_rows_in_place(engine: duckdb.DuckDBPyConnection) -> None:
    assert column_of(engine, "crc32(t)") == [zlib.crc32((text or "").encode()) for text in texts()]
    assert column_of(engine, "normalize(t)") == texts()


def test_function_of_several_columns_takes_each_row_by_itself(engine: duckdb.DuckDBPyConnection) -> None:
    patterns = ["a+", "1", None]
    wanted = [
        None if text is None or patterns[n % 3] is None else n % 3 == 1 and "1" in text
        for n, text in enumerate(texts())
    ]
    assert column_of(engine, "regexMatch(t, p)") == wanted


def test_next_sequence_is_never_the_same_twice(engine: duckdb.DuckDBPyConnection) -> None:
    found = [*column_of(engine, "nextSequence()"), *column_of(engine, "nextSequence()")]
    assert len(set(found)) == 2 * ROWS


def test_random_is_a_fraction(engine: duckdb.DuckDBPyConnection) -> None:
    found = column_of(engine, "random(1)")
    assert all(isinstance(value, float) and 0 <= value < 1 for value in found)
    assert len(set(found)) > ROWS // 2


def test_pattern_of_a_column_that_is_not_valid_fails_the_query(engine: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="cannot be read"):
        column_of(engine, "regexMatch(t, concat('(', p))")


def test_functions_in_registry_stand_sorted_and_take_one_to_three_arguments() -> None:
    assert list(VECTORIZED) == sorted(VECTORIZED)
    assert {len(function.parameters) for function in VECTORIZED.values()} <= {1, 2, 3}


@pytest.mark.parametrize(
    ("java", "python"),
    [
        ("a.b", "a[^\\n\\r\\u0085\\u2028\\u2029]b"),
        ("(?s)a.b", "(?s:a.b)"),
        ("a(?i)b|c", "a(?i:b)|(?i:c)"),
        ("(?<year>\\d+)\\k<year>", "(?P<year>[0-9]+)(?P=year)"),
        ("\\Qa.b\\E", "a\\.b"),
        ("\\bx\\z", "\\bx\\Z"),
        ("[a-c&&[^b]]", "(?:(?=[a-c])(?:[^b]))"),
        ("\\p{Alpha}\\P{Digit}", "[a-zA-Z][^0-9]"),
    ],
)
def test_pattern_of_java_is_written_as_python_reads_it(java: str, python: str) -> None:
    assert python_pattern(java) == python


@pytest.mark.parametrize("pattern", ["(", ")", "[a", "\\", "\\y", "\\p{Nope}", "\\x1", "\\k<a", "a\\pq"])
def test_pattern_that_is_not_java_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        python_pattern(pattern)


MARK = Resolved(types.BOOLEAN, exp.column("deleted", table="s", quoted=True), (Reference("s", "deleted"),))
ERRORS = Resolved(ERRORS_TYPE, sql.typed_null(ERRORS_TYPE))


def test_mark_left_by_a_transformation_is_what_the_function_says() -> None:
    marks: dict[Mark, Resolved] = {"delete": MARK}
    found = resolved("isDelete(1) && true()", ColumnScope(marks=marks))
    assert found.type == types.BOOLEAN
    assert [reference.column for reference in found.references] == ["deleted"]
    assert MARK.sql.parent is None
    with pytest.raises(LanguageError, match="LNG-038"):
        resolved("isInsert()", ColumnScope(marks=marks))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hasError()", True),
        ("hasError('a1')", True),
        ("hasError('a2')", False),
        ("assertErrorMessages()", {"a1": "no name"}),
        ("at(assertErrorMessages(), 'a1')", "no name"),
    ],
)
def test_errors_of_a_row_are_told_by_name(engine: duckdb.DuckDBPyConnection, text: str, value: object) -> None:
    scope = ColumnScope(marks={"errors": Resolved(ERRORS_TYPE, resolved("['a1' -> 'no name']").sql)})
    assert engine.execute(exp.select(resolved(text, scope).sql).sql("duckdb")).fetchall() == [(value,)]


def test_row_without_asserts_has_no_error(engine: duckdb.DuckDBPyConnection) -> None:
    scope = ColumnScope(marks={"errors": ERRORS})
    query = exp.select(resolved("hasError()", scope).sql, resolved("hasError('a')", scope).sql).sql("duckdb")
    assert engine.execute(query).fetchall() == [(False, False)]
