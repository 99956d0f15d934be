"""Join: all columns of both sides, those of the same name too; `stream@name` tells them apart afterwards."""

from __future__ import annotations

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.arguments import condition, positional, text
from headwater.transformations.expression import resolve_condition, scope_of
from headwater.transformations.likeness import compared, score
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, output
from headwater.transformations.stream import Stream

_SIDES = {"inner": "INNER", "left": "LEFT", "right": "RIGHT", "outer": "FULL", "cross": "CROSS"}


def _compile(given: Given) -> Outcome:
    left, right = distinct_sides(given)
    kind = (text(given, "joinType") or "inner").lower()
    test, effects, scores = _condition(given, kind)
    frame = exp.Select().from_(left.table(), copy=False)
    if kind == "cross":
        frame = frame.join(right.table(), join_type="CROSS", copy=False)
        frame = frame if test is None else frame.where(test.sql, copy=False)
    else:
        on = None if test is None else test.sql
        frame = frame.join(right.table(), on=on, join_type=_SIDES[kind], copy=False)
    result = output(
        given.statement.name,
        (*all_passed(left), *all_passed(right), *scores),
        frame,
        effects=effects,
        is_open=left.is_open or right.is_open,
        is_repeatable=test is None or not test.nondeterministic,
        marks=all_marks(left, right),
    )
    return Outcome(outputs=(result,))


def distinct_sides(given: Given) -> tuple[Stream, Stream]:
    """Return the two inputs. Raises LanguageError if they are one stream, since no name could tell them apart."""
    left, right = given.inputs
    if left.name == right.name:
        cure = "Pass one of them through a select first, and take that."
        raise given.refuse("LNG-066", f"'{left.name}' meets itself in '{given.statement.name}'", cure=cure)
    return left, right


def _condition(given: Given, kind: str) -> tuple[Resolved | None, tuple[Origin, ...], tuple[OutputColumn, ...]]:
    """Return the condition, what it reads, and the column that keeps how well it holds."""
    if kind == "cross" and not positional(given):
        return None, (), ()
    scope = scope_of(given)
    written = condition(given)
    expr = compared(given, scope, written)
    test = resolve_condition(given, scope, expr)
    effects = deciding(scope.origins(test, given.written(written) if expr is not written else test.text), "JOIN")
    return test, effects, score(given, scope, expr)


JOIN = Transformation(
    verb="join",
    compile=_compile,
    inputs=(2, 2),
    options={
        "broadcast": None,
        "ignoreSpaces": None,
        "joinType": frozenset(_SIDES),
        "matchType": frozenset({"exact", "fuzzy"}),
        "scoreColumn": None,
        "similarityThreshold": None,
    },
    is_expensive=True,
)
