"""`typeMatch`: whether a type, by its name, belongs to a family; used in the match of a column pattern."""

from __future__ import annotations

from sqlglot import exp

from headwater.data import types
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Arguments, Function, Refused

_INTEGRAL = ("byte", "integer", "long", "short")
_FRACTIONAL = ("decimal", "double", "float")
# Family → the types in it; a type belongs to the family of its own name too.
_BASES: dict[str, tuple[str, ...]] = {
    "any": ("array", "binary", "boolean", "complex", "date", "map", "string", "timestamp", *_INTEGRAL, *_FRACTIONAL),
    "complex": ("array", "map"),
    "datetime": ("date", "timestamp"),
    "fractional": _FRACTIONAL,
    "integral": _INTEGRAL,
    "number": (*_INTEGRAL, *_FRACTIONAL),
}
_NAMES: frozenset[str] = frozenset((*_BASES, *_BASES["any"]))


def _type_match(args: Arguments) -> exp.Expr:
    base = sql.constant(args[1])
    if not isinstance(base, str) or base not in _NAMES:
        cure = f"Write one of {', '.join(sorted(_NAMES))}."
        raise Refused("LNG-031", f"'{base}' is no type or family of types", cure, 1)
    names = [base, *_BASES.get(base, ())]
    # What stands behind the name, as in decimal(10,2), does not count.
    bare = exp.RegexpExtract(this=args[0].sql, expression=sql.text("^[a-z]+"), group=sql.number(0))
    return exp.In(this=bare, expressions=[sql.text(name) for name in dict.fromkeys(names)])


FUNCTIONS: tuple[Function, ...] = (
    Function("typeMatch", "string, string", types.BOOLEAN, _type_match, "Tells whether a type is in a family.", "meta"),
)
