"""Columns of sources that declare none: what the flow asks of them, with the types that make it fit.

The flow is compiled again and again. A column that does not exist is given to a source above it which may have it;
expressions that then do not type have their guessed columns tried with other types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headwater.data.schema import Column, Schema
from headwater.data.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    LONG,
    STRING,
    TIMESTAMP,
    Array,
    DataType,
)
from headwater.errors import Fault, Place
from headwater.language.dataflow.ast import Binary, Call, ColumnRef, Literal, Node, ParameterRef, Statement
from headwater.language.source import Span
from headwater.run.rehearsal.ends import source_columns
from headwater.run.rehearsal.script_walk import walk
from headwater.transformations.order import Ordered

Guesses = Mapping[str, Mapping[str, DataType]]
"""Source → column → type."""
Try = Callable[[Guesses], tuple[Fault, ...]]
"""Compiles the flow with these columns and returns what is wrong with it."""

_ABSENT, _AMBIGUOUS, _DOUBLED = "LNG-021", "LNG-022", "LNG-069"
_TYPES: tuple[DataType, ...] = (DOUBLE, INTEGER, LONG, TIMESTAMP, DATE, BOOLEAN, Array(STRING))
# What no other type of a column mends.
_UNTYPED = frozenset(
    {"LNG-021", "LNG-022", "LNG-023", "LNG-026", "LNG-027", "LNG-060", "LNG-065", "LNG-066", "LNG-079"}
)
_LACKED = re.compile("writes no column '([^']+)', which is a key")
_QUOTED = re.compile("'([^']+)'")
_MOST_ROUNDS = 40
_MOST_TRIALS = 60
_UNASKED = ("column1", "column2", "column3")


@dataclass(slots=True)
class _Guessing:
    statements: Mapping[str, Ordered]
    bare: frozenset[str]
    compiles: Try
    parameters: Mapping[str, str]
    columns: dict[str, dict[str, DataType]] = field(default_factory=dict)
    trials: int = 0

    def add(self, at: Statement, name: str, stream: str | None = None) -> bool:
        """Give a column to the nearest bare source above a statement; say whether one took it."""
        for source in self._above(at, stream):
            if name not in self.columns[source]:
                self.columns[source][name] = STRING
                return True
        return False

    def _above(self, at: Statement, stream: str | None) -> list[str]:
        """Return the bare sources above, those behind `stream` first."""
        found = list(self.upstream(at.name))
        if stream is None or stream not in self.statements:
            return found
        behind = set(self.upstream(stream))
        return [source for source in found if source in behind]

    def upstream(self, name: str) -> Iterator[str]:
        """Yield the bare sources above a stream, the nearest first."""
        waiting, seen = [name], set()
        while waiting:
            one = waiting.pop(0)
            if one in seen or one not in self.statements:
                continue
            seen.add(one)
            if one in self.bare:
                yield one
            waiting += [ref.stream for ref in self.statements[one].statement.inputs]

    def texts(self, nodes: Iterable[Node]) -> Iterator[str]:
        """Yield the texts that expressions spell, those of parameters too."""
        for node in (inner for one in nodes for inner in walk(one)):
            if isinstance(node, Literal) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ParameterRef) and node.name in self.parameters:
                yield self.parameters[node.name]

    def faults(self) -> tuple[Fault, ...]:
        """Return what is wrong with the columns so far; nothing more once enough was tried."""
        if self.trials >= _MOST_TRIALS:
            return ()
        self.trials += 1
        return self.compiles(self.columns)


def guessed_columns(
    ordered: Sequence[Ordered], bare: frozenset[str], compiles: Try, parameters: Mapping[str, str]
) -> dict[str, Schema]:
    """Return columns for the sources in `bare`; what still does not fit, compiling will say again.

    `parameters` are the values of those that are texts.
    """
    statements = {one.statement.name: one for one in ordered}
    guessing = _Guessing(statements, bare, compiles, parameters, {name: {} for name in statements if name in bare})
    _add_named(guessing)
    _add_absent(guessing)
    _add_declared(guessing)
    _remove_doubled(guessing)
    _add_keys(guessing)
    _add_positions(guessing)
    _settle_types(guessing)
    return {
        name: Schema(tuple(Column(column, type_) for column, type_ in columns.items()))
        for name, columns in guessing.columns.items()
    }


def _add_named(guessing: _Guessing) -> None:
    """Add what is asked for as a text: `byName('x')`, `byNames(['x', 'y'])`, and the keys of sinks."""
    for one in guessing.statements.values():
        sides = _sides(one.statement)
        for node in walk(one.statement):
            if isinstance(node, Call) and node.name == "byName" and node.args:
                stream = next(guessing.texts(node.args[1:]), None) or sides.get(node.span)
                for name in guessing.texts(node.args[:1]):
                    guessing.add(one.statement, name, stream)
            elif isinstance(node, Call) and node.name == "byNames" and node.args:
                for name in (part for text in guessing.texts(node.args[:1]) for part in text.split(",") if part):
                    guessing.add(one.statement, name)
        for name in _keys(guessing, one.statement):
            guessing.add(one.statement, name)


def _sides(statement: Statement) -> dict[Span, str]:
    """Return the input that each side of a join's comparisons is most likely of: the left one of the first."""
    found: dict[Span, str] = {}
    if len(statement.inputs) == 2:
        for node in walk(statement):
            if isinstance(node, Binary) and node.operator in ("==", "===", "<=>"):
                for side, ref in zip((node.left, node.right), statement.inputs, strict=True):
                    found.update((inner.span, ref.stream) for inner in walk(side))
    return found


def _add_absent(guessing: _Guessing) -> None:
    """Add the columns that compiling misses, until it misses none that a bare source could have."""
    nodes = _places(guessing.statements.values())
    tried: set[tuple[str, str, str | None]] = set()
    for _ in range(_MOST_ROUNDS):
        missing = [
            node for fault in guessing.faults() if fault.code == _ABSENT for node in nodes.get(_key(fault.place), ())
        ]
        fresh = {(at.name, node.name, node.stream or _sides(at).get(node.span)): at for at, node in missing}
        keys = fresh.keys() - tried
        tried |= keys
        if not [key for key in fresh if key in keys and guessing.add(fresh[key], key[1], key[2])]:
            return


def _add_keys(guessing: _Guessing) -> None:
    """Add the keys that sinks lack; a table has other columns beside them."""
    for fault in guessing.faults():
        key = _LACKED.search(fault.message)
        sinks = [one.statement for one in guessing.statements.values() if one.statement.verb == "sink"]
        for sink in sinks if key is not None else ():
            if key is not None and f"'{sink.name}'" in fault.message:
                guessing.add(sink, key.group(1))
    keys = {name for one in guessing.statements.values() for name in _keys(guessing, one.statement)}
    for columns in guessing.columns.values():
        if columns and columns.keys() <= keys:
            columns.update(dict.fromkeys(_UNASKED, STRING))


def _keys(guessing: _Guessing, statement: Statement) -> Iterator[str]:
    option = statement.option("keys")
    if statement.verb == "sink" and option is not None:
        yield from guessing.texts(option.value if isinstance(option.value, tuple) else (option.value,))


def _add_declared(guessing: _Guessing) -> None:
    """Give to sources that nobody asked anything of the columns of the sinks below, or a few of our own."""
    for source in (name for name, columns in guessing.columns.items() if not columns):
        sinks = [
            one.statement
            for one in guessing.statements.values()
            if one.statement.verb == "sink" and source in guessing.upstream(one.statement.name)
        ]
        declared = {column.name: column.type for sink in sinks for column in source_columns(sink)}
        guessing.columns[source] = declared or dict.fromkeys(_UNASKED, STRING)


def _remove_doubled(guessing: _Guessing) -> None:
    """Remove what the flow makes itself under the same name."""
    for _ in range(_MOST_ROUNDS):
        messages = [fault.message for fault in guessing.faults() if fault.code in (_AMBIGUOUS, _DOUBLED)]
        names = dict.fromkeys(name for message in messages for name in _QUOTED.findall(message))
        found = [(columns, name) for name in names for columns in guessing.columns.values() if name in columns]
        if not found:
            return
        # One at a time: of two sources that both have it, one may keep it.
        columns, name = found[-1]
        del columns[name]


def _add_positions(guessing: _Guessing) -> None:
    """Have as many columns as `byPosition(n)` asks for, and one at least."""
    for one in guessing.statements.values():
        calls = (node for node in walk(one.statement) if isinstance(node, Call) and node.name == "byPosition")
        places = [a.value for call in calls for a in call.args if isinstance(a, Literal) and isinstance(a.value, int)]
        for source in guessing.upstream(one.statement.name) if places else ():
            columns = guessing.columns[source]
            for place in range(len(columns) + 1, max(places) + 1):
                columns[f"column{place}"] = STRING
    for columns in guessing.columns.values():
        columns.update({} if columns else dict.fromkeys(_UNASKED, STRING))


def _settle_types(guessing: _Guessing) -> None:
    """Try other types for guessed columns at faulty places, as long as fewer faults remain."""
    nodes = _statements_at(guessing.statements.values())
    faults = guessing.faults()
    if any(fault.code in _UNTYPED for fault in faults):
        return
    settled: set[tuple[str, str]] = set()
    while faults:
        for suspect in (one for one in _suspects(guessing, faults, nodes) if one not in settled):
            better = _retyped(guessing, *suspect, faults)
            if better is not None:
                faults = better
                settled.add(suspect)
                break
        else:
            return


def _retyped(guessing: _Guessing, source: str, column: str, faults: tuple[Fault, ...]) -> tuple[Fault, ...] | None:
    """Give a column the first type that leaves fewer faults, or else others, and return those; None if none does."""
    before = guessing.columns[source][column]
    other: tuple[DataType, tuple[Fault, ...]] | None = None
    for type_ in (type_ for type_ in _TYPES if type_ != before):
        guessing.columns[source][column] = type_
        left = guessing.faults()
        if len(left) < len(faults):
            return left
        if other is None and len(left) == len(faults) and faults[0].message not in {fault.message for fault in left}:
            other = type_, left
    guessing.columns[source][column] = before if other is None else other[0]
    return None if other is None else other[1]


def _suspects(
    guessing: _Guessing, faults: Sequence[Fault], nodes: Mapping[tuple[object, ...], list[Node]]
) -> Iterator[tuple[str, str]]:
    seen = set()
    for fault in faults:
        at = [inner for node in nodes.get(_key(fault.place), ()) for inner in walk(node)]
        names = [inner.name for inner in at if isinstance(inner, ColumnRef)]
        for name in (*names, *_QUOTED.findall(fault.message)):
            for source, columns in guessing.columns.items():
                if name in columns and (source, name) not in seen:
                    seen.add((source, name))
                    yield source, name


def _places(ordered: Iterable[Ordered]) -> dict[tuple[object, ...], list[tuple[Statement, ColumnRef]]]:
    found: dict[tuple[object, ...], list[tuple[Statement, ColumnRef]]] = {}
    for one in ordered:
        for node in walk(one.statement):
            if isinstance(node, ColumnRef):
                found.setdefault(_key(one.source.locate(node.span)), []).append((one.statement, node))
    return found


def _statements_at(ordered: Iterable[Ordered]) -> dict[tuple[object, ...], list[Node]]:
    found: dict[tuple[object, ...], list[Node]] = {}
    for one in ordered:
        for node in walk(one.statement):
            found.setdefault(_key(one.source.locate(node.span)), []).append(node)
    return found


def _key(place: Place) -> tuple[object, ...]:
    return place.file, place.path, place.line, place.column
