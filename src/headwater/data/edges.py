"""Column edges: which column feeds which, how, and through which expression.

The kinds and subtypes are those of OpenLineage's column lineage facet.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["DIRECT", "INDIRECT"]
Subtype = Literal[
    "IDENTITY",
    "TRANSFORMATION",
    "AGGREGATION",
    "JOIN",
    "GROUP_BY",
    "FILTER",
    "SORT",
    "WINDOW",
    "CONDITIONAL",
]


class Origin(msgspec.Struct, frozen=True):
    """One input column that an output column comes from, inside one transformation or mapping.

    `stream` names the input (a data flow stream); in a copy it is empty.
    """

    stream: str
    column: str
    kind: Kind = "DIRECT"
    subtype: Subtype = "IDENTITY"
    expression: str = ""
    """As written in the script or mapping; empty for a column passed on."""


class Step(msgspec.Struct, frozen=True):
    """One transformation that a column passed through on its way to the sink, source first."""

    name: str
    kind: str
    column: str
    expression: str = ""


class ColumnEdge(msgspec.Struct, frozen=True):
    """Column of one input that feeds a column of one sink; `input` names the input.

    `sink_column` is `*` where the column decides about the sink's rows as a whole (filter, join keys).
    """

    input: str
    column: str
    sink_column: str
    kind: Kind
    subtype: Subtype
    expression: str = ""
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        label = f"{self.kind} {self.subtype}" + (f": {self.expression}" if self.expression else "")
        return f"{self.input}.{self.column} -> {self.sink_column}  [{label}]"


class FlowColumn(msgspec.Struct, frozen=True):
    """A column after one step, with the columns of the step's inputs that it comes from."""

    name: str
    type: str
    origins: tuple[Origin, ...] = ()


class FlowStep(msgspec.Struct, frozen=True):
    """One transformation of a data flow as it ran: what it takes, what it gives, and where each column came from.

    `effects` are the columns that decide which rows come out (a filter's condition, a join's keys): INDIRECT for
    every column.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    columns: tuple[FlowColumn, ...]
    effects: tuple[Origin, ...] = ()
    expression: str = ""
    """The statement as written."""
    rows: int | None = None
