"""Texts of a source as values: the quick way of plain texts gives what the careful way gives, for any text."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from headwater.data import types
from headwater.data.schema import Column
from headwater.data.types import DataType, Decimal
from headwater.language.dataflow.functions.conversion import convert
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.conversion import quickly

TYPES = (
    types.DATE,
    types.DOUBLE,
    types.FLOAT,
    types.INTEGER,
    types.LONG,
    types.SHORT,
    types.TIMESTAMP,
    Decimal(10, 2),
)
NUMBERS = st.from_regex(r"\A\s?[+-]?[0-9_]{0,12}[.,]?[0-9]{0,9}([eE][+-]?[0-9]{1,3})?[dfL]?\s?\Z")
DATES = st.from_regex(
    r"\A\s?[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?[Z+]?\Z"
)
ODD = st.sampled_from(
    ["0x1p3", "0X10", "nan", "inf", "-Infinity", "1e999", "1_000", "", " ", "007", "-0", "+5", "2147483648"]
)
VALUE = exp.column("v")
ENGINE = duckdb.connect()


def both(type_: DataType, texts: list[str]) -> list[tuple[object, object]]:
    """Return each text's value by either way."""
    careful = convert(Resolved(types.STRING, VALUE.copy()), type_)
    quick = quickly(VALUE.copy(), types.STRING, Column("v", type_), careful.copy())
    assert quick != careful
    query = exp.select(careful, quick).sql("duckdb")
    return ENGINE.execute(f"{query} FROM (SELECT unnest(?::VARCHAR[]) AS v)", [texts]).fetchall()


@pytest.mark.parametrize("type_", TYPES, ids=str)
@settings(max_examples=40, deadline=None)
@given(texts=st.lists(NUMBERS | DATES | ODD | st.text(alphabet="0123456789-+._eExXdf :\t", max_size=12), min_size=1))
def test_quick_way_gives_what_the_careful_way_gives(type_: DataType, texts: list[str]) -> None:
    for text, (careful, quick) in zip(texts, both(type_, texts), strict=True):
        assert repr(careful) == repr(quick), text


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (types.DATE, "2013-01-02"),
        (types.INTEGER, "-12"),
        (types.TIMESTAMP, "2013-01-02 03:04:05"),
        (types.DOUBLE, "1.5"),
    ],
)
def test_plain_text_takes_the_quick_way(type_: DataType, text: str) -> None:
    quick = quickly(VALUE.copy(), types.STRING, Column("v", type_), exp.null())
    query = exp.select(exp.Is(this=exp.paren(quick), expression=exp.null())).sql("duckdb")
    assert duckdb.execute(f"{query} FROM (SELECT '{text}' AS v)").fetchall() == [(False,)]


def test_text_with_a_format_of_its_own_is_left_to_the_careful_way() -> None:
    careful = exp.null()
    assert quickly(VALUE, types.STRING, Column("v", types.DATE, native_type="dd.MM.yyyy"), careful) is careful
