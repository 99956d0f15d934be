"""Window: columns that look at the rows around each row. `over` parts the rows, `asc` and `desc` order them.

The frame reaches from `startRowOffset` to `endRowOffset`, in rows, or from `startRange` to `endRange`, in what the rows
are ordered by: milliseconds for dates and timestamps. It reaches as far as the rows go on a side that is not given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.types import LONG, TIMESTAMP
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Assignment, Expr, Node, Positional
from headwater.language.dataflow.compile import over
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.kinds import is_datetime, is_number
from headwater.language.dataflow.scope import Resolved
from headwater.language.dataflow.typing import resolve
from headwater.transformations.arguments import number
from headwater.transformations.defined import DefinedColumn, define
from headwater.transformations.expression import refuse_rows, resolve_value, scope_of
from headwater.transformations.ordering import OrderKey, order_keys
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.relation import all_marks, all_passed, deciding, made, output
from headwater.transformations.scope import StreamScope

# Functions that number or reach rows by themselves, so that a frame means nothing to them.
_UNFRAMED = (exp.CumeDist, exp.DenseRank, exp.Lag, exp.Lead, exp.Ntile, exp.Rank, exp.RowNumber)

_ROWS = ("startRowOffset", "endRowOffset")
_RANGE = ("startRange", "endRange")
_UNBOUNDED = "UNBOUNDED"


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    computed = _partition(given, scope)
    parts = [part.resolved for part in computed]
    order = order_keys(given, scope)
    frame = _frame(given)
    if frame.args["kind"] == "RANGE":
        order = [_measured(given, order)]
    parting = [origin for part in parts for origin in scope.origins(part, part.text)]
    ordering = [origin for key in order for origin in scope.origins(key.resolved, key.resolved.text)]
    named = [part for part in computed if part.name]
    defined = define(given, scope, _resolve)
    _check_new(given, [(part.name, part.node) for part in named] + [(d.name, d.node) for d in defined])
    if not defined:
        raise given.refuse("LNG-064", "'window' defines no column", cure="Write window(over(a), r = rowNumber()).")
    new = [
        made(part.name, part.resolved.type, scope.origins(part.resolved, part.resolved.text), part.resolved.sql.copy())
        for part in named
    ]
    for column in defined:
        minds = _minds_order(column.resolved.sql, frame)
        around = [*parting, *(ordering if minds else ())]
        # What is the same in any order is said without one: it is found once a part, in half the time.
        value = _over(column.resolved.sql, parts, order if minds else [], frame if minds else None)
        new.append(made(column.name, column.resolved.type, _origins(column, around), value))
    result = output(
        given.statement.name,
        (*all_passed(stream), *new),
        exp.Select().from_(stream.table(), copy=False),
        is_open=stream.is_open,
        is_repeatable=not any(d.resolved.nondeterministic for d in defined),
        marks=all_marks(stream),
    )
    return Outcome(outputs=(result,))


def _check_new(given: Given, names: Iterable[tuple[str, Node]]) -> None:
    """Refuse columns that the input has already. Raises LanguageError."""
    taken = {column.name for column in given.inputs[0]}
    cure = "Give the new column another name."
    faults = [
        given.fault("LNG-069", f"Column '{name}' is there already", node, cure) for name, node in names if name in taken
    ]
    raise_if_any(LanguageError, faults)


@dataclass(frozen=True, slots=True)
class _Part:
    """What parts the rows; with a name it is a new column too."""

    name: str
    resolved: Resolved
    node: Node


def _partition(given: Given, scope: StreamScope) -> list[_Part]:
    clause = given.statement.clause("over")
    faults: list[Fault] = []
    parts: list[_Part] = []
    for argument in clause.args if clause else ():
        match argument:
            case Positional(value):
                name = ""
            case Assignment(str(name), value, False):
                pass
            case _:
                cure = "Write over(column, name = expression)."
                faults.append(given.fault("LNG-071", "This does not part rows", argument, cure))
                continue
        try:
            parts.append(_Part(name, resolve_value(given, scope, value), argument))
        except LanguageError as error:
            faults.extend(error.faults)
    raise_if_any(LanguageError, faults)
    return parts


def _resolve(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    resolved = refuse_rows(given, resolve(expr, scope, given.source), expr)
    if not (resolved.aggregate or resolved.window):
        cure = "Use an aggregate or a function such as rowNumber(); compute the rest in a derive."
        raise given.refuse("LNG-070", f"'{resolved.text}' looks at no other row", expr, cure)
    return resolved


def _origins(defined: DefinedColumn, around: Iterable[Origin]) -> list[Origin]:
    own = {(origin.stream, origin.column) for origin in defined.column.origins}
    others = [origin for origin in around if (origin.stream, origin.column) not in own]
    return [*defined.column.origins, *deciding(others, "WINDOW", defined.resolved.text)]


def _minds_order(value: exp.Expr, frame: exp.WindowSpec) -> bool:
    """Return whether the order changes the value: not if it is the same over all rows of the part in any order."""
    bounded = frame.args["start"] != _UNBOUNDED or frame.args["end"] != _UNBOUNDED
    return bounded or value.find(exp.ArrayAgg, exp.First, exp.Last, *_UNFRAMED) is not None


def _frame(given: Given) -> exp.WindowSpec:
    by_range = [option for name in _RANGE if (option := given.statement.option(name)) is not None]
    names = _RANGE if by_range else _ROWS
    if by_range and any(given.statement.option(name) for name in _ROWS):
        cure = "Give the ends in rows or in values."
        raise given.refuse("LNG-064", "The window has ends in rows and in values", by_range[0], cure)
    start, end = number(given, names[0]), number(given, names[1])
    if start is not None and end is not None and start > end:
        option = given.statement.option(names[0])
        raise given.refuse("LNG-064", "The window starts after its end", option, f"Give a smaller {names[0]}.")
    start_at, start_side = _bound(start, "PRECEDING")
    end_at, end_side = _bound(end, "FOLLOWING")
    kind = "RANGE" if by_range else "ROWS"
    return exp.WindowSpec(kind=kind, start=start_at, start_side=start_side, end=end_at, end_side=end_side)


def _measured(given: Given, order: list[OrderKey]) -> OrderKey:
    """Return the one key that a range of values is measured in, as a number. Raises LanguageError."""
    key = order[0] if len(order) == 1 else None
    if key is not None and is_datetime(key.resolved.type):
        moment = sql.converted(key.resolved, TIMESTAMP)
        return replace(key, resolved=replace(key.resolved, sql=sql.call("epoch_ms", moment), type=LONG))
    if key is None or not is_number(key.resolved.type):
        cure = "Order by one number, date or timestamp: asc(column, true)."
        raise given.refuse("LNG-064", "A range of values needs one number or date to measure", cure=cure)
    return key


def _bound(offset: int | None, side: str) -> tuple[str | exp.Expr, str | None]:
    if offset is None:
        return _UNBOUNDED, side
    if offset == 0:
        return "CURRENT ROW", None
    return exp.Literal.number(abs(offset)), "PRECEDING" if offset < 0 else "FOLLOWING"


def _over(value: exp.Expr, parts: list[Resolved], order: list[OrderKey], frame: exp.WindowSpec | None) -> exp.Expr:
    """Return the value with OVER behind each function that looks at other rows."""
    window = exp.Window(
        partition_by=[part.sql.copy() for part in parts],
        order=exp.Order(expressions=[key.sql() for key in order]) if order else None,
        spec=None if frame is None else frame.copy(),
    )
    return over(value, window)


WINDOW = Transformation(
    verb="window",
    compile=_compile,
    options=dict.fromkeys((*_RANGE, *_ROWS, "rangeSpecified")),
    clauses=frozenset({"asc", "desc", "each", "over"}),
    is_expensive=True,
    keeps_rows=True,
)
