"""From a resolved expression to SQL: as the text of a dialect, and spread over the rows of a window."""

from __future__ import annotations

from sqlglot import exp

from headwater.language.dataflow.functions.aggregate import AGGREGATE_CALLS
from headwater.language.dataflow.scope import Resolved

_RANKS = (exp.CumeDist, exp.DenseRank, exp.Lag, exp.Lead, exp.Ntile, exp.Rank, exp.RowNumber)


def to_sql(value: Resolved, dialect: str) -> str:
    """Return the SQL text of an expression, for a person to read; an engine gets the tree inside its query."""
    return value.sql.sql(dialect=dialect)


def over(tree: exp.Expr, window: exp.Window) -> exp.Expr:
    """Return a copy of the tree in which every aggregate and window function looks at the rows of `window`.

    `window` has partition, order and frame, and no function of its own.
    """
    result = exp.Paren(this=tree.copy())
    for node in tuple(result.find_all(exp.Func)):
        if isinstance(node, (exp.AggFunc, *_RANKS)) or _is_aggregate_call(node):
            whole = node.parent if isinstance(node.parent, exp.Filter) else node
            whole.replace(_windowed(node, whole, window))
    return result.this.pop() if isinstance(result.this, exp.Expr) else result


def _is_aggregate_call(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() in AGGREGATE_CALLS


def _windowed(node: exp.Expr, whole: exp.Expr, window: exp.Window) -> exp.Window:
    spread = window.copy()
    if isinstance(node, _RANKS):
        spread.set("spec", None)
    if not isinstance(node, exp.First | exp.Last):
        spread.set("this", whole.copy())
        return spread
    edge = exp.FirstValue if isinstance(node, exp.First) else exp.LastValue
    value = edge(this=node.this.copy())
    # A window cannot filter its first and last values; it can pass over nulls, which is what the filter is for.
    spread.set("this", exp.IgnoreNulls(this=value) if isinstance(whole, exp.Filter) else value)
    return spread
