"""Expression nodes that are no function: literals, indexes, fields, arrays, structs and what a cache sink holds."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Map, Struct
from headwater.language.dataflow.ast import Literal
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.scope import CacheSink, Reference, Resolved, ScopeColumn

# Operators that are functions by another name.
OPERATORS: dict[str, str] = {
    "!=": "notEquals",
    "%": "mod",
    "&": "bitwiseAnd",
    "&&": "and",
    "*": "multiply",
    "+": "add",
    "-": "minus",
    "/": "divide",
    "<": "lesser",
    "<=": "lesserOrEqual",
    "<=>": "equalsIgnoreCase",
    "==": "equals",
    "===": "nullSafeEquals",
    ">": "greater",
    ">=": "greaterOrEqual",
    "^": "bitwiseXor",
    "|": "bitwiseOr",
    "||": "or",
}
UNARY_OPERATORS: dict[str, str] = {"!": "not", "-": "negate", "~": "bitwiseNot"}


def literal(node: Literal) -> Resolved:
    """Return a literal with its own type; a bare number would be a decimal to the engine."""
    value = node.value
    match value:
        case None:
            return Resolved(types.ANY, exp.Null())
        case bool():
            return Resolved(types.BOOLEAN, exp.Boolean(this=value))
        case str() if node.type == types.STRING:
            return Resolved(types.STRING, sql.text(value))
        case int() | str() if node.type == types.INTEGER:
            return Resolved(types.INTEGER, sql.number(int(value)))
        case float():
            number = exp.Literal.number(repr(value))
            return Resolved(node.type, sql.cast(number, node.type))
        case int():
            return Resolved(node.type, sql.cast(sql.number(value), node.type))
        case _:
            return Resolved(node.type, sql.cast(sql.text(str(value)), node.type))


def column(found: ScopeColumn) -> Resolved:
    return Resolved(found.type, found.sql.copy(), (Reference(found.stream, found.name),))


def field_of(base: Resolved, name: str) -> tuple[DataType, exp.Expr] | None:
    """Return the field of a struct, or the array of the fields of an array of structs; None if there is none."""
    match base.type:
        case Struct(fields) if name in dict(fields):
            return dict(fields)[name], exp.StructExtract(this=base.sql, expression=sql.text(name))
        case Array(Struct(fields)) if name in dict(fields):
            part = exp.StructExtract(this=sql.variable("element"), expression=sql.text(name))
            each = exp.Transform(this=base.sql, expression=sql.function(["element"], part))
            return Array(dict(fields)[name]), each
        case _:
            return None


def member_of(base: Resolved, name: str) -> Resolved | None:
    """Return a field as a value of its own; None if there is none."""
    found = field_of(base, name)
    if found is None:
        return None
    references = tuple(replace(r, subtype="TRANSFORMATION") if r.subtype == "IDENTITY" else r for r in base.references)
    return Resolved(found[0], found[1].copy(), references, nondeterministic=base.nondeterministic)


def struct(fields: tuple[tuple[str, Resolved], ...]) -> tuple[DataType, exp.Expr]:
    members = [
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=value.sql) for name, value in fields
    ]
    return Struct(tuple((name, value.type) for name, value in fields)), exp.Struct(expressions=members)


def index_fits(base: DataType, index: DataType) -> bool:
    """Return whether a value of type `index` picks an item of `base`."""
    match base:
        case Array():
            return index in (types.BYTE, types.SHORT, types.INTEGER, types.LONG, types.ANY)
        case Map(key, _):
            return index in (key, types.ANY)
        case _:
            return False


def cached(sink: CacheSink, function: str, keys: tuple[Resolved, ...], member: str | None) -> Resolved | None:
    """Return what a cache sink holds for these keys, or one column of it; None if it has no such column."""
    columns = [found for found in sink.columns if member in (None, found.name)]
    if not columns:
        return None
    values = tuple((found.name, column(found)) for found in columns)
    type_, value = (values[0][1].type, values[0][1].sql) if member is not None else struct(values)
    query = exp.select(exp.alias_(value, "item")).from_(sink.relation.copy())
    for name, key in zip(sink.keys if keys else (), keys, strict=True):
        found = next(found for found in sink.columns if found.name == name)
        query = query.where(exp.EQ(this=found.sql.copy(), expression=sql.paren(key.sql)))
    references = tuple(Reference(found.stream, found.name, "DIRECT", "TRANSFORMATION") for found in columns)
    deciding = tuple(Reference(r.stream, r.column, "INDIRECT", "JOIN") for key in keys for r in key.references)
    named = {name for name, _ in zip(sink.keys, keys, strict=False)}
    deciding += tuple(Reference(c.stream, c.name, "INDIRECT", "JOIN") for c in sink.columns if c.name in named)
    if function in ("lookup", "output"):
        return Resolved(type_, exp.Subquery(this=query.limit(1)), references + deciding)
    gathered = exp.ArrayAgg(this=exp.column("item", table="cached"))
    rows = exp.Subquery(this=exp.select(gathered).from_(query.subquery("cached")))
    empty = sql.cast(exp.Array(expressions=[]), Array(type_))
    return Resolved(Array(type_), exp.Coalesce(this=rows, expressions=[empty]), references + deciding)
