"""Alter row: marks each row with what a table sink does with it; the first condition that holds decides.

A row that meets none keeps the action that it has, which is to be inserted unless an earlier alterRow said otherwise.
"""

from __future__ import annotations

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Clause, Positional
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.expression import resolve_condition, scope_of
from headwater.transformations.marks import action_mark, action_of
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, output
from headwater.transformations.scope import StreamScope
from headwater.transformations.stream import ACTION

_ACTIONS = {"deleteIf": "delete", "insertIf": "insert", "updateIf": "update", "upsertIf": "upsert"}


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    tests = _tests(given, scope)
    earlier = action_of(stream)
    origins = [o for _, test in tests for o in deciding(scope.origins(test, test.text), "CONDITIONAL")]
    default: exp.Expr = exp.Literal.string("insert")
    if earlier is not None:
        default = exp.Coalesce(this=earlier.input.sql(earlier.column), expressions=[default])
        origins.append(Origin(stream.name, earlier.column.id))
    ifs = [exp.If(this=test.sql, true=exp.Literal.string(action)) for action, test in tests]
    value = exp.Case(ifs=ifs, default=default)
    result = output(
        given.statement.name,
        all_passed(stream),
        exp.Select().from_(stream.table(), copy=False),
        is_open=stream.is_open,
        is_repeatable=not any(test.nondeterministic for _, test in tests),
        marks=(action_mark(value, origins), *(mark for mark in all_marks(stream) if mark.column.name != ACTION)),
    )
    return Outcome(outputs=(result,))


def _tests(given: Given, scope: StreamScope) -> list[tuple[str, Resolved]]:
    faults: list[Fault] = []
    tests: list[tuple[str, Resolved]] = []
    for argument in given.statement.args:
        match argument:
            case Clause(name, (Positional(test),)) if name in _ACTIONS:
                try:
                    tests.append((_ACTIONS[name], resolve_condition(given, scope, test)))
                except LanguageError as error:
                    faults.extend(error.faults)
            case Clause(name) if name == "partitionBy":
                continue
            case _:
                cure = "Write insertIf(condition), updateIf(…), upsertIf(…) or deleteIf(…)."
                faults.append(given.fault("LNG-064", f"'{given.written(argument)}' marks no row", argument, cure))
    if not tests and not faults:
        faults.append(given.fault("LNG-064", "'alterRow' has no condition", cure="Write alterRow(upsertIf(true()))."))
    raise_if_any(LanguageError, faults)
    return tests


ALTER_ROW = Transformation(verb="alterRow", compile=_compile, clauses=frozenset(_ACTIONS), keeps_rows=True)
