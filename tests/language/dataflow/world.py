"""The scope of fixtures: two streams, a cache sink, a parameter, a local, two functions of a library."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal, Struct
from headwater.language.dataflow.ast import Binary, Call, ColumnRef, Literal
from headwater.language.dataflow.parser import parse_expression
from headwater.language.dataflow.scope import CacheSink, ColumnScope, Resolved, ScopeColumn, UserFunction
from headwater.language.dataflow.typing import resolve
from headwater.language.source import Source


def column(stream: str, name: str, type_: DataType, origin: str = "") -> ScopeColumn:
    return ScopeColumn(stream, name, type_, exp.column(name, table=stream, quoted=True), origin)


_COLUMNS = (
    column("flights", "id", types.INTEGER),
    column("flights", "carrier", types.STRING),
    column("flights", "dep_delay", types.INTEGER),
    column("flights", "arr_delay", types.DOUBLE),
    column("flights", "dep_time", types.TIMESTAMP),
    column("flights", "fare", Decimal(8, 2)),
    column("planes", "id", types.INTEGER, "registry"),
    column("planes", "model", types.STRING),
    column("planes", "place", Struct((("city", types.STRING),))),
    column("planes", "tags", Array(types.STRING)),
)
_AIRPORTS = CacheSink(
    "airports",
    exp.to_table("airports"),
    (column("airports", "code", types.STRING), column("airports", "name", types.STRING)),
    ("code",),
)
_TWICE = UserFunction("twice", (types.LONG,), types.LONG, Binary("*", ColumnRef("i1"), Literal(2, types.INTEGER)))
_LOOP = UserFunction("loop", (types.LONG,), types.LONG, Call("loop", (ColumnRef("i1"),)))

SCOPE = ColumnScope(
    _COLUMNS,
    parameters={
        "limit": Resolved(types.INTEGER, exp.Literal.number(15)),
        "loop": Resolved(types.STRING, exp.Literal.string("expr($loop)")),
    },
    functions={"twice": _TWICE, "loop": _LOOP},
    caches={"airports": _AIRPORTS},
)


def resolved(text: str, scope: ColumnScope = SCOPE) -> Resolved:
    """Return a text resolved. Raises LanguageError."""
    source = Source(text)
    expr, faults = parse_expression(source)
    assert expr is not None, faults
    return resolve(expr, scope, source)


WORLD = ColumnScope(_COLUMNS, SCOPE.parameters, {"late": resolved("dep_delay > $limit")}, SCOPE.functions, SCOPE.caches)
