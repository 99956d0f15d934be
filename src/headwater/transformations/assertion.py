"""Assert: expectations of the rows. All rows pass on, each with a mark for every expectation, true where it fails.

    expectTrue(condition, ignoreNulls, 'id', filter, message)
    expectUnique(value, …)      fails for every row whose value is there more than once
    expectExists(condition, …)  looks into the second input

With `abort: true` the flow fails at the first row that fails an expectation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.types import STRING
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Clause, Expr, Literal, Positional
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.arguments import flag
from headwater.transformations.constant import constant
from headwater.transformations.expression import resolve_condition, resolve_value, scope_of
from headwater.transformations.marks import assert_mark
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, output
from headwater.transformations.scope import StreamScope, scope_over

_EXPECTATIONS = frozenset({"expectExists", "expectTrue", "expectUnique"})
_MOST_ARGUMENTS = 5


@dataclass(frozen=True, slots=True)
class _Expectation:
    id: str
    failed: exp.Expr
    """True for a row that fails; never null."""
    origins: tuple[Origin, ...]
    message: exp.Expr


def _compile(given: Given) -> Outcome:
    stream = given.inputs[0]
    expectations = _expectations(given)
    frame = exp.Select().from_(stream.table(), copy=False)
    if flag(given, "abort"):
        for expectation in expectations:
            frame = _aborting(frame, expectation)
    marks = [assert_mark(e.id, e.failed.copy(), e.message, e.origins) for e in expectations]
    result = output(
        given.statement.name,
        all_passed(stream),
        frame,
        is_open=stream.is_open,
        marks=(*marks, *all_marks(stream)),
    )
    return Outcome(outputs=(result,))


def _aborting(frame: exp.Select, expectation: _Expectation) -> exp.Select:
    text = exp.Concat(
        expressions=[exp.Literal.string(f"Assertion '{expectation.id}' failed: "), expectation.message.copy()],
        safe=True,
        coalesce=True,
    )
    # Put off by its own condition, so that the engine does not raise it while it plans.
    raised = exp.cast(exp.Anonymous(this="error", expressions=[text]), exp.DType.BOOLEAN)
    test = exp.Case(ifs=[exp.If(this=expectation.failed.copy(), true=raised)], default=exp.true())
    if test.find(exp.Window):
        return frame.qualify(test, copy=False)
    return frame.where(test, copy=False)


def _expectations(given: Given) -> list[_Expectation]:
    faults: list[Fault] = []
    found: dict[str, _Expectation] = {}
    for argument in given.statement.args:
        if not isinstance(argument, Clause) or argument.name not in _EXPECTATIONS:
            continue
        try:
            expectation = _expectation(given, argument)
        except LanguageError as error:
            faults.extend(error.faults)
            continue
        if expectation.id in found:
            message = f"Assertion '{expectation.id}' is there twice"
            faults.append(given.fault("LNG-069", message, argument, "Give one of them another id."))
        found[expectation.id] = expectation
    if not found and not faults:
        cure = "Write assert(expectTrue(condition, false, 'id'))."
        faults.append(given.fault("LNG-064", "'assert' expects nothing", cure=cure))
    raise_if_any(LanguageError, faults)
    return list(found.values())


def _expectation(given: Given, clause: Clause) -> _Expectation:
    values = [argument.value for argument in clause.args if isinstance(argument, Positional)]
    if not 0 < len(values) == len(clause.args) <= _MOST_ARGUMENTS:
        cure = f"Write {clause.name}(expression, ignoreNulls, 'id', filter, message)."
        raise given.refuse("LNG-064", f"'{clause.name}' does not have its arguments", clause, cure)
    rest: list[Expr | None] = [*values[1:], *[None] * (_MOST_ARGUMENTS - len(values))]
    expression, (ignored, id_, condition, message) = values[0], rest
    scope = scope_over(given.inputs[:1], given.names)
    name = constant(given.names, id_, given.source) if id_ else None
    if not isinstance(name, str) or not name:
        raise given.refuse("LNG-064", "An assertion needs an id", clause, "Give a text as third argument.")
    lenient = bool(ignored and constant(given.names, ignored, given.source) is True)
    failed, reads = _failed(given, scope, clause, expression, lenient)
    if condition is not None and not _is_null(condition):
        test = resolve_condition(given, scope, condition)
        failed = exp.and_(failed, exp.Coalesce(this=exp.paren(test.sql), expressions=[exp.false()]))
        reads += deciding(scope.origins(test, test.text), "CONDITIONAL")
    text: exp.Expr = exp.Literal.string(name)
    if message is not None and not _is_null(message):
        said = resolve_value(given, scope, message)
        text = exp.Coalesce(this=_text(said), expressions=[text])
        reads += scope.origins(said, said.text)
    return _Expectation(name, failed, tuple(dict.fromkeys(reads)), text)


def _failed(
    given: Given, scope: StreamScope, clause: Clause, expression: Expr, lenient: bool
) -> tuple[exp.Expr, tuple[Origin, ...]]:
    match clause.name:
        case "expectTrue":
            test = resolve_condition(given, scope, expression)
            passed = exp.Coalesce(this=exp.paren(test.sql), expressions=[exp.Boolean(this=lenient)])
            return exp.not_(passed), deciding(scope.origins(test, test.text), "CONDITIONAL")
        case "expectUnique":
            value = resolve_value(given, scope, expression)
            count = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[value.sql.copy()])
            failed: exp.Expr = exp.GT(this=count, expression=exp.Literal.number(1))
            if lenient:
                failed = exp.and_(failed, exp.not_(exp.Is(this=exp.paren(value.sql.copy()), expression=exp.null())))
            return failed, deciding(scope.origins(value, value.text), "WINDOW")
        case _:
            return _absent(given, expression, clause)


def _absent(given: Given, expression: Expr, clause: Clause) -> tuple[exp.Expr, tuple[Origin, ...]]:
    if len(given.inputs) < 2:
        cure = "Write rows, others assert(expectExists(rows@key == others@key, …))."
        raise given.refuse("LNG-062", "'expectExists' needs a second input stream", clause, cure)
    scope = scope_of(given)
    test = resolve_condition(given, scope, expression)
    frame = exp.select("1").from_(given.inputs[1].table())
    for other in _used(scope, test, given)[1:]:
        frame = frame.join(exp.table_(other, quoted=True), join_type="CROSS")
    found = exp.Exists(this=frame.where(test.sql))
    return exp.not_(found), deciding(scope.origins(test, test.text), "JOIN")


def _used(scope: StreamScope, test: Resolved, given: Given) -> Sequence[str]:
    """Return the further inputs that a condition looks into, the second always first."""
    named = {origin.stream for origin in scope.origins(test, "")}
    others = [stream.name for stream in given.inputs[1:]]
    return [others[0], *(name for name in others[1:] if name in named)]


def _text(value: Resolved) -> exp.Expr:
    return value.sql if value.type == STRING else exp.cast(value.sql, exp.DType.VARCHAR)


def _is_null(expr: Expr) -> bool:
    return isinstance(expr, Literal) and expr.value is None


ASSERT = Transformation(
    verb="assert",
    compile=_compile,
    inputs=(1, 100),
    options={"abort": None},
    clauses=_EXPECTATIONS,
    keeps_rows=True,
)
