"""The tree of an XPath expression."""

from __future__ import annotations

from dataclasses import dataclass


class XPathError(ValueError):
    """The path does not parse, or asks for what is not supported; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Constant:
    value: str | float


@dataclass(frozen=True, slots=True)
class Operation:
    """A binary operator: `or and = != < <= > >= + - * div mod |`."""

    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Negation:
    operand: Expr


@dataclass(frozen=True, slots=True)
class FunctionCall:
    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """`axis::test[predicate]…`; `test` is a name, `*`, `text()`, `comment()` or `node()`."""

    axis: str
    test: str
    predicates: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the document, from the context node, or from the nodes of `start`."""

    steps: tuple[Step, ...]
    absolute: bool = False
    start: Expr | None = None
    start_predicates: tuple[Expr, ...] = ()


Expr = Constant | Operation | Negation | FunctionCall | Path
