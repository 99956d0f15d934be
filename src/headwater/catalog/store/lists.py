"""Lists of keys as a table, so that a statement takes thousands of them in one parameter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import BigInteger, Integer, Text, bindparam, cast, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias

NONE = "[]"
_KEY = BigInteger().with_variant(Integer, "sqlite")


class _Items(FunctionElement[object]):
    """The items of a JSON list as rows with the column `value`."""

    name = "items"
    inherit_cache = True


class _Item(FunctionElement[object]):
    """One item of a JSON list, by position."""

    name = "item"
    inherit_cache = True


@compiles(_Items, "sqlite")
def _items_of_sqlite(element: _Items, compiler: SQLCompiler, **options: object) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Items, "postgresql")
def _items_of_postgresql(element: _Items, compiler: SQLCompiler, **options: object) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSONB))"


@compiles(_Item, "sqlite")
def _item_of_sqlite(element: _Item, compiler: SQLCompiler, **options: object) -> str:
    value, position = (compiler.process(clause, **options) for clause in element.clauses)
    return f"json_extract({value}, '$[{position}]')"


@compiles(_Item, "postgresql")
def _item_of_postgresql(element: _Item, compiler: SQLCompiler, **options: object) -> str:
    value, position = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CAST({value} AS JSONB) ->> {position})"


def listed(name: str = "wanted") -> TableValuedAlias:
    """Return a table with the column `value`; its rows come from the parameter of this name, made by `packed`."""
    return _Items(bindparam(name, type_=Text)).table_valued("value", name=name)


def packed(values: Iterable[int | str] | Iterable[Sequence[int | str]]) -> str:
    """Encode keys, or rows of keys, as the parameter of a `listed` table."""
    return msgspec.json.encode(list(values)).decode()


def integer(table: TableValuedAlias, position: int | None = None) -> ColumnElement[int]:
    """Return the key, or the one at `position` of a row of keys, as an integer."""
    if position is None:
        return cast(table.c.value, _KEY)
    return cast(_Item(table.c.value, literal_column(str(position))), _KEY)


def text(table: TableValuedAlias) -> ColumnElement[str]:
    return cast(table.c.value, Text)
