"""Flatten: a row for each item of an array. Arrays above it in the structure are unrolled on the way.

    foldDown(unroll(goods.orders.items, goods.orders), mapColumn(…))

Every row comes out at least once, with nulls where an array has no items; only an unroll root, and the arrays above it,
must have items. `unrollMultiple(a, b)` unrolls arrays side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.types import Array, DataType, Struct
from headwater.language.dataflow.ast import Argument, Assignment, Clause, ColumnRef, Expr, Member, Positional
from headwater.language.dataflow.scope import Unresolved
from headwater.language.dataflow.spelling import spell_name
from headwater.transformations.expression import scope_of
from headwater.transformations.mapping import is_open_mapping, mapped_columns
from headwater.transformations.protocol import Given, Outcome, OutputColumn, Transformation
from headwater.transformations.relation import all_marks, deciding, output
from headwater.transformations.scope import Found, StreamScope, scope_over
from headwater.transformations.stream import Stream, StreamColumn

Path = tuple[str, ...]
"""The id of a column, then names of members."""


@dataclass(frozen=True, slots=True)
class _Level:
    """One array that is unrolled: where it lies, its items as a stream of one column, and what yields them."""

    path: Path
    items: Stream
    column: Found
    """The column of the input that holds it."""
    array: exp.Expr
    must_have_items: bool

    @property
    def reference(self) -> ColumnRef:
        return ColumnRef(self.items.columns[0].name, self.items.name)


def _compile(given: Given) -> Outcome:
    (stream,) = given.inputs
    scope = scope_of(given)
    levels, several = _levels(given, scope)
    frame = exp.Select().from_(stream.table(), copy=False)
    for group in [levels] if several else [[level] for level in levels]:
        inner_join = group[0].must_have_items
        on = None if inner_join else exp.true()
        frame = frame.join(_lateral(group), on=on, join_type="CROSS" if inner_join else "LEFT", copy=False)
    inner = scope_over((stream, *(level.items for level in levels)), given.names)
    clause = given.statement.clause("mapColumn") or _everything(given, scope)
    rewritten = replace(clause, args=tuple(_rewritten(scope, levels, argument) for argument in clause.args))
    columns = [_traced(column, levels) for column in mapped_columns(given, inner, rewritten)]
    text = given.written(_unroll(given))
    effects = [effect for level in levels for effect in deciding((level.column.origin(),), "FILTER", text)]
    result = output(
        given.statement.name,
        columns,
        frame,
        effects=effects,
        is_open=stream.is_open and is_open_mapping(clause),
        marks=all_marks(stream),
    )
    return Outcome(outputs=(result,))


def _unroll(given: Given) -> Clause:
    clause = given.statement.clause("unroll") or given.statement.clause("unrollMultiple")
    if clause is None or not clause.args:
        cure = "Write foldDown(unroll(column.array), mapColumn(…))."
        raise given.refuse("LNG-064", "'foldDown' unrolls nothing", clause, cure)
    return clause


def _everything(given: Given, scope: StreamScope) -> Clause:
    args = (Positional(ColumnRef(f.shown, f.label), span=given.statement.span) for f in scope.by_label.values())
    return Clause("mapColumn", tuple(args), span=given.statement.span)


def _levels(given: Given, scope: StreamScope) -> tuple[list[_Level], bool]:
    clause = _unroll(given)
    paths: list[Path] = []
    for argument in clause.args:
        path = _path(scope, argument.value) if isinstance(argument, Positional) else None
        if path is None:
            cure = "Name a column, or a member of one: unroll(a.b)."
            raise given.refuse("LNG-064", f"'{given.written(argument)}' is no array", argument, cure)
        paths.append(path)
    if clause.name == "unrollMultiple":
        return _side_by_side([_nested(given, scope, path, clause, ())[-1] for path in paths]), True
    path, *roots = paths
    root = roots[0] if roots else ()
    if len(roots) > 1 or path[: len(root)] != root:
        cure = "Write unroll(a.b.c, a.b): the root is the array or lies above it."
        raise given.refuse("LNG-064", "This is no unroll root", clause.args[-1], cure)
    return _nested(given, scope, path, clause, root), False


def _side_by_side(levels: list[_Level]) -> list[_Level]:
    """Return levels that share one table, in which each has a column."""
    name = levels[0].items.name
    shared = [replace(level.items.columns[0], streams=(name,)) for level in levels]
    return [replace(level, items=Stream(name, (item,))) for level, item in zip(levels, shared, strict=True)]


def _nested(given: Given, scope: StreamScope, path: Path, clause: Clause, root: Path) -> list[_Level]:
    """Return the levels of all arrays on the way to the last one."""
    column = next(found for found in scope.by_label.values() if found.column.id == path[0])
    levels: list[_Level] = []
    type_: DataType = column.column.type
    value: exp.Expr = column.input.sql(column.column)
    for depth in range(1, len(path) + 1):
        if depth > 1:
            if not (isinstance(type_, Struct) and path[depth - 1] in dict(type_.fields)):
                message = f"'{'.'.join(path[: depth - 1])}' is {type_}, it has no '{path[depth - 1]}'"
                raise given.refuse("LNG-077", message, clause, "Correct the path, or declare the column's parts.")
            type_ = dict(type_.fields)[path[depth - 1]]
            value = exp.StructExtract(this=value, expression=exp.Literal.string(path[depth - 1]))
        if isinstance(type_, Array):
            name = f"items of {'.'.join(path[:depth])}"
            item = StreamColumn(name, name, type_.item, (name,), name)
            items = Stream(name, (item,))
            levels.append(_Level(path[:depth], items, column, value, depth <= len(root)))
            type_, value = type_.item, items.sql(item)
    if not levels or levels[-1].path != path:
        message = f"'{'.'.join(path)}' is {type_}, not an array"
        raise given.refuse("LNG-077", message, clause, "Unroll an array, or declare the column as one.")
    return levels


def _lateral(group: Sequence[_Level]) -> exp.Lateral:
    name = group[0].items.name
    items = [exp.alias_(exp.Explode(this=level.array), level.items.columns[0].id, quoted=True) for level in group]
    return exp.Lateral(
        this=exp.select(*items).subquery(), alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True))
    )


def _path(scope: StreamScope, expr: Expr) -> Path | None:
    match expr:
        case ColumnRef(name, stream):
            found = scope.find(name, stream)
            return None if isinstance(found, Unresolved) else (found.column.id,)
        case Member(base, name):
            above = _path(scope, base)
            return None if above is None else (*above, name)
    return None


def _rewritten(scope: StreamScope, levels: Sequence[_Level], argument: Argument) -> Argument:
    """Return a mapping in which what is unrolled stands for its items."""
    match argument:
        case Positional(ColumnRef(name) | Member(name=name) as value):
            moved = _moved(scope, levels, value)
            return argument if moved is value else Assignment(name, moved, span=argument.span)
        case Assignment(target, value, local):
            return Assignment(target, _moved(scope, levels, value), local, span=argument.span)
        case Clause("each", (Positional(value), *rest)):
            head = Positional(_moved(scope, levels, value), span=argument.args[0].span)
            return replace(argument, args=(head, *rest))
    return argument


def _moved(scope: StreamScope, levels: Sequence[_Level], expr: Expr) -> Expr:
    path = _path(scope, expr)
    for level in reversed(levels):
        if path == level.path:
            return replace(level.reference, span=expr.span)
    if isinstance(expr, Member):
        base = _moved(scope, levels, expr.base)
        return expr if base is expr.base else replace(expr, base=base)
    return expr


def _as_written(origin: Origin, levels: Sequence[_Level]) -> Origin:
    """Return the origin with what is unrolled under the name that the script gives it."""
    expression = origin.expression
    for level in levels:
        reference = level.reference
        expression = expression.replace(
            f"{spell_name(level.items.name)}@{spell_name(reference.name)}", ".".join(level.path)
        )
    return msgspec.structs.replace(origin, expression=expression)


def _traced(column: OutputColumn, levels: Sequence[_Level]) -> OutputColumn:
    """Return the column with the origins in the input's columns, which an item is a part of."""
    holders = {(level.items.name, level.items.columns[0].id): level.column for level in levels}
    tables = {level.items.name for level in levels}
    origins = []
    for origin in column.origins:
        found = holders.get((origin.stream, origin.column))
        if found is None:
            origins.append(_as_written(origin, levels))
            continue
        subtype = "TRANSFORMATION" if origin.subtype == "IDENTITY" else origin.subtype
        path = _as_written(origin, levels).expression or origin.column.removeprefix("items of ")
        origins.append(Origin(found.input.name, found.column.id, origin.kind, subtype, path))
    known = replace(column.column, streams=tuple(s for s in column.column.streams if s not in tables))
    return replace(column, column=replace(known, origin=""), origins=tuple(dict.fromkeys(origins)))


FLATTEN = Transformation(
    verb="foldDown",
    compile=_compile,
    options={"skipDuplicateMapInputs": None, "skipDuplicateMapOutputs": None},
    clauses=frozenset({"mapColumn", "unroll", "unrollMultiple"}),
    is_expensive=True,
)
