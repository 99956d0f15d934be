"""From the compiler's trees to Spark SQL: the one place that knows how Spark spells what DuckDB has.

The trees are the same for both engines. Three sorted tables say what differs: `SHAPES`, arrangements that stand for
one thing (how a sum wraps around), `NODES`, kinds of node, and `CALLS`, functions by name. Whatever is in none of them
means the same in both.
"""

from __future__ import annotations

from sqlglot import exp

from headwater.run.engines.spark.calls import CALLS
from headwater.run.engines.spark.lambdas import hoist, refuse_in_outer_joins
from headwater.run.engines.spark.nodes import NODES
from headwater.run.engines.spark.shapes import SHAPES

DIALECT = "spark"


def spark_sql(query: exp.Expr) -> str:
    """Return a query of the compiler as Spark SQL."""
    return spark_tree(query).sql(dialect=DIALECT)


def spark_tree(query: exp.Expr) -> exp.Expr:
    """Return a copy that Spark reads: shapes from the outside in, then nodes and calls from the inside out."""
    root = exp.Paren(this=query.copy())
    for shape in SHAPES:
        for node in tuple(root.walk(bfs=True)):
            _replace(node, shape(node))
    for node in reversed(tuple(root.walk(bfs=True))):
        _replace(node, _respelled(node))
    hoist(root)
    refuse_in_outer_joins(root)
    tree = root.this
    assert isinstance(tree, exp.Expr), "a tree stays a tree"
    return tree.pop()


def _respelled(node: exp.Expr) -> exp.Expr | None:
    if isinstance(node, exp.Anonymous):
        call = CALLS.get(node.name.lower())
        return None if call is None else call(list(node.expressions))
    rewrite = NODES.get(type(node))
    return None if rewrite is None else rewrite(node)


def _replace(node: exp.Expr, other: exp.Expr | None) -> None:
    if other is not None and other is not node:
        node.replace(other)
