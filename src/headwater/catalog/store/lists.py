"""Lists of keys as a table, so that a statement takes thousands of them in one parameter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import BigInteger, Integer, Text, bindparam, cast, func, literal_column
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import TableValuedAlias


def listed(name: str = "wanted") -> TableValuedAlias:
    """Return a table with the column `value`; its rows come from the parameter of this name, made by `packed`."""
    return func.json_each(bindparam(name)).table_valued("value", name=name)


def packed(values: Iterable[int | str] | Iterable[Sequence[int | str]]) -> str:
    """Encode keys, or rows of keys, as the parameter of a `listed` table."""
    return msgspec.json.encode(list(values)).decode()


def integer(table: TableValuedAlias, position: int | None = None) -> ColumnElement[int]:
    """Return the key, or the one at `position` of a row of keys, as an integer."""
    if position is None:
        return cast(table.c.value, BigInteger().with_variant(Integer, "sqlite"))
    return cast(
        func.json_extract(table.c.value, literal_column(f"'$[{position:d}]'")),
        BigInteger().with_variant(Integer, "sqlite"),
    )


def text(table: TableValuedAlias) -> ColumnElement[str]:
    return cast(table.c.value, Text)
