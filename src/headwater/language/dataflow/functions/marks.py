"""Functions that ask what earlier transformations found out about a row: the marks of alterRow, lookup and assert.

A scope answers for each mark; where no transformation before left it, the call is refused with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from headwater.data import types
from headwater.data.types import DataType, Map
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.scope import Mark, Resolved


@dataclass(frozen=True, slots=True)
class MarkFunction:
    """A function of a mark; `indexed` ones may be given the number of the input stream, from 1."""

    mark: Mark
    result: DataType
    doc: str
    indexed: bool = True

    @property
    def arguments(self) -> int:
        """The greatest number of arguments."""
        return 1 if self.indexed or (self.mark == "errors" and self.result == types.BOOLEAN) else 0


ERRORS_TYPE = Map(types.STRING, types.STRING)
_B = types.BOOLEAN

MARKS: dict[str, MarkFunction] = {
    "assertErrorMessages": MarkFunction("errors", ERRORS_TYPE, "Messages of the asserts that failed, by name.", False),
    "hasError": MarkFunction("errors", _B, "Tells whether an assert failed, or the one of a name.", False),
    "isDelete": MarkFunction("delete", _B, "Tells whether the row is marked for delete."),
    "isError": MarkFunction("error", _B, "Tells whether the row is marked as error."),
    "isIgnore": MarkFunction("ignore", _B, "Tells whether the row is marked to be ignored."),
    "isInsert": MarkFunction("insert", _B, "Tells whether the row is marked for insert."),
    "isMatch": MarkFunction("match", _B, "Tells whether the row found a match in a lookup."),
    "isUpdate": MarkFunction("update", _B, "Tells whether the row is marked for update."),
    "isUpsert": MarkFunction("upsert", _B, "Tells whether the row is marked for upsert."),
}


def has_error(errors: Resolved, name: Resolved | None) -> exp.Expr:
    """Return whether the map of failed asserts has any, or that of a name."""
    names = sql.call("map_keys", errors.sql)
    if name is not None:
        return exp.Coalesce(this=sql.call("list_contains", names, name.sql), expressions=[exp.false()])
    count = exp.Coalesce(this=exp.ArraySize(this=names), expressions=[sql.number(0)])
    return exp.GT(this=count, expression=sql.number(0))
