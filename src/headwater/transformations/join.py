"""Join: all columns of both sides, those of the same name too; `stream@name` tells them apart afterwards."""

from __future__ import annotations

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.arguments import condition, positional, text
from headwater.transformations.expression import resolve_condition, scope_of
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_passed, deciding, output

_SIDES = {"inner": "INNER", "left": "LEFT", "right": "RIGHT", "outer": "FULL", "cross": "CROSS"}


def _compile(given: Given) -> Outcome:
    left, right = given.inputs
    if left.name == right.name:
        cure = "Pass one of them through a select first, and join that."
        raise given.refuse("LNG-066", f"'{left.name}' is joined with itself", cure=cure)
    kind = (text(given, "joinType") or "inner").lower()
    test, effects = _condition(given, kind)
    frame = exp.Select().from_(left.table(), copy=False)
    if kind == "cross":
        frame = frame.join(right.table(), join_type="CROSS", copy=False)
        frame = frame if test is None else frame.where(test.sql, copy=False)
    else:
        on = None if test is None else test.sql
        frame = frame.join(right.table(), on=on, join_type=_SIDES[kind], copy=False)
    result = output(
        given.statement.name,
        (*all_passed(left), *all_passed(right)),
        frame,
        effects=effects,
        is_open=left.is_open or right.is_open,
        is_repeatable=test is None or not test.nondeterministic,
    )
    return Outcome(outputs=(result,))


def _condition(given: Given, kind: str) -> tuple[Resolved | None, tuple[Origin, ...]]:
    if kind == "cross" and not positional(given):
        return None, ()
    scope = scope_of(given)
    test = resolve_condition(given, scope, condition(given))
    return test, deciding(scope.origins(test, test.text), "JOIN")


JOIN = Transformation(
    verb="join",
    compile=_compile,
    inputs=(2, 2),
    options={
        "broadcast": None,
        "ignoreSpaces": frozenset({"false"}),
        "joinType": frozenset(_SIDES),
        "matchType": frozenset({"exact"}),
    },
    is_expensive=True,
)
