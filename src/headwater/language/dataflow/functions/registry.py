"""All functions of the language by name, and those that are refused, with the reason."""

from __future__ import annotations

from headwater.language.dataflow.functions import (
    aggregate,
    arithmetic,
    array,
    binary,
    bits,
    comparison,
    conditional,
    conversion,
    date,
    digest,
    maps,
    math,
    random,
    similarity,
    string,
    type_match,
    window,
)
from headwater.language.dataflow.functions.function import Function, Parameter, parse_parameters
from headwater.language.dataflow.functions.marks import MARKS
from headwater.language.dataflow.functions.meta import REWRITES, SPREADS

_FAMILIES = (
    aggregate,
    arithmetic,
    array,
    binary,
    bits,
    comparison,
    conditional,
    conversion,
    date,
    digest,
    maps,
    math,
    random,
    similarity,
    string,
    type_match,
    window,
)

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in sorted((f for family in _FAMILIES for f in family.FUNCTIONS), key=lambda f: f.name.lower())
}
PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    name: parse_parameters(function.parameters) for name, function in FUNCTIONS.items()
}

# Functions of a cache sink, written `sink#name(…)`.
CACHED: frozenset[str] = frozenset({"lookup", "mlookup", "output", "outputs"})

_LOWERED: dict[str, str] = {name.lower(): name for name in (*FUNCTIONS, *MARKS, *REWRITES, *SPREADS, "expr", "byItem")}


def canonical(name: str) -> str | None:
    """Return the function's own spelling, or None; the documentation itself writes some in another case."""
    return name if name in FUNCTIONS else _LOWERED.get(name.lower())


def names() -> tuple[str, ...]:
    """Return every name that a call may use."""
    return tuple(sorted(set(_LOWERED.values())))
