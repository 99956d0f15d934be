"""All vectorized functions by name, sorted."""

from __future__ import annotations

from headwater.language.dataflow.functions.vectorized import (
    answers,
    charset,
    decimals,
    digest,
    escaping,
    java_regex,
    moments,
    numbers,
    orders,
    similarity,
    texts,
    xml_text,
)
from headwater.language.dataflow.functions.vectorized.function import Vectorized

_FAMILIES = (
    answers,
    charset,
    decimals,
    digest,
    escaping,
    java_regex,
    moments,
    numbers,
    orders,
    similarity,
    texts,
    xml_text,
)

VECTORIZED: dict[str, Vectorized] = {
    function.name: function
    for function in sorted((f for family in _FAMILIES for f in family.FUNCTIONS), key=lambda f: f.name)
}
SQL_NAMES: frozenset[str] = frozenset(function.sql_name for function in VECTORIZED.values())

# The sequence of `nextSequence()`.
SEQUENCE = "hw_sequence"
