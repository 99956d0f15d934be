"""External call: a service is asked for every row, and its answer is new columns beside those of the row.

    x call(mapColumn(id, text = note), output(body as (score as double)), format: 'rest', httpMethod: 'POST', …) ~> c

The request has the mapped columns, or all of them, and what `entity`, `body`, `headers` and `queryParameters` compute.
Every column of the answer comes from all that is asked with. A plan for a run refuses a call (`plan.data_flow`); where
a flow is rehearsed, answers are made up of the requests.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.types import DataType, Map, Struct
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Assignment, Expr, Literal, MapLiteral, Option
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.json_text import json_text
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.expression import resolve_value, scope_of
from headwater.transformations.json_shape import json_shape, read_json
from headwater.transformations.mapping import all_columns, mapped_columns
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import all_marks, all_passed, made, output, with_new
from headwater.transformations.scope import StreamScope
from headwater.transformations.source import declared_columns

# What is asked with, beside the columns.
_COMPUTED = ("body", "entity", "headers", "queryParameters")
_ANSWERS = "answers"
_ANSWER = "answer"


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    declared = declared_columns(given, given.statement.clause("output"))
    clause = given.statement.clause("mapColumn")
    faults: list[Fault] = []
    parts: list[Resolved] = []
    for expr in _computed(given, faults):
        try:
            parts.append(resolve_value(given, scope, expr))
        except LanguageError as error:
            faults.extend(error.faults)
    raise_if_any(LanguageError, faults)
    asked = all_columns(given, scope.by_label.values()) if clause is None else mapped_columns(given, scope, clause)
    origins = _origins(given, scope, asked, parts)
    answer = Struct(tuple((column.name, column.type) for column in declared))
    frame = exp.Select().from_(stream.table(), copy=False)
    columns = list(all_passed(stream))
    if answer.fields:
        frame = frame.join(_answers(asked, parts, answer), join_type="CROSS", copy=False)
        whole = read_json(exp.column(_ANSWER, table=_ANSWERS, quoted=True), answer)
        for name, type_ in answer.fields:
            columns = with_new(columns, made(name, type_, origins, _member(whole, name, type_)))
    result = output(
        given.statement.name,
        columns,
        frame,
        is_open=stream.is_open,
        is_repeatable=False,
        marks=all_marks(stream),
    )
    return Outcome(outputs=(result,))


def _member(whole: exp.Expr, name: str, type_: DataType) -> exp.Expr:
    value = exp.StructExtract(this=whole.copy(), expression=sql.text(name))
    return sql.cast(value, type_) if isinstance(type_, Map) else value


def _computed(given: Given, faults: list[Fault]) -> Iterator[Expr]:
    """Yield the expressions that a request is made of, options and assignments alike."""
    for argument in given.statement.args:
        match argument:
            case Option(name, value) if name in _COMPUTED:
                yield from value if isinstance(value, tuple) else _parts(value)
            case Assignment(str(name), value, False) if name in _COMPUTED:
                yield from _parts(value)
            case Assignment():
                cure = f"A call computes {', '.join(_COMPUTED)}; compute other columns in a derive."
                faults.append(
                    given.fault("LNG-071", f"'{given.written(argument)}' is no part of a request", argument, cure)
                )


def _parts(value: Expr) -> Iterator[Expr]:
    """Yield what a map holds, and anything else as it is; a text of the script is no part that varies."""
    if isinstance(value, MapLiteral):
        yield from (item for _, item in value.entries if not isinstance(item, Literal))
    elif not isinstance(value, Literal):
        yield value


def _origins(given: Given, scope: StreamScope, asked: list[OutputColumn], parts: list[Resolved]) -> tuple[Origin, ...]:
    """Return every column that the service gets to see, as an origin of all that it answers."""
    text = f"{given.statement.name}({', '.join(column.column.name for column in asked)})"
    origins = [origin for column in asked for origin in column.origins]
    origins += [origin for part in parts for origin in scope.origins(part, text)]
    seen = {(o.stream, o.column): Origin(o.stream, o.column, "DIRECT", "TRANSFORMATION", text) for o in origins}
    return tuple(seen.values())


def _answers(asked: list[OutputColumn], parts: list[Resolved], answer: Struct) -> exp.Lateral:
    """Return the answer to each row's request, as a table of one column beside the rows."""
    fields = [(column.column.name, column.column.type, column.value) for column in asked]
    fields += [(f"#{place}", part.type, part.sql) for place, part in enumerate(parts)]
    members = [
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=value.copy()) for name, _, value in fields
    ]
    type_ = Struct(tuple((name, inner) for name, inner, _ in fields))
    request = json_text(exp.Struct(expressions=members), type_) if fields else sql.text("{}")
    value = exp.alias_(sql.vectorized("answer", request, sql.text(json_shape(answer))), _ANSWER, quoted=True)
    table = exp.TableAlias(this=exp.to_identifier(_ANSWERS, quoted=True))
    return exp.Lateral(this=exp.select(value).subquery(), alias=table)


CALL = Transformation(
    verb="call",
    compile=_compile,
    options=dict.fromkeys(
        (
            *_COMPUTED,
            "addResponseCode",
            "allowSchemaDrift",
            "bodyColumnName",
            "headersColumnName",
            "httpMethod",
            "paginationRules",
            "requestFormat",
            "requestInterval",
            "responseFormat",
            "skipDuplicateMapInputs",
            "skipDuplicateMapOutputs",
            "statusColumnName",
            "timeout",
            "validateSchema",
        )
    )
    | {"format": frozenset({"rest"}), "store": frozenset({"restservice"})},
    clauses=frozenset({"mapColumn", "output"}),
    is_expensive=True,
    keeps_rows=True,
)
