"""Vectorized functions where Spark does not call them: those of a lambda are worked out before the lambda begins."""

from __future__ import annotations

from sqlglot import exp

from headwater.errors import Fault, PlanError
from headwater.language.dataflow.functions.vectorized.registry import SQL_NAMES
from headwater.run.engines.spark.trees import call, function, number

_CURE = 'Set name = "duckdb" in [engine] for this project, or '


def hoist(root: exp.Expr) -> None:
    """Take vectorized calls out of the lambdas below a node.

    `f(list, item -> g(item, hw_h(x)))` becomes what `transform(array(hw_h(x)), v -> f(list, item -> g(item, v)))` has
    as its only item. Raises PlanError for a call that needs an item of the list.
    """
    for lambda_ in tuple(root.find_all(exp.Lambda)):
        if lambda_.find_ancestor(exp.Lambda) is None and _vectorized(lambda_) and lambda_.parent is not None:
            _hoist_all(lambda_.parent)


def _hoist_all(owner: exp.Expr) -> None:
    variables = {name.name for lambda_ in owner.find_all(exp.Lambda) for name in lambda_.expressions}
    before: dict[exp.Expr, str] = {}
    for inner in _vectorized(owner):
        if variables & {name.name for name in inner.find_all(exp.Identifier)}:
            raise _refused(inner)
        name = before.setdefault(inner.copy(), f"before_{len(before)}")
        inner.replace(exp.to_identifier(name))
    for value, name in before.items():
        inside = owner.copy()
        around = call("try_element_at", call("transform", call("array", value), function(name, inside)), number(1))
        owner.replace(around)
        owner = around


def _vectorized(node: exp.Expr) -> list[exp.Anonymous]:
    """Return the outermost vectorized calls."""
    calls = [inner for inner in node.find_all(exp.Anonymous) if _is_vectorized(inner)]
    return [inner for inner in calls if not any(inner is not other and _holds(other, inner) for other in calls)]


def _holds(outer: exp.Expr, inner: exp.Expr) -> bool:
    above = inner.parent
    while above is not None and above is not outer:
        above = above.parent
    return above is outer


def refuse_in_outer_joins(root: exp.Expr) -> None:
    """Raise PlanError where the condition of an outer join calls a vectorized function."""
    for join in root.find_all(exp.Join):
        condition = join.args.get("on")
        called = _vectorized(condition) if join.side and isinstance(condition, exp.Expr) else []
        if called:
            cure = _CURE + "compute the value in a derive before the join."
            message = f"Spark cannot call '{called[0].name}', a function in Python, in the condition of an outer join"
            raise PlanError(Fault("RUN-046", message, cure=cure))


def _is_vectorized(inner: exp.Anonymous) -> bool:
    return inner.name.lower() in SQL_NAMES


def _refused(inner: exp.Anonymous) -> PlanError:
    cure = _CURE + "unroll the array with a flatten first."
    message = f"Spark cannot call '{inner.name}', a function in Python, for each item of an array"
    return PlanError(Fault("RUN-046", message, cure=cure))
