"""Expressions over columns come out of Spark as of the embedded engine: row by row, with nulls, edges and odd texts.

Examples are of constants, which an engine folds away; these are not.
"""

from __future__ import annotations

import datetime
import decimal
import random

import pyarrow as pa
import pytest

from contracts.data_flow_engine import comparable
from headwater.data import types
from headwater.data.types import DataType, Decimal
from headwater.language.dataflow.scope import ColumnScope
from language.dataflow.lines import FIXTURES
from language.dataflow.world import column, resolved
from run.engines.embedded import Embedded
from run.engines.spark.local_spark import LocalSpark

EXPRESSIONS = (FIXTURES / "expressions" / "columns.txt").read_text(encoding="utf-8").splitlines()
AT_ONCE = 60
ROWS = 100
TEXTS = ["", "a", "abc", " ab ", "ÄÖß", "aXbXc", "12", "-7", "3.5", "1e3", "true", "no", "2013-01-05", "x,y,,z"]
TEXTS += ["2013-1-5 10:11:12", "naïve😀", "\n", "0.1", "NaN", "12 ", "+5"]
COLUMNS: dict[str, tuple[DataType, pa.DataType, list[object]]] = {
    "at": (
        types.TIMESTAMP,
        pa.timestamp("us"),
        [
            datetime.datetime(2013, 1, 31, 23, 59, 59, 999000),
            datetime.datetime(2012, 2, 29),
            datetime.datetime(1969, 12, 31, 1, 2, 3),
            datetime.datetime(2020, 6, 15, 12, 30, 45, 123456),
        ],
    ),
    "b": (types.BOOLEAN, pa.bool_(), [True, False]),
    "c": (
        Decimal(10, 2),
        pa.decimal128(10, 2),
        [decimal.Decimal(text) for text in ("0.00", "1.25", "-3.33", "99999999.99", "0.01", "2.50")],
    ),
    "d": (types.DOUBLE, pa.float64(), [0.0, 0.25, 1.5, 2.5, -2.5, 0.1, 1e9, 1.23456789e-5, -1e7, 12345678.9]),
    "day": (
        types.DATE,
        pa.date32(),
        [
            datetime.date.fromisoformat(t)
            for t in ("2013-01-31", "2012-02-29", "1969-12-31", "2020-12-28", "1900-03-01")
        ],
    ),
    "e": (
        Decimal(20, 6),
        pa.decimal128(20, 6),
        [decimal.Decimal(text) for text in ("0.000000", "1.500000", "-7.123456", "12345678901234.654321")],
    ),
    "i": (types.INTEGER, pa.int32(), [0, 1, -1, 2, 3, -5, 7, 12, 100, -(2**31) + 1, 2**31 - 1]),
    "j": (types.INTEGER, pa.int32(), [0, 1, 2, 3, -1, -3, 5, 10]),
    "l": (types.LONG, pa.int64(), [0, 1, -1, 2**40, -(2**62), 9]),
    "t": (types.STRING, pa.string(), [*TEXTS]),
    "u": (types.STRING, pa.string(), [*TEXTS]),
}
SCOPE = ColumnScope(tuple(column("s", name, type_) for name, (type_, _, _) in COLUMNS.items()))


def table() -> pa.Table:
    chance = random.Random(5)
    return pa.table(
        {name: pa.array(chance.choices([*values, None], k=ROWS), type_) for name, (_, type_, values) in COLUMNS.items()}
    )


@pytest.mark.parametrize("start", range(0, len(EXPRESSIONS), AT_ONCE))
def test_expression_over_columns_gives_the_embedded_engines_values(spark: LocalSpark, start: int) -> None:
    rows = table()
    some = EXPRESSIONS[start : start + AT_ONCE]
    trees = [resolved(text, SCOPE).sql for text in some]
    found, expected = spark.columns(rows, trees, None), Embedded().columns(rows, trees, None)
    others = {
        text: next((row, e, f) for row, e, f in zip(rows.to_pylist(), theirs, ours, strict=True) if not alike(e, f))
        for text, ours, theirs in zip(some, found, expected, strict=True)
        if not all(map(alike, theirs, ours))
    }
    assert others == {}


def alike(value: object, other: object) -> bool:
    return bool(comparable(value) == comparable(other))


def test_expressions_stand_sorted() -> None:
    assert sorted(EXPRESSIONS, key=str.lower) == EXPRESSIONS
