"""Expression tree → type, SQL tree and the columns it reads: one walk, so that lineage falls out of typing.

Faults of independent parts are gathered and raised together, each with its caret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Map, Struct
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow import nodes
from headwater.language.dataflow.ast import (
    ArrayLiteral,
    Binary,
    Call,
    Cast,
    ColumnRef,
    Expr,
    Index,
    Interpolation,
    LambdaRef,
    Literal,
    LocalRef,
    MapLiteral,
    MatchRef,
    Member,
    ParameterRef,
    Regex,
    StructLiteral,
    Unary,
)
from headwater.language.dataflow.calls import combined, flags, resolve_call
from headwater.language.dataflow.functions import array, conversion, sql
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.functions.string import concatenated
from headwater.language.dataflow.printer import print_expression
from headwater.language.dataflow.scope import MatchedColumn, Reference, Resolved, Scope, Unresolved, nearest
from headwater.language.source import Source, Span

_STRENGTH = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}


def resolve(expr: Expr, scope: Scope, source: Source) -> Resolved:
    """Return the type, SQL and references of an expression. Raises LanguageError with every fault in it."""
    value = Resolver(scope, source).value(expr)
    return replace(value, references=settled(value.references), text=print_expression(expr))


def settled(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """Return one reference a column, the strongest DIRECT one; INDIRECT ones only of columns that do not flow in."""
    direct: dict[tuple[str, str], Reference] = {}
    for reference in references:
        key = (reference.stream, reference.column)
        known = direct.get(key)
        if reference.kind == "DIRECT" and (known is None or _STRENGTH[known.subtype] < _STRENGTH[reference.subtype]):
            direct[key] = reference
    kept: dict[Reference, None] = {}
    for reference in references:
        kept.setdefault(direct.get((reference.stream, reference.column), reference))
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Resolver:
    """One walk over a tree. Raises LanguageError with the faults of every independent part."""

    scope: Scope
    source: Source
    bindings: Mapping[str, Resolved] = field(default_factory=dict)
    """Values of lambda variables (`#item`) and of the arguments of a user function (`i1`)."""
    at: Span | None = None
    """Where to put faults of a text that does not stand in the source, such as the body of a user function."""
    active: frozenset[str] = frozenset()
    """The user functions that are being inlined."""
    level: int = 1
    """How many lambdas stand around, so that their variables have names of their own."""

    def value(self, expr: Expr) -> Resolved:
        match expr:
            case Literal():
                return nodes.literal(expr)
            case ColumnRef(name, stream):
                return self._column(expr, name, stream)
            case Call():
                return resolve_call(self, expr)
            case Binary(operator, left, right):
                return resolve_call(self, Call(nodes.OPERATORS[operator], (left, right), span=expr.span), operator)
            case Unary():
                return self._unary(expr)
            case Regex(pattern):
                return Resolved(types.STRING, sql.text(pattern))
            case ParameterRef() | LocalRef() | MatchRef() | LambdaRef():
                return self._reference(expr)
            case Member():
                return self._member(expr)
            case Index():
                return self._index(expr)
            case _:
                return self._constructed(expr)

    def values(self, exprs: Sequence[Expr]) -> tuple[Resolved, ...]:
        """Return the values of all; each is looked at, so that all faults are found."""
        values: list[Resolved] = []
        faults: list[Fault] = []
        for expr in exprs:
            try:
                values.append(self.value(expr))
            except LanguageError as error:
                faults.extend(error.faults)
        raise_if_any(LanguageError, faults)
        return tuple(values)

    def failure(self, code: str, message: str, expr: Expr, cure: str) -> LanguageError:
        """Return the error of a fault at a part of the tree."""
        return LanguageError(self.source.fault(code, message, self.at or expr.span, cure))

    def inner(self, bindings: Mapping[str, Resolved]) -> Resolver:
        """Return the resolver of a lambda's body."""
        return replace(self, bindings={**self.bindings, **bindings}, level=self.level + 1)

    def elsewhere(self, scope: Scope, bindings: Mapping[str, Resolved], at: Span, function: str) -> Resolver:
        """Return the resolver of a function's body, whose faults show at the call."""
        return replace(self, scope=scope, bindings=bindings, at=self.at or at, active=self.active | {function})

    def _column(self, expr: Expr, name: str, stream: str | None) -> Resolved:
        if stream is None and name in self.bindings:
            return _copy(self.bindings[name])
        found = self.scope.column(name, stream)
        if isinstance(found, Unresolved):
            raise self.failure(found.code, found.message, expr, found.cure)
        return nodes.column(found)

    def _reference(self, expr: ParameterRef | LocalRef | MatchRef | LambdaRef) -> Resolved:
        match expr:
            case ParameterRef(name):
                found = self.scope.parameter(name)
            case LocalRef(name):
                found = self.scope.local(name)
            case LambdaRef(name):
                found = self.bindings.get(f"#{name}") or Unresolved(
                    "LNG-034",
                    f"'#{name}' has no meaning here",
                    nearest(f"#{name}", (n for n in self.bindings if n.startswith("#"))),
                )
            case MatchRef(text):
                found = _matched(text, self.scope.matched)
        if isinstance(found, Unresolved):
            raise self.failure(found.code, found.message, expr, found.cure)
        return _copy(found)

    def _unary(self, expr: Unary) -> Resolved:
        if expr.operator == "+":
            return self.value(expr.operand)
        name = nodes.UNARY_OPERATORS[expr.operator]
        return resolve_call(self, Call(name, (expr.operand,), span=expr.span), expr.operator)

    def _member(self, expr: Member) -> Resolved:
        if isinstance(expr.base, Call) and expr.base.owner is not None:
            return resolve_call(self, expr.base, member=expr.name)
        base = self.value(expr.base)
        found = nodes.field_of(base, expr.name)
        if found is None:
            inner = base.type.item if isinstance(base.type, Array) else base.type
            fields = [name for name, _ in inner.fields] if isinstance(inner, Struct) else []
            raise self.failure(
                "LNG-021", f"There is no field '{expr.name}' in {base.type}", expr, nearest(expr.name, fields)
            )
        return _derived((base,), found[0], found[1])

    def _index(self, expr: Index) -> Resolved:
        given = self.values((expr.base, expr.index))
        base, index = given
        if not nodes.index_fits(base.type, index.type):
            cure = "Use a whole number from 1 for an array, a key for a map."
            raise self.failure("LNG-029", f"{base.type} has no item [{index.type}]", expr.index, cure)
        item = base.type.value if isinstance(base.type, Map) else array.item_type(base.type)
        return _derived(given, item, array.at(given))

    def _constructed(self, expr: ArrayLiteral | MapLiteral | StructLiteral | Interpolation | Cast) -> Resolved:
        match expr:
            case ArrayLiteral(items):
                return resolve_call(self, Call("array", items, span=expr.span), "[…]") if items else _empty_array()
            case MapLiteral(entries):
                flat = tuple(part for entry in entries for part in entry)
                return resolve_call(self, Call("associate", flat, span=expr.span), "[… -> …]")
            case StructLiteral(fields):
                values = self.values([value for _, value in fields])
                type_, tree = nodes.struct(tuple(zip((name for name, _ in fields), values, strict=True)))
                return _derived(values, type_, tree)
            case Interpolation(parts):
                return self._interpolated(parts)
            case Cast(base, type_):
                return self._converted(self.value(base), type_, expr)

    def _interpolated(self, parts: tuple[Expr, ...]) -> Resolved:
        values = self.values(parts)
        texts = [self._converted(value, types.STRING, part) for value, part in zip(values, parts, strict=True)]
        return _derived(values, types.STRING, concatenated([text.sql for text in texts]))

    def _converted(self, value: Resolved, type_: DataType, expr: Expr) -> Resolved:
        try:
            return _derived((value,), type_, conversion.convert(value, type_))
        except Refused as refused:
            raise self.failure(refused.code, refused.message, expr, refused.cure) from refused


def _copy(value: Resolved) -> Resolved:
    return replace(value, sql=value.sql.copy(), text="")


def _derived(values: Sequence[Resolved], type_: DataType, tree: exp.Expr) -> Resolved:
    """Return a value that was made of others, with what they read and are."""
    return Resolved(type_, tree, combined(values), **flags(values))


def _empty_array() -> Resolved:
    return Resolved(Array(types.ANY), sql.cast(exp.Array(expressions=[]), Array(types.ANY)))


def _matched(text: str, matched: MatchedColumn | None) -> Resolved | Unresolved:
    """Return what `$$`, `$0`, `$1` … stand for: the column's value, its name, a group of its pattern."""
    if matched is None:
        cure = "Use it inside each(match(…), …)."
        return Unresolved("LNG-034", f"'${text}' has no meaning here", cure)
    if text == "$":
        return nodes.column(matched.column) if matched.value is None else _copy(matched.value)
    if text == "0":
        return Resolved(types.STRING, sql.text(matched.column.name))
    group = int(text)
    if group > len(matched.groups):
        cure = f"The pattern has {len(matched.groups)} groups."
        return Unresolved("LNG-034", f"There is no group '${text}'", cure)
    return Resolved(types.STRING, sql.text(matched.groups[group - 1]))
