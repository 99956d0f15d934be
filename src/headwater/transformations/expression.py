"""Expressions of a transformation, resolved by the language in the scope of the transformation's inputs."""

from __future__ import annotations

from sqlglot import exp

from headwater.data.types import ANY, BOOLEAN
from headwater.language.dataflow.ast import Expr
from headwater.language.dataflow.functions.aggregate import AGGREGATE_CALLS
from headwater.language.dataflow.scope import Resolved
from headwater.language.dataflow.typing import resolve
from headwater.transformations.protocol import Given
from headwater.transformations.scope import StreamScope, scope_over


def scope_of(given: Given) -> StreamScope:
    """Return the scope over all inputs of the statement."""
    return scope_over(given.inputs, given.names)


def resolve_value(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    """Return an expression of one row. Raises LanguageError."""
    return refuse_rows(given, resolve_rows(given, scope, expr), expr)


def refuse_rows(given: Given, resolved: Resolved, expr: Expr) -> Resolved:
    """Return an expression that makes no rows. Raises LanguageError for one that does."""
    if resolved.sql.find(exp.Explode):
        cure = "Unfold it in a derive before, or flatten it."
        raise given.refuse("LNG-070", f"'{resolved.text}' makes rows", expr, cure)
    return resolved


def resolve_rows(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    """Return an expression of one row, which may make several of it by `unfold`. Raises LanguageError."""
    resolved = resolve(expr, scope, given.source)
    if resolved.aggregate or resolved.window:
        kind = "an aggregate" if resolved.aggregate else "a window function"
        where = "an aggregate or window transformation" if resolved.aggregate else "a window transformation"
        raise given.refuse("LNG-070", f"'{resolved.text}' is {kind}", expr, f"Move it to {where}.")
    return resolved


def resolve_aggregate(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    """Return an expression of a group of rows. Raises LanguageError."""
    resolved = refuse_rows(given, resolve(expr, scope, given.source), expr)
    if resolved.window:
        raise given.refuse(
            "LNG-070", f"'{resolved.text}' is a window function", expr, "Move it to a window transformation."
        )
    if not is_aggregated(resolved):
        cure = "Wrap its columns, as in sum(…), or group by them."
        raise given.refuse("LNG-070", f"'{resolved.text}' is not an aggregate of all its columns", expr, cure)
    return resolved


def resolve_condition(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    """Return an expression that is true, false or null. Raises LanguageError."""
    resolved = resolve_value(given, scope, expr)
    if resolved.type not in (BOOLEAN, ANY):
        cure = "Write a comparison, or wrap it in toBoolean(…)."
        raise given.refuse("LNG-074", f"'{resolved.text}' is {resolved.type}, not boolean", expr, cure)
    return resolved


def is_aggregated(resolved: Resolved) -> bool:
    """Return whether every column that an expression reads stands inside an aggregate."""
    return all(_is_inside_aggregate(column) for column in resolved.sql.find_all(exp.Column))


def is_aggregate_node(node: exp.Expr) -> bool:
    """Return whether a node of SQL is an aggregate."""
    return isinstance(node, exp.AggFunc) or (isinstance(node, exp.Anonymous) and node.name.lower() in AGGREGATE_CALLS)


def _is_inside_aggregate(column: exp.Column) -> bool:
    node = column.parent
    while node is not None:
        if is_aggregate_node(node) or isinstance(node, exp.Filter):
            return True
        node = node.parent
    return False
