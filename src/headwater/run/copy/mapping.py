"""Which column of the source becomes which column of the sink, as what type: a copy's mapping made concrete.

By name where there is no mapping, and then case counts. All that is wrong with a mapping is told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from headwater.data.edges import ColumnEdge, Subtype
from headwater.data.schema import Column, Schema
from headwater.data.types import STRING, Array, DataType, Struct
from headwater.errors import Fault, RunError, raise_if_any
from headwater.plan.resolved import ColumnMapping, CopyPlan
from headwater.run.copy.conversion import Converted, as_text, convert
from headwater.run.copy.options import Conversions
from headwater.run.copy.paths import follow, steps_of

ITEM = "headwater_item"
"""Name of the element of the array that `collectionReference` spreads."""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of the sink. `raw` is the value before conversion, None where none can fail."""

    name: str
    type: DataType
    strict: exp.Expr
    lenient: exp.Expr
    raw: exp.Expr | None
    origin: str | None
    """Column of the source; None for a constant or the file's path."""
    expression: str
    """What became of the value, for lineage; empty where it is passed on."""

    @property
    def edge(self) -> ColumnEdge | None:
        """The column's lineage, None if no column feeds it."""
        if self.origin is None:
            return None
        subtype: Subtype = "TRANSFORMATION" if self.expression else "IDENTITY"
        return ColumnEdge("source", self.origin, self.name, "DIRECT", subtype, self.expression)


@dataclass(frozen=True, slots=True)
class Side:
    """What a mapping needs to know of the two ends."""

    source: Schema
    where: str
    """The source in a message: `file 'a.csv' in 'landing'`."""
    fixed: Schema | None
    """Columns of a sink that has its own; None for one that takes what comes."""
    text: bool
    """The sink is a text file."""
    headerless: bool
    """The sink's columns go by ordinal."""
    collection: str | None = None
    types: Mapping[str, DataType] | None = None
    """Types that the columns must have because other files of the same copy have them."""


def resolve_columns(plan: CopyPlan, side: Side, rules: Conversions) -> tuple[OutputColumn, ...]:
    """Return the sink's columns in order. Raises RunError with every column that is missing or cannot be converted."""
    faults: list[Fault] = []
    lines = plan.mapping if plan.mapping is not None else tuple(_by_name(plan, side.source))
    if side.headerless:
        lines = tuple(sorted(lines, key=lambda line: line.sink_ordinal or len(lines)))
    faults += _not_in_sink(plan, lines, side)
    columns = [column for line in lines if (column := _column(line, side, rules, faults)) is not None]
    raise_if_any(RunError, faults)
    if not columns:
        raise RunError(Fault("RUN-102", f"No column of {side.where} is copied", cure="Map at least one column."))
    return tuple(columns)


def uses_file_path(plan: CopyPlan) -> bool:
    """Return whether some column holds the path of its file."""
    lines = plan.mapping if plan.mapping is not None else plan.additional
    return any(_is_file_path(line) for line in lines)


def with_file_path(column: OutputColumn, path: str) -> OutputColumn:
    """Return the column with the path of its file filled in, if it holds one."""
    if not isinstance(column.strict, exp.Placeholder):
        return column
    value = exp.Literal.string(path)
    return OutputColumn(column.name, column.type, value, value, None, None, column.expression)


def _by_name(plan: CopyPlan, source: Schema) -> Iterator[ColumnMapping]:
    for column in source:
        yield ColumnMapping(column.name, column.name)
    yield from plan.additional


def _is_file_path(line: ColumnMapping) -> bool:
    return not line.source and line.value is None and bool(line.expression)


def _not_in_sink(plan: CopyPlan, lines: tuple[ColumnMapping, ...], side: Side) -> Iterator[Fault]:
    if side.fixed is None:
        return
    there = _listed(side.fixed)
    for line in lines:
        if side.fixed.find(line.sink) is None:
            cure = "Map it to one of them" if plan.mapping is not None else "Map the columns that are to be copied"
            yield Fault(
                "RUN-105",
                f"The sink '{plan.sink.name}' has no column '{line.sink}'{_near(line.sink, side.fixed)}",
                cure=f"{cure}: it has {there}.",
            )


def _column(line: ColumnMapping, side: Side, rules: Conversions, faults: list[Fault]) -> OutputColumn | None:
    if not line.source and line.value is not None:
        return _finished(line, side, rules, faults, (exp.Literal.string(line.value), STRING, None))
    if _is_file_path(line):
        path = exp.Placeholder()
        return OutputColumn(line.sink, STRING, path, path, None, None, line.expression)
    if line.sink_path is not None and len(steps_of(line.sink_path)) > 1:
        message = f"The mapping writes into '{line.sink_path}', inside an object of the sink"
        faults.append(Fault("RUN-100", message, cure="Map it to a property of the document itself."))
        return None
    found = _source_value(line, side)
    if found is None:
        name = line.source_path or line.source
        faults.append(
            Fault(
                "RUN-102",
                f"The mapping names the column '{name}', which {side.where} does not have{_near(name, side.source)}",
                cure=f"There are {_listed(side.source)}. Correct the name in the translator, or the data.",
            )
        )
        return None
    return _finished(line, side, rules, faults, found)


def _source_value(line: ColumnMapping, side: Side) -> tuple[exp.Expr, DataType, str | None] | None:
    if line.source_path is not None:
        return _at_path(line.source_path, side)
    column = side.source.find(line.source)
    if column is None and line.source_ordinal is not None and line.source_ordinal <= len(side.source):
        column = side.source.columns[line.source_ordinal - 1]
    return None if column is None else (exp.column(column.name, quoted=True), column.type, column.name)


def _at_path(path: str, side: Side) -> tuple[exp.Expr, DataType, str | None] | None:
    steps = steps_of(path)
    if not path.startswith("$") and side.collection is not None:
        top = steps_of(side.collection)
        collection = _top(side.source, top)
        if collection is None or not isinstance(collection[1], Array):
            return None
        reached = follow(exp.column(ITEM, quoted=True), collection[1].item, steps)
        return None if reached is None else (*reached, str(top[0]))
    found = _top(side.source, steps)
    return None if found is None else (*found, str(steps[0]))


def _top(source: Schema, steps: tuple[str | int, ...]) -> tuple[exp.Expr, DataType] | None:
    column = source.find(str(steps[0])) if steps else None
    return None if column is None else follow(exp.column(column.name, quoted=True), column.type, steps[1:])


def collection_value(source: Schema, collection: str, where: str) -> exp.Expr:
    """Return the array that `collectionReference` spreads. Raises RunError if there is none."""
    found = _top(source, steps_of(collection))
    if found is None or not isinstance(found[1], Array):
        message = f"collectionReference '{collection}' is not an array of {where}"
        raise RunError(Fault("RUN-102", message, cure=f"There are {_listed(source)}."))
    return found[0]


def _finished(
    line: ColumnMapping,
    side: Side,
    rules: Conversions,
    faults: list[Fault],
    found: tuple[exp.Expr, DataType, str | None],
) -> OutputColumn | None:
    value, type_, origin = found
    wanted = _wanted(line, side, type_)
    converted = Converted(value, value)
    steps = [step for step in (line.source_type, wanted) if step is not None]
    if isinstance(type_, Array | Struct) and rules.complex_as_string:
        steps = [STRING, *steps]
    reached = type_
    for step in steps:
        further = convert(converted, reached, step, rules, line.format)
        if further is None:
            message = f"Column '{line.source or line.sink}' of {side.where} is {reached} and cannot become {step}"
            faults.append(Fault("RUN-106", message, cure=f"Map it to another type than the one of '{line.sink}'."))
            return None
        converted, reached = further, step
    fails = value if converted.strict is not value else None
    strict, lenient = converted.strict, converted.lenient
    if side.text:
        strict, lenient = as_text(strict, reached), as_text(lenient, reached)
    changed = f"CAST({line.source_path or origin} AS {reached})" if origin and reached != type_ else ""
    nested = (line.source_path or "") if origin and len(steps_of(line.source_path or "")) > 1 else ""
    return OutputColumn(
        line.sink, reached, strict, lenient, fails, origin, changed or nested or _constant(line, origin)
    )


def _constant(line: ColumnMapping, origin: str | None) -> str:
    return line.expression if origin is None else ""


def _wanted(line: ColumnMapping, side: Side, found: DataType) -> DataType:
    fixed: Column | None = side.fixed.find(line.sink) if side.fixed is not None else None
    if fixed is not None:
        return fixed.type
    if side.types is not None and line.sink in side.types:
        return side.types[line.sink]
    return line.sink_type or line.source_type or found


def _near(name: str, schema: Schema) -> str:
    alike = next((column.name for column in schema if column.name.lower() == name.lower()), None)
    return f" (but '{alike}': case counts)" if alike is not None and alike != name else ""


def _listed(schema: Schema) -> str:
    names = [f"'{name}'" for name in schema.names]
    return ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")
