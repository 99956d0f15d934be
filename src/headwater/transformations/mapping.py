"""`mapColumn(a, b = c, s@d, each(match(…), $$ = $$))`: what select and sink pass on, and under which names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import (
    Argument,
    Assignment,
    Clause,
    ColumnRef,
    Expr,
    MatchRef,
    Member,
    Node,
    Positional,
)
from headwater.language.dataflow.scope import Unresolved
from headwater.transformations.arguments import flag
from headwater.transformations.expression import resolve_value
from headwater.transformations.patterns import expand, expand_members
from headwater.transformations.protocol import Given, OutputColumn
from headwater.transformations.relation import made, passed
from headwater.transformations.scope import Found, StreamScope


@dataclass(frozen=True, slots=True)
class _Mapped:
    column: OutputColumn
    input: str
    """What is mapped: the input column's id, or the expression."""
    node: Node


def mapped_columns(given: Given, scope: StreamScope, clause: Clause) -> list[OutputColumn]:
    """Return the mapped columns in order; the first mapping of an input or output wins where the options say so."""
    faults: list[Fault] = []
    mapped: list[_Mapped] = []
    for argument in clause.args:
        try:
            mapped.extend(_mapped(given, scope, argument))
        except LanguageError as error:
            faults.extend(error.faults)
    raise_if_any(LanguageError, faults)
    return without_duplicates(given, mapped)


def all_columns(given: Given, columns: Iterable[Found]) -> list[OutputColumn]:
    """Return columns under their own names, as a mapping that is left out does."""
    return without_duplicates(given, [_Mapped(passed(f), f.column.id, given.statement) for f in columns])


def is_open_mapping(clause: Clause) -> bool:
    """Return whether columns that are not known yet may be mapped."""
    return any(isinstance(argument, Clause) and argument.name == "each" for argument in clause.args)


def without_duplicates(given: Given, mapped: list[_Mapped]) -> list[OutputColumn]:
    """Return the columns, less those that `skipDuplicateMap…` skips. Raises LanguageError for a name given twice."""
    skip_inputs, skip_outputs = flag(given, "skipDuplicateMapInputs"), flag(given, "skipDuplicateMapOutputs")
    inputs: set[str] = set()
    outputs: set[str] = set()
    faults: list[Fault] = []
    kept: list[OutputColumn] = []
    for one in mapped:
        name = one.column.column.name
        if (skip_inputs and one.input in inputs) or (skip_outputs and name in outputs):
            continue
        if name in outputs:
            cure = f"Rename one with mapColumn(other = stream@{name}), or set skipDuplicateMapOutputs: true."
            faults.append(given.fault("LNG-069", f"Column '{name}' comes out twice", one.node, cure))
        inputs.add(one.input)
        outputs.add(name)
        kept.append(one.column)
    raise_if_any(LanguageError, faults)
    return kept


def _mapped(given: Given, scope: StreamScope, argument: Argument) -> Iterator[_Mapped]:
    match argument:
        case Positional(ColumnRef(name) as value) | Positional(Member(name=name) as value):
            yield _column(given, scope, name, value, argument)
        case Assignment(str(name), value, False):
            yield _column(given, scope, name, value, argument)
        case Clause("each", (Positional(ColumnRef() | Member() as base), *_)):
            for match in expand_members(given, scope, argument):
                member = Member(base, match.found.column.name, span=argument.span)
                value = member if match.value == MatchRef("$") else match.value
                yield _column(given, match.scope, match.name, value, argument)
        case Clause("each"):
            for match in expand(given, scope, argument):
                if match.value == MatchRef("$"):
                    yield _Mapped(passed(match.found, match.name), match.found.column.id, argument)
                else:
                    yield _column(given, match.scope, match.name, match.value, argument)
        case _:
            cure = "Map columns as in mapColumn(a, b = c); compute values in a derive before it."
            raise given.refuse("LNG-071", f"'{given.written(argument)}' is no column mapping", argument, cure)


def _column(given: Given, scope: StreamScope, name: str, value: Expr, node: Node) -> _Mapped:
    if isinstance(value, ColumnRef):
        found = scope.find(value.name, value.stream)
        if isinstance(found, Unresolved) and value.stream is None and flag(given, "skipDuplicateMapInputs"):
            # Of input columns with one name the first is kept, so that the name is in no doubt.
            found = next(iter(scope.by_name.get(value.name, ())), found)
        if isinstance(found, Unresolved):
            raise given.refuse(found.code, found.message, value, found.cure)
        return _Mapped(passed(found, name), found.column.id, node)
    resolved = resolve_value(given, scope, value)
    origins = scope.origins(resolved, resolved.text)
    return _Mapped(made(name, resolved.type, origins, resolved.sql), given.written(value), node)
