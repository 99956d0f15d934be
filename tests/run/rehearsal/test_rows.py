"""Generated rows fit their schemas, whatever these are; the same seed gives the same rows; keys meet."""

from __future__ import annotations

import datetime
import decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headwater.data import types
from headwater.data.batch import arrow_schema, arrow_type
from headwater.data.schema import Column, Schema
from headwater.data.types import Array, DataType, Decimal, Map, Struct
from headwater.run.rehearsal.asks import Asks, Form, Wanted
from headwater.run.rehearsal.rows import Generator
from headwater.run.rehearsal.values import fits, fitting, formed_text, neighbours, numbered_value

SCALARS = (
    types.ANY,
    types.BINARY,
    types.BOOLEAN,
    types.BYTE,
    types.DATE,
    types.DOUBLE,
    types.FLOAT,
    types.INTEGER,
    types.LONG,
    types.SHORT,
    types.STRING,
    types.TIME,
    types.TIMESTAMP,
)
KEYS = (types.DATE, types.INTEGER, types.LONG, types.STRING)
LITERALS = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.sampled_from(["9999-12-31", "0001-01-01", "2020-01-01T10:00:00"]),
    st.decimals(allow_nan=False),
)


def _decimals() -> st.SearchStrategy[DataType]:
    return st.integers(1, 38).flatmap(lambda p: st.integers(0, p).map(lambda s: Decimal(p, s)))


def data_types() -> st.SearchStrategy[DataType]:
    scalars = st.one_of(st.sampled_from(SCALARS), _decimals())

    def nested(inner: st.SearchStrategy[DataType]) -> st.SearchStrategy[DataType]:
        fields = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            inner.map(Array),
            st.tuples(st.sampled_from(KEYS), inner).map(lambda pair: Map(*pair)),
            fields.map(lambda found: Struct(tuple((f"field{n}", one) for n, one in enumerate(found)))),
        )

    return st.recursive(scalars, nested, max_leaves=5)


def generator(schema: Schema, asks: Asks, rows: int = 30, seed: str = "1") -> Generator:
    return Generator({"source": schema}, asks, rows, seed)


@settings(deadline=None, max_examples=150)
@given(st.lists(data_types(), min_size=1, max_size=4), st.lists(LITERALS, max_size=4), st.booleans(), st.booleans())
@example(found=[Decimal(1, 0)], literals=[1e300], in_order=True, is_key=True)
def test_rows_of_any_types_fit_their_schema(
    found: list[DataType], literals: list[object], in_order: bool, is_key: bool
) -> None:
    schema = Schema(tuple(Column(f"c{number}", type_) for number, type_ in enumerate(found)))
    asks = Asks({})
    for column in schema:
        asks.values["source", column.name] = {Wanted(value, in_order): None for value in literals}  # type: ignore[arg-type]  # a literal of any kind
        if is_key:
            asks.meet(("source", column.name), ("other", column.name))
    table = generator(schema, asks).table("source")
    assert table.schema.equals(arrow_schema(schema))
    assert table.num_rows == 30
    table.validate(full=True)


@settings(deadline=None)
@given(st.lists(data_types(), min_size=1, max_size=3), st.text(max_size=4))
def test_rows_of_one_seed_are_the_same(found: list[DataType], seed: str) -> None:
    schema = Schema(tuple(Column(f"c{number}", type_) for number, type_ in enumerate(found)))
    first, second = (generator(schema, Asks({}), seed=seed).table("source") for _ in range(2))
    assert first.equals(second)


def test_rows_of_another_seed_differ() -> None:
    schema = Schema((Column("amount", types.DOUBLE),))
    assert not generator(schema, Asks({})).table("source").equals(generator(schema, Asks({}), seed="2").table("source"))


@settings(deadline=None)
@given(LITERALS, data_types())
def test_literal_that_fits_is_a_value_of_the_type(value: object, type_: DataType) -> None:
    fitted = fitting(value, type_)  # type: ignore[arg-type]  # a literal of any kind
    for one in [] if fitted is None else neighbours(fitted):
        if fits(one, type_):
            pa.array([one], arrow_type(type_)).validate(full=True)


@pytest.mark.parametrize("type_", [types.INTEGER, types.STRING, types.DATE, types.DOUBLE, Decimal(12, 2)], ids=str)
def test_keys_of_a_pool_are_told_apart(type_: DataType) -> None:
    keys = [numbered_value(type_, "key", number) for number in range(250)]
    assert len(set(map(str, keys))) == len(keys)


def test_keys_that_must_meet_are_looked_into_once_and_mostly_found() -> None:
    asks = Asks({})
    asks.meet(("facts", "product"), ("products", "id"))
    asks.looked_into.add(("products", "id"))
    schemas = {
        "facts": Schema((Column("product", types.LONG),)),
        "products": Schema((Column("id", types.STRING),)),
    }
    made = Generator(schemas, asks, 200, "1")
    wanted = [str(key) for key in made.table("facts").column(0).to_pylist()]
    there = made.table("products").column(0).to_pylist()
    assert len(set(there)) == len(there)
    assert len(set(wanted)) < len(wanted)
    found = sum(key in there for key in wanted)
    assert 0.6 * len(wanted) < found < len(wanted)


def test_keys_lie_on_both_sides_of_a_value_that_orders_them() -> None:
    asks = Asks({})
    asks.unique.add(("source", "year"))
    asks.values["source", "year"] = {Wanted(1950, in_order=True): None}
    years = generator(Schema((Column("year", types.INTEGER),)), asks, 100).table("source").column(0).to_pylist()
    assert min(years) < 1950 < max(years)


def test_keys_of_other_types_meet_at_values_that_only_one_of_them_has() -> None:
    asks = Asks({})
    asks.meet(("left", "number"), ("right", "text"))
    asks.looked_into.add(("right", "text"))
    asks.values["right", "text"] = {Wanted("none"): None, Wanted("1950", in_order=True): None}
    schemas = {
        "left": Schema((Column("number", types.INTEGER),)),
        "right": Schema((Column("text", types.STRING),)),
    }
    made = Generator(schemas, asks, 200, "1")
    there = set(made.table("right").column(0).to_pylist())
    wanted = [str(key) for key in made.table("left").column(0).to_pylist()]
    assert "none" in there
    assert sum(key in there for key in wanted) > len(wanted) / 2


def test_most_rows_have_a_value_that_is_compared_with() -> None:
    asks = Asks({})
    asks.values["source", "status"] = {Wanted("open"): None, Wanted("shut"): None}
    values = generator(Schema((Column("status", types.STRING),)), asks, 200).table("source").column(0).to_pylist()
    assert {None, "open", "shut"} < set(values)
    assert values.count("open") > 50 < values.count("shut")


@pytest.mark.parametrize(
    ("form", "reads"),
    [
        (Form(types.INTEGER), int),
        (Form(types.DOUBLE), float),
        (Form(Decimal(6, 2)), decimal.Decimal),
        (Form(types.DATE), datetime.date.fromisoformat),
        (Form(types.DATE, "dd/MM/yyyy"), lambda text: datetime.datetime.strptime(text, "%d/%m/%Y").date()),
        (Form(types.TIMESTAMP, "MM-dd-yy hh:mm a"), lambda text: datetime.datetime.strptime(text, "%m-%d-%y %I:%M %p")),
        (Form(types.BOOLEAN), {"true": True, "false": False}.__getitem__),
        (Form(types.STRING, "|", is_delimited=True), lambda text: text.split("|")[2]),
    ],
    ids=["integer", "double", "decimal", "date", "date by pattern", "timestamp", "boolean", "parts"],
)
def test_text_reads_as_its_form_asks(form: Form, reads: object) -> None:
    schema = Schema((Column("text", types.STRING),))
    asks = Asks({})
    asks.forms["source", "text"] = form
    texts = generator(schema, asks).table("source").column(0).to_pylist()
    assert [reads(text) for text in texts if text is not None]  # type: ignore[operator]  # each is a function of a text


def test_text_of_a_pool_is_always_the_same() -> None:
    form, random = Form(types.DATE, "yyyyMMdd"), generator(Schema(), Asks({}))._random("x")
    assert formed_text(form, "day", 7, random) == formed_text(form, "day", 7, random) == "20190108"
