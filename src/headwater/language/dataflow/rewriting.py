"""Changes parts of an expression tree, from the leaves up; spans stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from headwater.language.dataflow.ast import Expr, Node

Change = Callable[[Expr], Expr]


def rewritten(expr: Expr, change: Change) -> Expr:
    """Return the tree in which every part, its own parts first, is what `change` makes of it."""
    # Any: the fields of all kinds of nodes.
    parts: dict[str, Any] = {field.name: getattr(expr, field.name) for field in fields(expr)}
    changed: dict[str, Any] = {name: _changed(value, change) for name, value in parts.items()}
    return change(replace(expr, **{name: value for name, value in changed.items() if value is not parts[name]}))


def parts_of(expr: Expr) -> Iterator[Expr]:
    """Yield every part of a tree, itself last."""
    found: list[Expr] = []

    def keep(part: Expr) -> Expr:
        found.append(part)
        return part

    rewritten(expr, keep)
    yield from found


def _changed(value: object, change: Change) -> object:
    if isinstance(value, Node):
        return rewritten(value, change)  # type: ignore[arg-type]  # the nodes inside an expression are expressions
    if isinstance(value, tuple):
        items = tuple(_changed(item, change) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
