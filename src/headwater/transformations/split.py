"""Conditional split: a branch for each condition and, last, one for the rows that meet none.

The last may be left out, and those rows with it. With `disjoint: false` a row goes to the first branch whose condition
it meets, with `disjoint: true` to each of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.arguments import flag, positional
from headwater.transformations.expression import resolve_condition, scope_of
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, output
from headwater.transformations.scope import StreamScope


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    tests = _conditions(given, scope)
    name, branches = given.statement.name, given.statement.branches
    if len(branches) not in (len(tests), len(tests) + 1) or not branches:
        message = f"'{name}' has {len(tests)} conditions and {len(branches)} branches"
        cure = f"Name one branch for each condition and one more for the rest: ~> {name}@(a, b, others)."
        raise given.refuse("LNG-064", message, cure=cure)
    every = flag(given, "disjoint")
    outputs = []
    for index, branch in enumerate(branches):
        met = tests[index : index + 1]
        unmet = tests if not met else [] if every else tests[:index]
        frame = exp.Select().from_(stream.table(), copy=False)
        for test in (*(t.sql.copy() for t in met), *(_is_not_true(t) for t in unmet)):
            frame = frame.where(test, copy=False)
        outputs.append(
            output(
                f"{name}@{branch}",
                all_passed(stream),
                frame,
                effects=_effects(scope, [*met, *unmet]),
                is_open=stream.is_open,
                marks=all_marks(stream),
                aliases=(branch, name),
            )
        )
    return Outcome(outputs=tuple(outputs))


def _conditions(given: Given, scope: StreamScope) -> list[Resolved]:
    faults: list[Fault] = []
    tests: list[Resolved] = []
    for argument in positional(given):
        try:
            test = resolve_condition(given, scope, argument.value)
        except LanguageError as error:
            faults.extend(error.faults)
            continue
        if test.nondeterministic:
            cure = "Make it a column with a derive first, and split by that."
            faults.append(given.fault("LNG-064", f"'{test.text}' may differ from branch to branch", argument, cure))
        tests.append(test)
    raise_if_any(LanguageError, faults)
    return tests


def _is_not_true(test: Resolved) -> exp.Expr:
    return exp.not_(exp.Coalesce(this=exp.paren(test.sql.copy()), expressions=[exp.false()]))


def _effects(scope: StreamScope, tests: Sequence[Resolved]) -> list[Origin]:
    return [effect for test in tests for effect in deciding(scope.origins(test, test.text), "FILTER")]


SPLIT = Transformation(verb="split", compile=_compile, options={"disjoint": None})
