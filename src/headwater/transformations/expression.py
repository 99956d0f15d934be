"""Expressions of a transformation, resolved by the language in the scope of the transformation's inputs."""

from __future__ import annotations

from headwater.data.types import ANY, BOOLEAN
from headwater.language.dataflow.ast import Expr
from headwater.language.dataflow.scope import Resolved
from headwater.language.dataflow.typing import resolve
from headwater.transformations.protocol import Given
from headwater.transformations.scope import StreamScope, scope_over


def scope_of(given: Given) -> StreamScope:
    """Return the scope over all inputs of the statement."""
    return scope_over(given.inputs, given.names)


def resolve_value(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    """Return an expression of one row. Raises LanguageError."""
    resolved = resolve(expr, scope, given.source)
    if resolved.aggregate or resolved.window:
        kind = "an aggregate" if resolved.aggregate else "a window function"
        where = "an aggregate or window transformation" if resolved.aggregate else "a window transformation"
        raise given.refuse("LNG-070", f"'{resolved.text}' is {kind}", expr, f"Move it to {where}.")
    return resolved


def resolve_aggregate(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    """Return an expression of a group of rows. Raises LanguageError."""
    resolved = resolve(expr, scope, given.source)
    if resolved.window:
        raise given.refuse(
            "LNG-070", f"'{resolved.text}' is a window function", expr, "Move it to a window transformation."
        )
    if resolved.references and not resolved.aggregate:
        raise given.refuse(
            "LNG-070", f"'{resolved.text}' is not an aggregate", expr, "Wrap it, as in sum(…), or group by it."
        )
    return resolved


def resolve_condition(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    """Return an expression that is true, false or null. Raises LanguageError."""
    resolved = resolve_value(given, scope, expr)
    if resolved.type not in (BOOLEAN, ANY):
        cure = "Write a comparison, or wrap it in toBoolean(…)."
        raise given.refuse("LNG-074", f"'{resolved.text}' is {resolved.type}, not boolean", expr, cure)
    return resolved
