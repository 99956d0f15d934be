"""Functions that name columns: they are settled before the run, because lineage needs to know the columns.

Each turns its call into another expression: a column, an array of names, a constant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from headwater.data import types
from headwater.data.types import Array, DataType, Map, Struct
from headwater.language.dataflow.ast import ArrayLiteral, Cast, ColumnRef, Expr, Index, Literal, Member
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.scope import Scope, ScopeColumn, Unresolved

Constant: TypeAlias = str | int | float | bool | None | tuple[str, ...]
Rewrite: TypeAlias = Callable[[Scope, tuple[Constant, ...]], Expr]
Spread: TypeAlias = Callable[[Scope, tuple[Constant, ...]], tuple[Expr, ...]]


def _text(value: Constant, index: int) -> str:
    if not isinstance(value, str):
        raise Refused("LNG-031", "The name of a column must be known before the run", "Write it as a constant.", index)
    return value


def _stream(given: tuple[Constant, ...], index: int) -> str | None:
    """Return the stream at an index; none, or '', for all."""
    return (_text(given[index], index) or None) if len(given) > index else None


def _reference(column: ScopeColumn) -> ColumnRef:
    return ColumnRef(column.name, column.stream)


def _null() -> Literal:
    return Literal(None, types.ANY)


def _by_name(scope: Scope, given: tuple[Constant, ...]) -> Expr:
    """An absent column is null; an ambiguous one is a fault, which resolving the reference reports."""
    name, stream = _text(given[0], 0), _stream(given, 1)
    found = scope.column(name, stream)
    return _null() if isinstance(found, Unresolved) and found.code == "LNG-021" else ColumnRef(name, stream)


def _by_position(scope: Scope, given: tuple[Constant, ...]) -> Expr:
    position = given[0]
    if not isinstance(position, int):
        raise Refused("LNG-031", "The position must be known before the run", "Write it as a constant.", 0)
    columns = scope.columns(None)
    return _reference(columns[position - 1]) if 1 <= position <= len(columns) else _null()


def _by_origin(scope: Scope, given: tuple[Constant, ...]) -> Expr:
    name, stream = _text(given[0], 0), _stream(given, 1)
    named = [column for column in scope.columns(None) if column.name == name]
    found = [column for column in named if stream in (None, column.origin or column.stream, column.stream)]
    return _reference(found[0]) if found else _null()


# A name, a key in brackets or a place in brackets: `metadata["00080020"].Value[1]`.
_STEP = re.compile(r"""\.?([^.\[\]]+)|\[(?:"([^"]*)"|(\d+))\]""")


def _path(scope: Scope, given: tuple[Constant, ...]) -> Expr | None:
    """Return the column or field that a dotted path names, or None."""
    stream = _stream(given, 1)
    text = _text(given[0], 0)
    steps = [match.groups() for match in _STEP.finditer(text)]
    if not steps or steps[0][0] is None or "".join(m.group() for m in _STEP.finditer(text)) != text:
        return None
    head = steps[0][0]
    column = scope.column(head, stream)
    if isinstance(column, Unresolved):
        return None
    expr: Expr = ColumnRef(head, stream)
    type_: DataType = column.type
    for name, key, place in steps[1:]:
        match type_:
            case Struct(fields) if name is not None and name in dict(fields):
                expr, type_ = Member(expr, name), dict(fields)[name]
            case Map(types.STRING, value) if key is not None:
                expr, type_ = Index(expr, Literal(key, types.STRING)), value
            case Array(item) if place is not None:
                expr, type_ = Index(expr, Literal(int(place), types.INTEGER)), item
            case _:
                return None
    return expr


def _by_path(scope: Scope, given: tuple[Constant, ...]) -> Expr:
    return _path(scope, given) or _null()


def _has_path(scope: Scope, given: tuple[Constant, ...]) -> Expr:
    return Literal(_path(scope, given) is not None, types.BOOLEAN)


def _has_column(scope: Scope, given: tuple[Constant, ...]) -> Expr:
    name, stream = _text(given[0], 0), _stream(given, 1)
    return Literal(any(column.name == name for column in scope.columns(stream)), types.BOOLEAN)


def _column_names(scope: Scope, given: tuple[Constant, ...]) -> Expr:
    names = (column.name for column in scope.columns(_stream(given, 0)))
    items = ArrayLiteral(tuple(Literal(name, types.STRING) for name in names))
    return items if items.items else Cast(items, Array(types.STRING))


def _columns(scope: Scope, given: tuple[Constant, ...]) -> tuple[Expr, ...]:
    return tuple(_reference(column) for column in scope.columns(_stream(given, 0)))


def _by_names(scope: Scope, given: tuple[Constant, ...]) -> tuple[Expr, ...]:
    if not isinstance(given[0], tuple):
        raise Refused("LNG-031", "The names of columns must be known before the run", "Write ['a', 'b'].", 0)
    return tuple(_by_name(scope, (name, *given[1:])) for name in given[0])


def _by_origins(scope: Scope, given: tuple[Constant, ...]) -> tuple[Expr, ...]:
    if not isinstance(given[0], tuple):
        raise Refused("LNG-031", "The names of columns must be known before the run", "Write ['a', 'b'].", 0)
    return tuple(_by_origin(scope, (name, *given[1:])) for name in given[0])


def _origin_columns(scope: Scope, given: tuple[Constant, ...]) -> tuple[Expr, ...]:
    stream = _text(given[0], 0)
    return tuple(_reference(column) for column in scope.columns(None) if (column.origin or column.stream) == stream)


# Name → least and greatest number of arguments, and what the call stands for.
REWRITES: dict[str, tuple[int, int, Rewrite]] = {
    "byName": (1, 2, _by_name),
    "byOrigin": (1, 2, _by_origin),
    "byPath": (1, 2, _by_path),
    "byPosition": (1, 1, _by_position),
    "columnNames": (0, 2, _column_names),
    "hasColumn": (1, 2, _has_column),
    "hasPath": (1, 2, _has_path),
}

# These stand for several arguments of the function around them.
SPREADS: dict[str, tuple[int, int, Spread]] = {
    "byNames": (1, 2, _by_names),
    "byOrigins": (1, 2, _by_origins),
    "columns": (0, 1, _columns),
    "originColumns": (1, 1, _origin_columns),
}

# Signature and sentence of what is settled before the run, and of what a cache sink answers.
DOCS: dict[str, tuple[str, str]] = {
    "byItem": ("byItem(any, string) => any", "The field of a name, of a complex value."),
    "byName": ("byName(string, [string]) => any", "The column of a name, of a stream or of all; null if absent."),
    "byNames": ("byNames(array, [string]) => any...", "The columns of these names, as arguments of a function."),
    "byOrigin": ("byOrigin(string, [string]) => any", "The column of a name in the stream it comes from."),
    "byOrigins": ("byOrigins(array, [string]) => any...", "The columns of these names in the stream they come from."),
    "byPath": ("byPath(string, [string]) => any", "The column or field that a dotted path names."),
    "byPosition": ("byPosition(integral) => any", "The column at a position, from 1."),
    "columnNames": ("columnNames([string], [boolean]) => string[]", "The names of the columns of a stream, or of all."),
    "columns": ("columns([string]) => any...", "The columns of a stream, or of all, as arguments of a function."),
    "expr": ("expr(string) => any", "The value of the expression that a text holds."),
    "hasColumn": ("hasColumn(string, [string]) => boolean", "Tells whether there is a column of a name."),
    "hasPath": ("hasPath(string, [string]) => boolean", "Tells whether a dotted path names a column or field."),
    "lookup": ("sink#lookup(any...) => any", "The first row of a cache sink with these keys."),
    "mlookup": ("sink#mlookup(any...) => any[]", "All rows of a cache sink with these keys."),
    "originColumns": ("originColumns(string) => any...", "The columns that come from a stream, as arguments."),
    "output": ("sink#output() => any", "The first row of a cache sink."),
    "outputs": ("sink#outputs() => any[]", "All rows of a cache sink."),
}

# What may stand between a spread and the function that takes its values: `array(toString(columns()))`.
EACH: frozenset[str] = frozenset(
    {
        "isNull",
        "lower",
        "toBoolean",
        "toDate",
        "toDecimal",
        "toDouble",
        "toFloat",
        "toInteger",
        "toLong",
        "toShort",
        "toString",
        "toTimestamp",
        "trim",
        "upper",
    }
)


def arity_of(name: str) -> tuple[int, int]:
    """Return the least and greatest number of arguments of a function that names columns."""
    return REWRITES[name][:2] if name in REWRITES else SPREADS[name][:2]
