"""Laws of functions that hold for any value, against what Python's own libraries say."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import struct
import zlib
from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal
from headwater.language.dataflow.evaluate import evaluate_literal, install_needed
from headwater.language.dataflow.functions.sql import cast
from headwater.language.dataflow.scope import ColumnScope, ScopeColumn
from language.dataflow.world import resolved

ENGINE = settings(max_examples=40, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
INTEGERS = st.integers(-(2**31), 2**31 - 1)
LONGS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CENTS = st.decimals(-99999, 99999, places=2, allow_nan=False, allow_infinity=False)


def values_of(text: str, rows: Sequence[Sequence[object]], given_types: Sequence[DataType]) -> list[object]:
    """Return the value of an expression over columns a, b … for each row."""
    names = [chr(ord("a") + index) for index in range(len(given_types))]
    columns = [
        ScopeColumn("s", name, type_, cast(exp.column(name, table="s"), type_))
        for name, type_ in zip(names, given_types, strict=True)
    ]
    tree = resolved(text, ColumnScope(tuple(columns))).sql
    marks = ", ".join(f"({', '.join('?' * len(names))})" for _ in rows)
    query = f"SELECT {tree.sql('duckdb')} FROM (VALUES {marks}) s({', '.join(names)})"
    with duckdb.connect() as engine:
        install_needed(engine, query)
        flat = [value for row in rows for value in row]
        return [row[0] for row in engine.execute(query, flat).fetchall()]


@given(st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=20))
@ENGINE
def test_decimals_divided_are_rounded_half_up(pairs: list[tuple[decimal.Decimal, decimal.Decimal]]) -> None:
    found = values_of("a / b", pairs, (Decimal(7, 2), Decimal(7, 2)))
    context = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_UP)
    unit = decimal.Decimal("1E-10")
    wanted = [None if b == 0 else context.divide(a, b).quantize(unit, decimal.ROUND_HALF_UP, context) for a, b in pairs]
    assert found == wanted


@given(st.lists(CENTS, min_size=1, max_size=20))
@ENGINE
def test_decimals_averaged_are_exact(values: list[decimal.Decimal]) -> None:
    text = "avg(a)"
    found = values_of(text, [(value,) for value in values], (Decimal(7, 2),))
    context = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_UP)
    mean = context.divide(sum(values, decimal.Decimal(0)), decimal.Decimal(len(values)))
    assert found == [mean.quantize(decimal.Decimal("1E-6"), decimal.ROUND_HALF_UP, context)]


@given(st.lists(st.floats(-1e12, 1e12, allow_nan=False), min_size=1, max_size=20), st.integers(0, 4))
@ENGINE
def test_doubles_rounded_go_half_up_by_their_digits(values: list[float], scale: int) -> None:
    found = values_of(f"round(a, {scale})", [(value,) for value in values], (types.DOUBLE,))
    unit = decimal.Decimal(1).scaleb(-scale)
    assert found == [float(decimal.Decimal(repr(v)).quantize(unit, decimal.ROUND_HALF_UP)) for v in values]


def java_digits(value: float) -> str:
    """Return what Java's Double.toString gives, from Python's shortest digits."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return str(decimal.Decimal(repr(value)).__format__("f")) if "e" in repr(value) else repr(value)
    sign, digits, exponent = decimal.Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    assert isinstance(exponent, int)
    return f"{'-' if sign else ''}{text[0]}.{text[1:] or '0'}E{exponent + len(text) - 1}"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False), min_size=1, max_size=20))
@ENGINE
def test_double_as_text_has_the_digits_of_java(values: list[float]) -> None:
    found = values_of("toString(a)", [(value,) for value in values], (types.DOUBLE,))
    assert found == [java_digits(value) for value in values]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20))
@ENGINE
def test_whole_number_narrowed_wraps_around(values: list[int]) -> None:
    found = values_of("toInteger(a)", [(value,) for value in values], (types.LONG,))
    assert found == [struct.unpack("<i", struct.pack("<q", value)[:4])[0] for value in values]


@given(st.lists(st.tuples(st.text(max_size=8), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20))
@ENGINE
def test_substring_counts_from_one(rows: list[tuple[str, int, int]]) -> None:
    clean = [(text.replace("\0", ""), start, length) for text, start, length in rows]
    found = values_of("substring(a, b, c)", clean, (types.STRING, types.INTEGER, types.INTEGER))
    assert found == [text[max(start, 1) - 1 :][:length] for text, start, length in clean]


@given(st.lists(st.dates(datetime.date(1900, 1, 31), datetime.date(2200, 1, 1)), min_size=1), st.integers(-30, 30))
@ENGINE
def test_months_added_keep_the_last_day(days: list[datetime.date], months: int) -> None:
    found = values_of(f"addMonths(a, {months})", [(day,) for day in days], (types.DATE,))
    for day, moved in zip(days, found, strict=True):
        assert isinstance(moved, datetime.date)
        assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
        is_last = (day + datetime.timedelta(1)).month != day.month
        assert ((moved + datetime.timedelta(1)).month != moved.month) if is_last else moved.day <= day.day


@pytest.mark.parametrize(
    ("expr", "data"),
    [
        ("'a', 'b'", b"ab"),
        ("5, 'x', true()", b"\x05\x00\x00\x00x\x01"),
        ("8.2, toDate('2010-04-04')", struct.pack("<d", 8.2) + struct.pack("<i", 14703)),
        ("'a', toString(null()), toInteger(null()), false()", b"a\x00"),
    ],
)
def test_digest_hashes_the_documented_bytes(expr: str, data: bytes) -> None:
    assert evaluate_literal(f"md5({expr})")[0] == hashlib.md5(data).hexdigest()
    assert evaluate_literal(f"sha1({expr})")[0] == hashlib.sha1(data).hexdigest()
    assert evaluate_literal(f"sha2(256, {expr})")[0] == hashlib.sha256(data).hexdigest()


@given(st.lists(st.tuples(INTEGERS, INTEGERS), min_size=1, max_size=20), st.sampled_from("+-*"))
@ENGINE
def test_whole_numbers_that_overflow_wrap_around(pairs: list[tuple[int, int]], operator: str) -> None:
    found = values_of(f"a {operator} b", pairs, (types.INTEGER, types.INTEGER))
    exact = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}[operator]
    assert found == [(exact(a, b) + 2**31) % 2**32 - 2**31 for a, b in pairs]


@given(st.lists(st.tuples(LONGS, LONGS), min_size=1, max_size=20), st.sampled_from("+-*"))
@ENGINE
def test_longs_that_overflow_wrap_around(pairs: list[tuple[int, int]], operator: str) -> None:
    found = values_of(f"a {operator} b", pairs, (types.LONG, types.LONG))
    exact = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}[operator]
    assert found == [(exact(a, b) + 2**63) % 2**64 - 2**63 for a, b in pairs]


@given(st.lists(TEXTS, min_size=1, max_size=20))
@ENGINE
def test_digests_are_those_of_the_library(texts: list[str]) -> None:
    rows = [(text,) for text in texts]
    data = [text.encode() for text in texts]
    assert values_of("crc32(a)", rows, (types.STRING,)) == [zlib.crc32(part) for part in data]
    found = values_of("blake2b(256, a)", rows, (types.STRING,))
    assert found == [hashlib.blake2b(part, digest_size=32).hexdigest() for part in data]
    assert values_of("sha2(512, a)", rows, (types.STRING,)) == [hashlib.sha512(part).hexdigest() for part in data]


@given(st.lists(TEXTS, min_size=1, max_size=20), st.sampled_from(["json", "java", "ecmascript", "xml", "html"]))
@ENGINE
def test_text_escaped_and_unescaped_is_the_text(texts: list[str], format_: str) -> None:
    assert values_of(f"unescape(escape(a, '{format_}'), '{format_}')", [(t,) for t in texts], (types.STRING,)) == texts


@given(st.lists(TEXTS, min_size=1, max_size=20), st.sampled_from(["UTF-8", "UTF-16", "UTF-16LE", "UTF-32"]))
@ENGINE
def test_text_encoded_and_decoded_is_the_text(texts: list[str], charset: str) -> None:
    rows = [(text,) for text in texts]
    assert values_of(f"decode(encode(a, '{charset}'), '{charset}')", rows, (types.STRING,)) == texts
    assert values_of(f"fromBase64(toBase64(a, '{charset}'), '{charset}')", rows, (types.STRING,)) == texts


@given(st.lists(st.lists(st.integers(-99, 99), max_size=8), min_size=1, max_size=10))
@ENGINE
def test_array_sorted_by_comparison_is_sorted(arrays: list[list[int]]) -> None:
    text = "sort(a, iif(#item1 > #item2, -1, iif(#item1 < #item2, 1, 0)))"
    found = values_of(text, [(array,) for array in arrays], (Array(types.INTEGER),))
    assert found == [sorted(array, reverse=True) for array in arrays]


@given(st.lists(st.text("ab1 .-", max_size=8), min_size=1, max_size=20))
@ENGINE
def test_pattern_of_java_matches_as_the_engine_does(texts: list[str]) -> None:
    """One pattern in two spellings: the engine reads the first, the vectorized functions the second."""
    rows = [(text,) for text in texts]
    for plain, foreign in [("[ab]+", "(?>[ab]+)"), ("a|b1", "(?:a|b1)(?!x)"), ("^a*[.-]", "^a*+[.-]")]:
        assert values_of(f"regexMatch(a, '{plain}')", rows, (types.STRING,)) == values_of(
            f"regexMatch(a, '{foreign}')", rows, (types.STRING,)
        )
        assert values_of(f"regexReplace(a, '{plain}', '<$0>')", rows, (types.STRING,)) == values_of(
            f"regexReplace(a, '{foreign}', '<$0>')", rows, (types.STRING,)
        )
