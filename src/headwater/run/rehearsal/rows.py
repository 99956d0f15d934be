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
from headwater.data.types import ANY, DATE, DOUBLE, STRING, TIMESTAMP, DataType
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
_NEIGHBOURS = 3
"""As many as a value has with itself."""


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
        wanted = self._wanted(at, column.type)
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
        slots = self._slots(members, column.type)
        middle, start = self.rows // 2, self._start(members)
        named = at not in self.asks.looked_into and at not in self.asks.unique
        form = next((form for member in members if (form := self._form(member, STRING))), None)
        values: list[Value] = []
        for number in numbers:
            if slots and named and random.random() < _WANTED / 2:
                number = middle + random.randrange(len(slots))
            value = slots[number - middle] if middle <= number < middle + len(slots) else None
            values.append(_key(column.type, column.name, number + start, form, random) if value is None else value)
        return values

    def _start(self, members: tuple[SourceColumn, ...]) -> int:
        """Return the first number of a pool: so that keys lie on both sides of a value that orders them."""
        orders = (one.value for member in members for one in self.asks.values.get(member, ()) if one.in_order)
        # By the value alone: members of other types must begin at the same number.
        numbers = (number_of(fitting(value, type_)) for value in orders for type_ in (DOUBLE, TIMESTAMP))
        return next((number - self.rows // 2 for number in numbers if number is not None), 0)

    def _wanted(self, at: SourceColumn, type_: DataType) -> list[Value]:
        """Return the values that expressions compare a column with, and their neighbours, once each."""
        found = {repr(one): one for one in self._slots((at,), type_) if one is not None}
        return list(found.values())

    def _slots(self, members: tuple[SourceColumn, ...], type_: DataType) -> list[Value | None]:
        """Return what a pool is compared with, at the same places for all types; None where it does not fit."""
        slots: list[Value | None] = []
        for wanted in dict.fromkeys(one for member in members for one in self.asks.values.get(member, ())):
            value = fitting(wanted.value, type_)
            near = neighbours(value) if wanted.in_order and value is not None else [value]
            padding = [None] * (_NEIGHBOURS - len(near) if wanted.in_order else 0)
            slots += (one if one is not None and fits(one, type_) else None for one in (*near, *padding))
        return slots[:_MOST_WANTED]

    def _form(self, at: SourceColumn, type_: DataType) -> Form | None:
        return self.asks.forms.get(at) if type_ in (ANY, STRING) else None


def _key(type_: DataType, name: str, number: int, form: Form | None, random: Random) -> Value:
    is_moment = form is not None and form.type in (DATE, TIMESTAMP)
    if form is not None and is_moment and type_ in (ANY, STRING):
        return formed_text(form, name, number, random)
    return numbered_value(type_, name, number)
