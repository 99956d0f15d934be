"""The tree of a pipeline expression, and `Value`: a JSON value in which expression strings have become trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from headwater.language.source import NOWHERE, Source, Span

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`name(args…)`; names are case-insensitive, `name` is as written."""

    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`base.name` or, null-safe, `base?.name`; property names are case-insensitive."""

    base: Expr
    name: str
    null_safe: bool = False


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`base[index]` or, null-safe, `base?[index]`; arrays count from 0."""

    base: Expr
    index: Expr
    null_safe: bool = False


Expr = Literal | Call | Member | Index


@dataclass(frozen=True, slots=True)
class Expression:
    """`@expr`: one tree whose value keeps its type. `source` is the whole JSON string, for carets."""

    tree: Expr
    source: Source = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Template:
    """`text @{expr} text`: parts are literal text or trees; the value is always a string."""

    parts: tuple[str | Expr, ...]
    source: Source = field(compare=False, repr=False)


Value: TypeAlias = "None | bool | int | float | str | Expression | Template | tuple[Value, ...] | Mapping[str, Value]"
