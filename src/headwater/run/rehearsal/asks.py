"""What a flow asks of the data of its sources: columns that must meet, texts that must convert, values to be there.

Found by walking every expression and following the columns in it through the graph to the sources. A comparison that
decides nothing does no harm: it only puts one more value into a column.
"""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from headwater.data.types import BOOLEAN, DATE, DOUBLE, INTEGER, STRING, TIMESTAMP, DataType
from headwater.language.dataflow.ast import (
    Assignment,
    Binary,
    Call,
    Cast,
    Clause,
    ColumnDeclaration,
    ColumnRef,
    Literal,
    Node,
    ParameterRef,
    Statement,
    Unary,
)
from headwater.language.dataflow.nodes import OPERATORS
from headwater.run.rehearsal.script_walk import walk
from headwater.transformations.graph import Graph
from headwater.transformations.options import SinkOptions
from headwater.transformations.order import Ordered, stream_name

SourceColumn: TypeAlias = tuple[str, str]
"""A source and a column of its data."""
Plain: TypeAlias = str | int | float | bool | decimal.Decimal | datetime.date | datetime.datetime

_LOOKING = frozenset({"exists", "join", "lookup"})
_ORDERING = frozenset({"between", "greater", "greaterOrEqual", "lesser", "lesserOrEqual"})
_COMPARING = _ORDERING | {"equals", "equalsIgnoreCase", "in", "notEquals", "nullSafeEquals"}
_MEETING = frozenset({"equals", "equalsIgnoreCase", "nullSafeEquals"})
# The text or number that an expression holds first.
_WRITTEN = re.compile(r"""'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?)""")
# What lies on both sides of now, whenever that is.
_NOW = frozenset({"currentDate", "currentTimestamp", "currentUTC"})
_PAST_AND_FUTURE = (datetime.datetime(2000, 1, 1), datetime.datetime(2099, 12, 31))
# Functions that look for a text → how a text looks that has it.
_TEXTUAL: Mapping[str, str] = {
    "endsWith": "some {}",
    "instr": "some {} text",
    "like": "{}",
    "locate": "some {} text",
    "startsWith": "{} text",
}
_CONVERTING: Mapping[str, DataType] = {
    "toBoolean": BOOLEAN,
    "toByte": INTEGER,
    "toDate": DATE,
    "toDecimal": DOUBLE,
    "toDouble": DOUBLE,
    "toFloat": DOUBLE,
    "toInteger": INTEGER,
    "toLong": INTEGER,
    "toShort": INTEGER,
    "toTimestamp": TIMESTAMP,
}


@dataclass(frozen=True, slots=True)
class Form:
    """How a text must look to be read as `type`: `detail` is a pattern of a date, or what separates the parts."""

    type: DataType
    detail: str | None = None
    is_delimited: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that expressions compare a column with; `in_order` if its neighbours matter too."""

    value: Plain
    in_order: bool = False


@dataclass(slots=True)
class Asks:
    """Built while the script is walked, and read afterwards."""

    roots: Mapping[tuple[str, str], tuple[SourceColumn, ...]]
    """The sources' columns that flow into each column of each stream, by stream and column id."""
    values: dict[SourceColumn, dict[Wanted, None]] = field(default_factory=dict)
    forms: dict[SourceColumn, Form] = field(default_factory=dict)
    looked_into: set[SourceColumn] = field(default_factory=set)
    """Keys of the side that a join, lookup or exists looks into."""
    unique: set[SourceColumn] = field(default_factory=set)
    """Keys of sinks."""
    nullish: set[SourceColumn] = field(default_factory=set)
    """Columns that are asked whether they are null."""
    _meets: dict[SourceColumn, SourceColumn] = field(default_factory=dict)

    def pool(self, column: SourceColumn) -> SourceColumn | None:
        """Return the column that stands for all those that this one must meet; None if it meets none."""
        if column not in self._meets:
            return None
        while self._meets[column] != column:
            column = self._meets[column]
        return column

    def members(self, pool: SourceColumn) -> list[SourceColumn]:
        return [column for column in self._meets if self.pool(column) == pool]

    def meet(self, left: SourceColumn, right: SourceColumn) -> None:
        for column in (left, right):
            self._meets.setdefault(column, column)
        first, second = self.pool(left), self.pool(right)
        if first is not None and second is not None and first != second:
            self._meets[second] = first


def asks_of(graph: Graph, ordered: Iterable[Ordered]) -> Asks:
    """Return what the statements of a flow ask of its sources' columns."""
    walking = _Walking(graph, _values(graph), Asks(_roots(graph)))
    for one in ordered:
        walking.statement(one.statement)
    return walking.asks


def _roots(graph: Graph) -> dict[tuple[str, str], tuple[SourceColumn, ...]]:
    """Return the sources' columns that flow into each column of each stream."""
    roots: dict[tuple[str, str], tuple[SourceColumn, ...]] = {}
    for node in graph.nodes:
        for column in node.output.columns:
            if node.verb == "source":
                found: Iterable[SourceColumn] = ((node.name, column.column.name),)
            else:
                direct = (origin for origin in column.origins if origin.kind == "DIRECT")
                found = (root for origin in direct for root in roots.get((origin.stream, origin.column), ()))
            roots[node.name, column.column.id] = tuple(dict.fromkeys(found))
    return roots


def _values(graph: Graph) -> dict[str, Plain]:
    """Return the values of parameters, as far as they are written down: as given, else the default."""
    values: dict[str, Plain] = {}
    for declared in graph.script.parameters:
        given = graph.parameters.get(declared.name)
        found = None if given is None else _WRITTEN.search(given.text)
        if found is not None:
            values[declared.name] = next(part for part in found.groups() if part is not None)
        elif given is None and isinstance(declared.default, Literal) and declared.default.value is not None:
            values[declared.name] = declared.default.value
    return values


@dataclass(frozen=True, slots=True)
class _Walking:
    graph: Graph
    parameters: Mapping[str, Plain]
    asks: Asks

    def statement(self, statement: Statement) -> None:
        for node in walk(statement):
            match node:
                case Binary(operator, left, right) if operator in OPERATORS:
                    self._call(statement, OPERATORS[operator], (left, right))
                case Call(name, args, None):
                    self._call(statement, name, args)
                case Call(_, args, str(owner)):
                    self._cached(statement, owner, args)
                case Clause("pivotBy", args) if args:
                    self._compared(statement, (args[0],), args[1:], "in")
        if statement.verb == "parse":
            self._parsed(statement)
        elif statement.verb == "cast":
            self._cast(statement)
        elif statement.verb == "sink":
            self._keys(statement)

    def _call(self, statement: Statement, name: str, args: tuple[Node, ...]) -> None:
        if name in _COMPARING:
            self._compared(statement, args, args, name)
        if name in _MEETING and len(args) == 2 and statement.verb in _LOOKING:
            self._meeting(statement, args[0], args[1])
        if name in _TEXTUAL and len(args) >= 2:
            for text in (value for value in self._literals(args[1:]) if isinstance(value, str)):
                whole = _TEXTUAL[name].format(text.replace("%", "some").replace("_", "x") if name == "like" else text)
                self._want(self._columns(statement, args[:1]), Wanted(whole))
        if name in ("isNull", "iifNull", "coalesce") and args:
            self.asks.nullish.update(self._columns(statement, args[:1]))
        if name in _CONVERTING and args:
            self._form(statement, args[0], Form(_CONVERTING[name], next(self._texts(args[1:]), None)))
        if name == "split" and len(args) == 2:
            self._form(statement, args[0], Form(STRING, next(self._texts(args[1:]), None), is_delimited=True))

    def _compared(self, statement: Statement, columns: Iterable[Node], values: Iterable[Node], name: str) -> None:
        found = self._columns(statement, columns)
        for value in self._literals(values):
            self._want(found, Wanted(value, name in _ORDERING))

    def _want(self, columns: Iterable[SourceColumn], wanted: Wanted) -> None:
        for column in columns:
            self.asks.values.setdefault(column, {})[wanted] = None

    def _meeting(self, statement: Statement, left: Node, right: Node) -> None:
        sides = [list(self._found(statement, side)) for side in (left, right)]
        first, second = ([roots for _, roots in side if roots] for side in sides)
        if not first or not second:
            return
        pairs = zip(first, second, strict=True) if len(first) == len(second) else ((first[0], one) for one in second)
        for ours, theirs in pairs:
            for one, other in zip(ours, theirs, strict=False):
                self.asks.meet(one, other)
        for place, roots in (*sides[0], *sides[1]):
            if place > 0:
                self.asks.looked_into.update(roots)

    def _cached(self, statement: Statement, owner: str, args: tuple[Node, ...]) -> None:
        """Have the keys of a cache sink meet what is looked up in it."""
        sink = self.graph.by_name.get(owner)
        if sink is None or not isinstance(sink.options, SinkOptions):
            return
        by_name = {column.name: column.id for column in sink.output.stream}
        for key, argument in zip(sink.options.keys, args, strict=False):
            theirs = self.asks.roots.get((owner, by_name.get(key, "")), ())
            for one, other in zip(self._columns(statement, (argument,)), theirs, strict=False):
                self.asks.meet(one, other)
            for value in self._literals((argument,)) if isinstance(argument, Literal | ParameterRef) else ():
                self._want(theirs, Wanted(value))
            self.asks.looked_into.update(theirs)

    def _parsed(self, statement: Statement) -> None:
        separator = self._option(statement, "columnDelimiter") or ","
        delimited = self._option(statement, "format") == "delimited"
        for argument in statement.args:
            if isinstance(argument, Assignment) and isinstance(argument.value, Cast):
                asked = Form(argument.value.type, separator if delimited else None, is_delimited=delimited)
                self._form(statement, argument.value.base, asked)

    def _option(self, statement: Statement, name: str) -> str | None:
        option = statement.option(name)
        return None if option is None else next(self._texts((option.value,)), None)

    def _cast(self, statement: Statement) -> None:
        for node in walk(statement):
            if isinstance(node, ColumnDeclaration):
                self._form(statement, ColumnRef(node.name), Form(node.type, node.format))

    def _keys(self, statement: Statement) -> None:
        sink = self.graph.by_name.get(statement.name)
        if sink is not None and isinstance(sink.options, SinkOptions):
            for column in (c for c in sink.output.stream if c.name in sink.options.keys):
                self.asks.unique.update(self.asks.roots.get((sink.name, column.id), ()))

    def _form(self, statement: Statement, node: Node, form: Form) -> None:
        for column in self._columns(statement, (node,)):
            self.asks.forms.setdefault(column, form)

    def _columns(self, statement: Statement, nodes: Iterable[Node]) -> tuple[SourceColumn, ...]:
        found = (root for node in nodes for _, roots in self._found(statement, node) for root in roots)
        return tuple(dict.fromkeys(found))

    def _found(self, statement: Statement, node: Node) -> Iterator[tuple[int, tuple[SourceColumn, ...]]]:
        """Yield, for each column that a node names, the input that has it and the sources' columns behind it."""
        for one in walk(node):
            match one:
                case ColumnRef(name, stream):
                    yield self._behind(statement, name, stream)
                case Call("byName", args, None) if args:
                    for name in self._texts(args[:1]):
                        yield self._behind(statement, name, next(self._texts(args[1:]), None))

    def _behind(self, statement: Statement, name: str, stream: str | None) -> tuple[int, tuple[SourceColumn, ...]]:
        inputs = [stream_name(ref) for ref in statement.inputs]
        for place, input_ in enumerate((*inputs, statement.name)):
            node = self.graph.by_name.get(input_)
            for column in node.output.stream if node is not None else ():
                if column.name == name and (stream is None or stream in (input_, *column.streams)):
                    return place, self.asks.roots.get((input_, column.id), ())
        return 0, ()

    def _literals(self, nodes: Iterable[Node]) -> Iterator[Plain]:
        for node in nodes:
            for one in walk(node):
                match one:
                    case Unary("-", Literal(int() | float() as value)):
                        yield -value
                    case Literal(value) if value is not None:
                        yield value
                    case ParameterRef(name) if name in self.parameters:
                        yield self.parameters[name]
                    case Call(name) if name in _NOW:
                        yield from _PAST_AND_FUTURE

    def _texts(self, nodes: Iterable[object]) -> Iterator[str]:
        yield from (
            value for value in self._literals(n for n in nodes if isinstance(n, Node)) if isinstance(value, str)
        )
