"""Unpivot: columns become rows. Each column that is not grouped gives a row, with its name and its value."""

from __future__ import annotations

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.schema import Column
from headwater.data.types import STRING
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import ColumnRef, Positional
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.scope import Resolved, Unresolved
from headwater.transformations.arguments import flag
from headwater.transformations.conversion import conversion
from headwater.transformations.expression import resolve_value, scope_of
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import deciding, made, output, passed
from headwater.transformations.scope import Found, StreamScope
from headwater.transformations.source import declared_columns

_ROWS = "unpivoted"


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    declared = declared_columns(given, given.statement.clause("output"))
    if len(declared) != 2 or declared.columns[0].type != STRING:
        cure = "Write output(name as string, value as integer): what holds the names, then what holds the values."
        raise given.refuse("LNG-064", "'unpivot' makes two columns", given.statement.clause("output"), cure)
    name, value = declared
    scope = scope_of(given)
    kept = _kept(given, scope)
    taken = {found.column.id for found in kept}
    turned = [found for found in scope.by_label.values() if found.column.id not in taken]
    if not turned and not stream.is_open:
        raise given.refuse("LNG-064", "'unpivot' has no column left to turn", cure="Group by fewer columns.")
    frame = exp.Select().from_(stream.table(), copy=False)
    values = [_value(given, scope, found, value) for found in turned]
    frame = frame.join(_lateral(turned, values, value), join_type="CROSS", copy=False)
    origins = tuple(o for v in values for o in scope.origins(v, v.text))
    effects: tuple[Origin, ...] = ()
    if flag(given, "ignoreNullPivots"):
        frame = frame.where(exp.not_(exp.Is(this=_item("value"), expression=exp.null())), copy=False)
        effects = deciding(origins, "FILTER", "ignoreNullPivots: true")
    columns: list[OutputColumn] = [passed(found) for found in kept]
    columns += [made(name.name, STRING, (), _item("name")), made(value.name, value.type, origins, _item("value"))]
    names = [column.column.name for column in columns]
    if len(set(names)) < len(names):
        raise given.refuse("LNG-069", "'unpivot' makes a column that is grouped by", cure="Rename it in output(…).")
    result = output(given.statement.name, columns, frame, effects=effects, is_open=stream.is_open)
    return Outcome(outputs=(result,))


def _kept(given: Given, scope: StreamScope) -> list[Found]:
    clause = given.statement.clause("ungroupBy")
    faults: list[Fault] = []
    kept: list[Found] = []
    for argument in clause.args if clause else ():
        if not (isinstance(argument, Positional) and isinstance(argument.value, ColumnRef)):
            message = f"'{given.written(argument)}' is no column to keep"
            faults.append(given.fault("LNG-071", message, argument, "Write ungroupBy(column, …)."))
            continue
        found = scope.find(argument.value.name, argument.value.stream)
        if isinstance(found, Unresolved):
            faults.append(given.fault(found.code, found.message, argument, found.cure))
        else:
            kept.append(found)
    raise_if_any(LanguageError, faults)
    return kept


def _value(given: Given, scope: StreamScope, found: Found, wanted: Column) -> Resolved:
    reference = ColumnRef(found.shown, found.label, span=given.statement.span)
    if found.column.type == wanted.type:
        return resolve_value(given, scope, reference)
    resolved = conversion(given, scope, reference, wanted)
    if resolved is None:
        message = f"Column '{found.column.name}' is {found.column.type}, which does not become {wanted.type}"
        raise given.refuse("LNG-077", message, cure=f"Declare '{wanted.name}' of the columns' type, or group by it.")
    return resolved


def _lateral(turned: list[Found], values: list[Resolved], wanted: Column) -> exp.Lateral:
    """Return the rows that one row becomes: a list of names and values, unrolled."""
    items = [
        exp.Struct(
            expressions=[
                exp.PropertyEQ(this=exp.to_identifier("name"), expression=exp.Literal.string(found.column.name)),
                exp.PropertyEQ(this=exp.to_identifier("value"), expression=value.sql),
            ]
        )
        for found, value in zip(turned, values, strict=True)
    ]
    if not items:
        null = exp.cast(exp.null(), sql.data_type(wanted.type))
        empty = exp.Struct(
            expressions=[
                exp.PropertyEQ(this=exp.to_identifier("name"), expression=exp.Literal.string("")),
                exp.PropertyEQ(this=exp.to_identifier("value"), expression=null),
            ]
        )
        rows = exp.select(exp.alias_(empty, "item")).where(exp.false())
    else:
        rows = exp.select(exp.alias_(exp.Explode(this=exp.Array(expressions=items)), "item"))
    return exp.Lateral(this=rows.subquery(), alias=exp.TableAlias(this=exp.to_identifier(_ROWS, quoted=True)))


def _item(part: str) -> exp.Expr:
    return exp.StructExtract(
        this=exp.column("item", table=exp.to_identifier(_ROWS, quoted=True)), expression=exp.Literal.string(part)
    )


UNPIVOT = Transformation(
    verb="unpivot",
    compile=_compile,
    options={"ignoreNullPivots": None, "lateral": None},
    clauses=frozenset({"output", "ungroupBy"}),
    is_expensive=True,
)
