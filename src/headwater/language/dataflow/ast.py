"""The tree of a data flow script. Spans do not take part in equality, so `parse(print(tree)) == tree`."""

from __future__ import annotations

import datetime
import decimal
from dataclasses import dataclass, field

from headwater.data.types import DataType
from headwater.language.source import NOWHERE, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# Expressions


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, string, boolean or null; `type` is the literal's own (`1L` is long, `1.5f` is float)."""

    value: str | int | float | bool | decimal.Decimal | datetime.date | datetime.datetime | None
    type: DataType


@dataclass(frozen=True, slots=True)
class Interpolation(Node):
    """A double-quoted string with `{expression}` parts."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Regex(Node):
    """A pattern between back quotes: raw, no escapes."""

    pattern: str


@dataclass(frozen=True, slots=True)
class ColumnRef(Node):
    """`name`, `{any name}` or `stream@name`."""

    name: str
    stream: str | None = None


@dataclass(frozen=True, slots=True)
class ParameterRef(Node):
    """`$name`."""

    name: str


@dataclass(frozen=True, slots=True)
class LocalRef(Node):
    """`:name`, a local of the same transformation."""

    name: str


@dataclass(frozen=True, slots=True)
class MatchRef(Node):
    """`$$`, `$0`, `$1` …: what a column pattern matched; `text` without the leading `$`."""

    text: str


@dataclass(frozen=True, slots=True)
class LambdaRef(Node):
    """`#item`, `#index`, `#acc`, `#result`, `#item1` …; `name` without the `#`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`name(args…)`; names are case-sensitive. `owner` is the cache sink in `sink#lookup(k)`."""

    name: str
    args: tuple[Expr, ...]
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Unary(Node):
    operator: str
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`base[index]`, from 1."""

    base: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`base.name`."""

    base: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Cast(Node):
    """`base ? type`."""

    base: Expr
    type: DataType


@dataclass(frozen=True, slots=True)
class ArrayLiteral(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class MapLiteral(Node):
    """`[key -> value, …]`."""

    entries: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True)
class StructLiteral(Node):
    """`@(name = expr, …)`."""

    fields: tuple[tuple[str, Expr], ...]


Expr = (
    Literal
    | Interpolation
    | Regex
    | ColumnRef
    | ParameterRef
    | LocalRef
    | MatchRef
    | LambdaRef
    | Call
    | Unary
    | Binary
    | Index
    | Member
    | Cast
    | ArrayLiteral
    | MapLiteral
    | StructLiteral
)


# Statements


@dataclass(frozen=True, slots=True)
class ColumnDeclaration(Node):
    """`name as type 'format'` inside `output(…)` or `input(…)`."""

    name: str
    type: DataType
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Option(Node):
    """`name: value`; `parenthesized` keeps the form `name: (expr)`, `values` the form `name: [a, b]`."""

    name: str
    value: Expr | tuple[Expr, ...]
    parenthesized: bool = False


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`target = expr`; `local` for `:target := expr` style locals, `target` an Expr where it is computed."""

    target: str | Expr
    value: Expr
    local: bool = False


@dataclass(frozen=True, slots=True)
class Positional(Node):
    """A bare expression, such as filter's condition."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Clause(Node):
    """`name(args…)` with a grammar of its own: output, input, mapColumn, groupBy, over, asc, desc, each, match …"""

    name: str
    args: tuple[Argument, ...]


Argument = ColumnDeclaration | Option | Assignment | Positional | Clause


@dataclass(frozen=True, slots=True)
class StreamRef(Node):
    """An input of a statement: `stream` or `stream@branch`."""

    stream: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """`inputs verb(args) ~> name@(branches)`."""

    inputs: tuple[StreamRef, ...]
    verb: str
    args: tuple[Argument, ...]
    name: str
    branches: tuple[str, ...] = ()

    def option(self, name: str) -> Option | None:
        """Return the option of this name, or None."""
        return next((a for a in self.args if isinstance(a, Option) and a.name == name), None)

    def clause(self, name: str) -> Clause | None:
        """Return the first clause of this name, or None."""
        return next((a for a in self.args if isinstance(a, Clause) and a.name == name), None)


@dataclass(frozen=True, slots=True)
class ParameterDeclaration(Node):
    """`name as type (default)`."""

    name: str
    type: DataType
    default: Expr | None = None


@dataclass(frozen=True, slots=True)
class Script(Node):
    parameters: tuple[ParameterDeclaration, ...]
    statements: tuple[Statement, ...]
