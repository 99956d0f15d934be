"""All functions of the language by name, and those that the engine cannot express, with the reason."""

from __future__ import annotations

from headwater.language.dataflow.functions import (
    aggregate,
    arithmetic,
    array,
    comparison,
    conditional,
    conversion,
    date,
    digest,
    maps,
    math,
    random,
    string,
    window,
)
from headwater.language.dataflow.functions.function import Function, Parameter, parse_parameters
from headwater.language.dataflow.functions.meta import REWRITES, SPREADS

_FAMILIES = (
    aggregate,
    arithmetic,
    array,
    comparison,
    conditional,
    conversion,
    date,
    digest,
    maps,
    math,
    random,
    string,
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

_ROW = "it asks for a mark that the transformations before left on the row"
_BYTES = "the engine has no such digest"
_TEXT = "the engine has no counterpart that gives the same text"
_STATISTICS = "the engine's own formula gives another result"
_STATE = "its value depends on how the service spreads rows over partitions"

# Documented functions that are refused, each with the reason.
UNSUPPORTED: dict[str, str] = {
    "assertErrorMessages": _ROW,
    "blake2b": _BYTES,
    "blake2bBinary": _BYTES,
    "crc32": _BYTES,
    "decode": "the documentation leaves open whether it yields bytes or a text",
    "encode": "the documentation leaves open whether it yields bytes or an array",
    "escape": _TEXT,
    "fuzzyCompare": "the service does not document its measure",
    "hasError": _ROW,
    "isBitSet": "bit sets are not documented enough to be read the same way",
    "isDelete": _ROW,
    "isDistinct": "the engine has no such aggregate",
    "isError": _ROW,
    "isIgnore": _ROW,
    "isInsert": _ROW,
    "isMatch": _ROW,
    "isUpdate": _ROW,
    "isUpsert": _ROW,
    "nextSequence": _STATE,
    "normalize": "the engine normalizes to another form",
    "originColumns": "it stands for columns of a stream that is not an input",
    "partitionId": _STATE,
    "random": "the documentation calls it a long and the service returns a fraction",
    "setBitSet": "bit sets are not documented enough to be read the same way",
    "skewness": _STATISTICS,
    "skewnessIf": _STATISTICS,
    "topN": "the engine has no such aggregate",
    "typeMatch": "it belongs into the match of a column pattern",
    "unescape": _TEXT,
    "unfold": "it makes rows; use a flatten transformation",
}

_LOWERED: dict[str, str] = {
    name.lower(): name for name in (*FUNCTIONS, *REWRITES, *SPREADS, *UNSUPPORTED, "expr", "byItem")
}


def canonical(name: str) -> str | None:
    """Return the function's own spelling, or None; the documentation itself writes some in another case."""
    return name if name in FUNCTIONS else _LOWERED.get(name.lower())


def names() -> tuple[str, ...]:
    """Return every name that a call may use."""
    return tuple(sorted(set(_LOWERED.values()) - set(UNSUPPORTED)))
