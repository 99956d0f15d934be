"""Which other types a definition names: a type that is named cannot be deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from headwater import typed
from headwater.catalog.types.attributes import type_names_in
from headwater.catalog.types.type_set import Category, Definition, applicable_types


def is_mentioned(name: str, known: Mapping[str, tuple[Category, Definition]]) -> bool:
    """Tell whether one of the known types names this one."""
    return any(name in _named(category, definition) for category, definition in known.values())


def _named(category: Category, definition: Definition) -> Iterator[str]:
    """Yield super types, ends, types of attributes, and what classifications and business metadata are for.

    What a key means depends on the category; elsewhere it is kept as it was sent, and means nothing.
    """
    for key in NAMING.get(category, ()):
        yield from typed.convert(definition.get(key) or (), tuple[str, ...])
    for key in ("endDef1", "endDef2") if category == "RELATIONSHIP" else ():
        end = definition.get(key)
        if isinstance(end, dict):
            yield str(end.get("type"))
    parts = typed.convert(definition.get("attributeDefs") or (), tuple[dict[str, object], ...])
    for attribute in parts:
        yield from type_names_in(attribute.get("typeName"))
    for said in (definition, *parts) if category == "BUSINESS_METADATA" else ():
        yield from _applicable(said)


NAMING: Mapping[Category, tuple[str, ...]] = MappingProxyType(
    {"CLASSIFICATION": ("superTypes", "entityTypes"), "ENTITY": ("superTypes",)}
)


def _applicable(said: Mapping[str, object]) -> tuple[str, ...]:
    return applicable_types(typed.convert(said.get("options") or {}, dict[str, str]))
