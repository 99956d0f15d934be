"""Union: the rows of all inputs, paired by name, or by position under the first input's names.

By name, a column that an input lacks is null in its rows. There is no removal of equal rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from sqlglot import exp

from headwater.data.types import ANY, DataType
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.functions.kinds import common_type
from headwater.transformations.arguments import flag
from headwater.transformations.protocol import Given, Outcome, Output, OutputColumn, Transformation
from headwater.transformations.relation import stamped
from headwater.transformations.scope import Found
from headwater.transformations.stream import Stream, StreamColumn, with_distinct_ids

# One column that comes out: what each input puts there, None for null.
_Row = tuple[Found | None, ...]


def _compile(given: Given) -> Outcome:
    by_name = flag(given, "byName", default=True)
    rows = _by_name(given) if by_name else _by_position(given)
    faults: list[Fault] = []
    types = [_type(given, row, faults) for row in rows]
    raise_if_any(LanguageError, faults)
    count = len(rows)
    rows += _marks(given)
    types += [_type(given, row, faults) for row in rows[count:]]
    name = given.statement.name
    columns = with_distinct_ids(stamped(_column(row, type_), (name,)) for row, type_ in zip(rows, types, strict=True))
    selects: list[exp.Query] = [_select(given, index, rows, columns) for index in range(len(given.inputs))]
    outputs = tuple(
        OutputColumn(column, tuple(found.origin() for found in row if found), _value(row[0]))
        for row, column in zip(rows, columns, strict=True)
    )
    is_open = any(stream.is_open for stream in given.inputs)
    result = Output(
        stream=Stream(name, columns[:count], is_open, columns[count:]),
        columns=outputs[:count],
        effects=(),
        relation=reduce(_all_rows, selects),
        is_repeatable=True,
        marks=outputs[count:],
    )
    return Outcome(outputs=(result,))


def _marks(given: Given) -> list[_Row]:
    """Return the marks of each kind, the latest of each input; null for an input whose rows have none."""
    latest = [{mark.name: Found(s, mark) for mark in reversed(s.marks)} for s in given.inputs]
    kinds = dict.fromkeys(mark.name for stream in given.inputs for mark in stream.marks)
    return [tuple(found.get(kind) for found in latest) for kind in kinds]


def _by_name(given: Given) -> list[_Row]:
    faults: list[Fault] = []
    rows: dict[str, list[Found | None]] = {}
    for index, stream in enumerate(given.inputs):
        for column in stream:
            row = rows.setdefault(column.name, [None] * len(given.inputs))
            if row[index] is not None:
                cure = "Rename one with a select before the union."
                message = f"Stream '{stream.name}' has more than one column '{column.name}'"
                faults.append(given.fault("LNG-069", message, cure=cure))
            row[index] = Found(stream, column)
    raise_if_any(LanguageError, faults)
    return [tuple(row) for row in rows.values()]


def _by_position(given: Given) -> list[_Row]:
    first, *others = given.inputs
    for stream in others:
        if len(stream.columns) != len(first.columns):
            message = (
                f"A union by position needs as many columns: '{first.name}' has {len(first.columns)}, "
                f"'{stream.name}' has {len(stream.columns)}"
            )
            raise given.refuse("LNG-077", message, cure="Bring them into line with a select, or set byName: true.")
    return [
        tuple(Found(stream, column) for stream, column in zip(given.inputs, row, strict=True))
        for row in zip(*(stream.columns for stream in given.inputs), strict=True)
    ]


def _type(given: Given, row: _Row, faults: list[Fault]) -> DataType:
    found = [f for f in row if f is not None]
    type_ = found[0].column.type
    for other in found[1:]:
        both = common_type(type_, other.column.type)
        if both is None:
            message = (
                f"Column '{found[0].column.name}' is {type_} in '{found[0].input.name}' and {other.column.type} "
                f"in '{other.input.name}'"
            )
            faults.append(given.fault("LNG-077", message, cure="Convert one in a derive before the union."))
            return ANY
        type_ = both
    return type_


def _column(row: _Row, type_: DataType) -> StreamColumn:
    first = next(found.column for found in row if found is not None)
    streams = dict.fromkeys(stream for found in row if found is not None for stream in found.streams)
    drifted = all(found.column.drifted for found in row if found is not None)
    return StreamColumn(first.name, first.name, type_, tuple(streams), "", drifted)


def _select(given: Given, index: int, rows: Sequence[_Row], columns: Sequence[StreamColumn]) -> exp.Select:
    projections = [exp.alias_(_value(row[index]), c.id, quoted=True) for row, c in zip(rows, columns, strict=True)]
    return exp.Select().from_(given.inputs[index].table(), copy=False).select(*projections, copy=False)


def _value(found: Found | None) -> exp.Expr:
    return exp.null() if found is None else found.input.sql(found.column)


def _all_rows(left: exp.Query, right: exp.Query) -> exp.Query:
    return exp.union(left, right, distinct=False, copy=False)


UNION = Transformation(verb="union", compile=_compile, inputs=(2, 100), options={"byName": None})
