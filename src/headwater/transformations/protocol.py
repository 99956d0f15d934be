"""What one transformation must say of itself: what comes out, from which columns, and as which relation.

There is no way to give an output column without its origins: `OutputColumn` has no default for them. So column lineage
falls out of compiling, and no transformation can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.schema import Schema
from headwater.errors import Fault, LanguageError
from headwater.language.dataflow.ast import Node, Statement
from headwater.language.expression.ast import Json
from headwater.language.source import Source
from headwater.transformations.options import Options
from headwater.transformations.scope import Names
from headwater.transformations.stream import Stream, StreamColumn


@dataclass(frozen=True, slots=True)
class Given:
    """What a statement is compiled from."""

    statement: Statement
    inputs: tuple[Stream, ...]
    source: Source = field(repr=False)
    """The script, for carets and for expressions as written."""
    names: Names = Names()
    schema: Schema | None = None
    """For a source: the columns that its data has, where they are known."""
    pivots: tuple[Json, ...] | None = None
    """For a pivot that names no values: those that its data has, where they are known."""

    def fault(self, code: str, message: str, node: Node | None = None, cure: str = "") -> Fault:
        """Return a fault at a node of the statement, or at the statement."""
        return self.source.fault(code, message, (node or self.statement).span, cure)

    def refuse(self, code: str, message: str, node: Node | None = None, cure: str = "") -> LanguageError:
        """Return the error of a single fault, to be raised."""
        return LanguageError(self.fault(code, message, node, cure))

    def written(self, node: Node) -> str:
        """Return the script text of a node on one line."""
        return " ".join(self.source.text[node.span.start : node.span.end].split())


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column that comes out: what it is, which columns of the inputs it comes from, and its value over them."""

    column: StreamColumn
    origins: tuple[Origin, ...]
    value: exp.Expr
    """Over the tables of the relation's FROM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One stream that comes out.

    `effects` are the columns that decide which rows there are. `relation` projects exactly the ids of `columns`, each
    once and in order, from tables that are called like the inputs.
    """

    stream: Stream
    columns: tuple[OutputColumn, ...]
    effects: tuple[Origin, ...]
    relation: exp.Query
    is_repeatable: bool
    """False if a second evaluation may give other values (`uuid()`): then it is evaluated once for all consumers."""
    marks: tuple[OutputColumn, ...] = ()
    """What the rows carry beside their columns; `relation` projects it behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a statement comes to: one output, or one a branch; the options of a source or sink."""

    outputs: tuple[Output, ...]
    options: Options | None = None
    drops_rows: bool = False
    """True if fewer rows may come out, though the verb keeps rows as a rule."""


class Compile(Protocol):
    def __call__(self, given: Given) -> Outcome:
        """Return what comes out. Pure. Raises LanguageError with all faults of the statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformation:
    """One verb of the script: what it takes, and how it is compiled."""

    verb: str
    compile: Compile
    inputs: tuple[int, int] = (1, 1)
    """The least and the greatest number of input streams."""
    options: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    """Option → the values that are supported, lower-cased; None for any."""
    clauses: frozenset[str] = frozenset()
    is_expensive: bool = False
    """True if it is worth evaluating once for several consumers."""
    keeps_rows: bool = False
    """True if as many rows come out as go in, always."""
