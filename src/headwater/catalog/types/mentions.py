"""Which other types a definition names: a type that is named cannot be deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from headwater import typed
from headwater.catalog.types.attributes import type_names_in
from headwater.catalog.types.type_set import Category, Definition, applicable_types


def is_mentioned(name: str, known: Mapping[str, tuple[Category, Definition]]) -> bool:
    """Tell whether one of the known types names this one."""
    return any(name in _named(definition) for _, definition in known.values())


def _named(definition: Definition) -> Iterator[str]:
    """Yield super types, ends, types of attributes, and what classifications and business metadata are for."""
    for key in ("superTypes", "entityTypes"):
        yield from typed.convert(definition.get(key) or (), tuple[str, ...])
    for key in ("endDef1", "endDef2"):
        end = definition.get(key)
        if isinstance(end, dict):
            yield str(end.get("type"))
    yield from _applicable(definition)
    for attribute in typed.convert(definition.get("attributeDefs") or (), tuple[dict[str, object], ...]):
        yield from type_names_in(attribute.get("typeName"))
        yield from _applicable(attribute)


def _applicable(said: Mapping[str, object]) -> tuple[str, ...]:
    return applicable_types(typed.convert(said.get("options") or {}, dict[str, str]))
