"""Generated rows: a table for each source, the same one for the same seed.

Columns that must meet share a pool of keys, of which a row has the one of its number. So keys of more than one column
meet too, and a join of n rows with n rows gives about n. A source that is looked into lacks a fifth of the keys, each
source other ones, so that outer joins and `exists` have something to show. Values that expressions compare a column
with make up most of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import pyarrow as pa

from headwater.data.batch import arrow_schema, arrow_type
from headwater.data.schema import Column, Schema
from headwater.data.types import ANY, DATE, STRING, TIMESTAMP, DataType
from headwater.run.rehearsal.asks import Asks, Form, SourceColumn
from headwater.run.rehearsal.values import (
    Value,
    fits,
    fitting,
    formed_text,
    neighbours,
    number_of,
    numbered_value,
    random_value,
)

_NULLS, _MANY_NULLS = 0.04, 0.1
_WANTED = 0.85
_MOST_WANTED = 200


@dataclass(frozen=True, slots=True)
class Generator:
    """Makes the rows of a flow's sources."""

    schemas: Mapping[str, Schema]
    asks: Asks
    rows: int
    seed: str

    def table(self, source: str) -> pa.Table:
        """Return the rows of a source."""
        schema = self.schemas[source]
        random = self._random(source)
        own = self._own(random)
        drawn = [random.randrange(self.rows) for _ in own]
        columns = [pa.array(self._column(source, column, own, drawn), arrow_type(column.type)) for column in schema]
        return pa.table(columns, schema=arrow_schema(Schema(tuple(Column(c.name, c.type) for c in schema))))

    def _own(self, random: Random) -> list[int]:
        """Return a number of a key for each row, each once: those of named values, and some of the others."""
        named = range(self.rows // 2, self.rows // 2 + self.rows // 10)
        others = [number for number in range(self.rows + self.rows // 4) if number not in named]
        numbers = [*named, *random.sample(others, self.rows - len(named))]
        random.shuffle(numbers)
        return numbers

    def _random(self, what: str) -> Random:
        return Random(f"{self.seed}/{what}")  # noqa: S311 - made-up rows are no secrets

    def _column(self, source: str, column: Column, own: list[int], drawn: list[int]) -> list[Value]:
        at = (source, column.name)
        random = self._random(f"{source}/{column.name}")
        pool = self.asks.pool(at)
        if pool is not None or at in self.asks.unique:
            unique = at in self.asks.looked_into or at in self.asks.unique
            return self._keys(column, at, pool, own if unique else drawn, random)
        wanted = self._wanted((at,), column.type)
        form = self._form(at, column.type)
        rate = _MANY_NULLS if at in self.asks.nullish else _NULLS
        values: list[Value] = []
        for _ in own:
            if random.random() < rate:
                values.append(None)
            elif wanted and random.random() < _WANTED:
                values.append(random.choice(wanted))
            elif form is not None:
                values.append(formed_text(form, column.name, None, random))
            else:
                values.append(random_value(column.type, column.name, random))
        return values

    def _keys(
        self, column: Column, at: SourceColumn, pool: SourceColumn | None, numbers: list[int], random: Random
    ) -> list[Value]:
        """Return the keys of these numbers; those that expressions name stand in the middle of the pool."""
        members = (at,) if pool is None else tuple(self.asks.members(pool))
        wanted = self._wanted(members, column.type)
        middle = self.rows // 2
        named = at not in self.asks.looked_into and at not in self.asks.unique
        form = next((form for member in members if (form := self._form(member, STRING))), None)
        start = self._start(members, column.type if form is None else form.type)
        values: list[Value] = []
        for number in numbers:
            if wanted and named and random.random() < _WANTED / 2:
                number = middle + random.randrange(len(wanted))
            if middle <= number < middle + len(wanted):
                values.append(wanted[number - middle])
            else:
                values.append(_key(column.type, column.name, number + start, form, random))
        return values

    def _start(self, members: tuple[SourceColumn, ...], type_: DataType) -> int:
        """Return the first number of a pool: so that keys lie on both sides of a value that orders them."""
        orders = (one for member in members for one in self.asks.values.get(member, ()) if one.in_order)
        numbers = (number_of(fitting(one.value, type_)) for one in orders)
        return next((number - self.rows // 2 for number in numbers if number is not None), 0)

    def _wanted(self, columns: tuple[SourceColumn, ...], type_: DataType) -> list[Value]:
        found: dict[str, Value] = {}
        for wanted in (one for column in columns for one in self.asks.values.get(column, ())):
            value = fitting(wanted.value, type_)
            near = [] if value is None else neighbours(value) if wanted.in_order else [value]
            found.update((repr(one), one) for one in near if fits(one, type_))
        return list(found.values())[:_MOST_WANTED]

    def _form(self, at: SourceColumn, type_: DataType) -> Form | None:
        return self.asks.forms.get(at) if type_ in (ANY, STRING) else None


def _key(type_: DataType, name: str, number: int, form: Form | None, random: Random) -> Value:
    is_moment = form is not None and form.type in (DATE, TIMESTAMP)
    if form is not None and is_moment and type_ in (ANY, STRING):
        return formed_text(form, name, number, random)
    return numbered_value(type_, name, number)
