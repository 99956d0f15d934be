"""What a source that reads the changes of a store says of its rows: which of them are new, changed or gone.

A store that gives no log of changes to a first load gives its rows as they are: SAP's are upserted, those of a database
inserted. Reading the log itself is for the store, and a plan refuses the options that ask for it (`not_run`).
"""

from __future__ import annotations

from sqlglot import exp

from headwater.data.types import STRING
from headwater.transformations.arguments import flag, text
from headwater.transformations.protocol import Given, OutputColumn
from headwater.transformations.relation import made
from headwater.transformations.stream import ACTION

_SAP = ("sapodp", "sapobject")


def change_marks(given: Given) -> tuple[OutputColumn, ...]:
    """Return the mark of the rows; none where the source reads no changes."""
    if any((text(given, name) or "").lower() in _SAP for name in ("store", "format")):
        return (made(ACTION, STRING, (), exp.Literal.string("upsert")),)
    if flag(given, "enableNativeCdc"):
        return (made(ACTION, STRING, (), exp.Literal.string("insert")),)
    return ()
