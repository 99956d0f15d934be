"""What a data flow expression may name, and what resolving it yields: the seam to the transformations.

A transformation builds a `Scope` from its input streams; `typing.resolve` asks it for every name and gives back a
`Resolved`: the type, the SQL tree and the columns that were read, each with the kind that column lineage needs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from sqlglot import exp

from headwater.data.edges import Kind, Origin, Subtype
from headwater.data.types import DataType
from headwater.language.dataflow.ast import Expr

_SHOWN = 8
Mark = Literal["delete", "error", "errors", "ignore", "insert", "match", "update", "upsert"]
"""What transformations find out about a row: all boolean, but `errors`, a map of failed asserts to their messages."""


@dataclass(frozen=True, slots=True)
class ScopeColumn:
    """A column that an expression can see: where it comes from and how SQL reaches it."""

    stream: str
    """Name of the input stream."""
    name: str
    type: DataType
    sql: exp.Expr
    """The physical column, `exp.column("b", table="s1", quoted=True)`; copied, never changed, by the compiler."""
    origin: str = ""
    """Stream in which the column first appeared, for `byOrigin`; empty if it is `stream`."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why a name stands for nothing here; the compiler adds the place."""

    code: str
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that an expression reads, and how its value takes part in the result."""

    stream: str
    column: str
    kind: Kind = "DIRECT"
    subtype: Subtype = "IDENTITY"

    def origin(self, expression: str) -> Origin:
        """Return the reference as an origin of the output column that `expression` defines."""
        text = "" if self.subtype == "IDENTITY" else expression
        return Origin(self.stream, self.column, self.kind, self.subtype, text)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A typed expression: `sql` yields the value, `references` say which columns it read, `text` is its own script."""

    type: DataType
    sql: exp.Expr
    references: tuple[Reference, ...] = ()
    """One per (stream, column, kind, subtype), in the order of first use."""
    aggregate: bool = False
    """True if it holds an aggregate, so that it is legal only in aggregate, pivot and window."""
    window: bool = False
    """True if it holds a function of the window, such as `rowNumber()`."""
    nondeterministic: bool = False
    """True if a second evaluation may differ (`uuid()`, `random()`): materialize before sharing."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function of a UDF library; the body calls its arguments `i1`, `i2`, …"""

    name: str
    parameters: tuple[DataType, ...]
    returns: DataType
    body: Expr


@dataclass(frozen=True, slots=True)
class CacheSink:
    """A cache sink that `name#lookup(k)`, `#mlookup(k)`, `#output()` and `#outputs()` read."""

    stream: str
    relation: exp.Expr
    """A table or an aliased subquery, as it stands in FROM."""
    columns: tuple[ScopeColumn, ...]
    """The sink's columns as `relation` names them."""
    keys: tuple[str, ...] = ()
    """The sink's `keyColumns`, in order; without them only output and outputs are legal."""


@dataclass(frozen=True, slots=True)
class MatchedColumn:
    """The column that `each(match(…), …)` is being applied to."""

    column: ScopeColumn
    position: int
    """From 1, in its stream."""
    groups: tuple[str, ...] = ()
    """Groups of a `patternMatch`, which `$1`, `$2` … stand for."""
    value: Resolved | None = None
    """What `$$` stands for where that is no column but a member of one."""


class Scope(Protocol):
    """The names that an expression can use. Lookups answer with a value or with the reason there is none."""

    def column(self, name: str, stream: str | None) -> ScopeColumn | Unresolved:
        """Return the column of exactly this name; without a stream it must be unambiguous."""

    def columns(self, stream: str | None) -> tuple[ScopeColumn, ...]:
        """Return the columns of one stream, or of all, in order."""

    def parameter(self, name: str) -> Resolved | Unresolved:
        """Return the value of `$name`."""

    def local(self, name: str) -> Resolved | Unresolved:
        """Return `:name`, a local of the same transformation."""

    def function(self, name: str) -> UserFunction | None:
        """Return the function of a UDF library, or None."""

    def cache(self, sink: str) -> CacheSink | Unresolved:
        """Return the cache sink of this name."""

    def mark(self, name: Mark, stream: int | None) -> Resolved | Unresolved:
        """Return a mark of the row, left by alterRow, lookup or assert; of the input of this number, from 1."""

    @property
    def matched(self) -> MatchedColumn | None:
        """The column that `$$` stands for, inside `each(…)`."""


_LEAVES: Mapping[Mark, str] = {"error": "an assert", "errors": "an assert", "match": "a lookup"}


def unmarked(name: Mark) -> Unresolved:
    """Return why there is no mark where no transformation before has left one."""
    leaves = _LEAVES.get(name, "an alterRow")
    return Unresolved("LNG-038", f"The rows have no '{name}' mark here", f"Put {leaves} transformation before this.")


@dataclass(frozen=True, slots=True)
class ColumnScope:
    """The usual scope: the columns of the input streams in order, and the flow's values by name."""

    inputs: tuple[ScopeColumn, ...] = ()
    parameters: Mapping[str, Resolved] = field(default_factory=dict)
    locals: Mapping[str, Resolved] = field(default_factory=dict)
    functions: Mapping[str, UserFunction] = field(default_factory=dict)
    caches: Mapping[str, CacheSink] = field(default_factory=dict)
    marks: Mapping[Mark, Resolved] = field(default_factory=dict)
    matched: MatchedColumn | None = None

    def column(self, name: str, stream: str | None) -> ScopeColumn | Unresolved:
        found = [c for c in self.inputs if c.name == name and stream in (None, c.stream)]
        if len(found) == 1:
            return found[0]
        if found:
            return _ambiguous(found)
        if stream is not None and all(column.stream != stream for column in self.inputs):
            return _absent(
                "LNG-023", f"Stream '{stream}' is not an input here", (c.stream for c in self.inputs), stream
            )
        label = name if stream is None else f"{stream}@{name}"
        return _absent("LNG-021", f"Column '{label}' does not exist here", (c.name for c in self.columns(stream)), name)

    def columns(self, stream: str | None) -> tuple[ScopeColumn, ...]:
        return tuple(column for column in self.inputs if stream in (None, column.stream))

    def parameter(self, name: str) -> Resolved | Unresolved:
        return self.parameters.get(name) or _absent(
            "LNG-024", f"Parameter '${name}' is not declared", self.parameters, name
        )

    def local(self, name: str) -> Resolved | Unresolved:
        return self.locals.get(name) or _absent("LNG-025", f"Local ':{name}' is not defined", self.locals, name)

    def function(self, name: str) -> UserFunction | None:
        return self.functions.get(name)

    def cache(self, sink: str) -> CacheSink | Unresolved:
        return self.caches.get(sink) or _absent("LNG-026", f"There is no cache sink '{sink}'", self.caches, sink)

    def mark(self, name: Mark, stream: int | None) -> Resolved | Unresolved:  # noqa: ARG002  # Scope's signature
        return self.marks.get(name) or unmarked(name)


@dataclass(frozen=True, slots=True)
class BodyScope:
    """The scope of a user function's body: its arguments are bound by name, and there are the other functions."""

    around: Scope
    matched: MatchedColumn | None = None

    def column(self, name: str, stream: str | None) -> ScopeColumn | Unresolved:  # noqa: ARG002  # Scope's signature
        return Unresolved("LNG-021", f"Column '{name}' does not exist here", "A function sees its arguments only.")

    def columns(self, stream: str | None) -> tuple[ScopeColumn, ...]:  # noqa: ARG002  # Scope's signature
        return ()

    def parameter(self, name: str) -> Resolved | Unresolved:
        return Unresolved("LNG-024", f"Parameter '${name}' is not declared", "A function sees its arguments only.")

    def local(self, name: str) -> Resolved | Unresolved:
        return Unresolved("LNG-025", f"Local ':{name}' is not defined", "A function sees its arguments only.")

    def function(self, name: str) -> UserFunction | None:
        return self.around.function(name)

    def cache(self, sink: str) -> CacheSink | Unresolved:
        return Unresolved("LNG-026", f"There is no cache sink '{sink}'", "A function sees its arguments only.")

    def mark(self, name: Mark, stream: int | None) -> Resolved | Unresolved:
        return self.around.mark(name, stream)


def _ambiguous(found: list[ScopeColumn]) -> Unresolved:
    name, first = found[0].name, found[0].stream
    streams = list(dict.fromkeys(column.stream for column in found))
    if len(streams) == 1:
        cure = f"Stream '{first}' has it twice; rename one with a select before this."
    else:
        cure = "Write " + " or ".join(f"{stream}@{name}" for stream in streams) + "."
    return Unresolved("LNG-022", f"Column '{name}' is ambiguous", cure)


def _absent(code: str, message: str, names: Iterable[str], wanted: str) -> Unresolved:
    return Unresolved(code, message, nearest(wanted, names))


def nearest(wanted: str, names: Iterable[str]) -> str:
    """Return the cure for an unknown name: the nearest known ones, else the first few there are."""
    known = tuple(dict.fromkeys(names))
    if not known:
        return "There are none here."
    lowered: dict[str, str] = {}
    for name in known:
        lowered.setdefault(name.lower(), name)
    close = [lowered[match] for match in difflib.get_close_matches(wanted.lower(), lowered, 3, 0.6)]
    if close:
        return "Did you mean " + " or ".join(f"'{name}'" for name in close) + "?"
    shown = ", ".join(f"'{name}'" for name in known[:_SHOWN])
    return f"There are: {shown}" + (f" and {len(known) - _SHOWN} more." if len(known) > _SHOWN else ".")
