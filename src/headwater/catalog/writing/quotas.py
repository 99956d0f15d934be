"""How large an entity may be, by Purview's quotas, and which texts cannot be kept at all.

An asset has at most 2 MB, its names 4 KB, an attribute 32 KB, each as JSON in UTF-8. Lineage that a run tells
(`columnMapping`, and attributes too large for lists such as `columnLineage`) grows with the number of columns and is
exempt from all three: it is bounded by the size of a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from headwater.catalog.types import EntityType
from headwater.errors import Fault, Place

ASSET = 2 * 1024 * 1024
ATTRIBUTE = 32 * 1024
NAME = 4 * 1024
NAMES = ("qualifiedName", "name", "displayName")
EXEMPT = frozenset({"columnMapping"})
DEPTH = 64
NO_NUL = "Leave the NUL character out: no database keeps it in a text."
_NUL = "\\u0000"


def faults_of(
    type: EntityType, what: str, attributes: Mapping[str, object], texts: Sequence[str | None], place: str
) -> Iterator[Fault]:
    """Yield what is too large or cannot be kept of an entity; `texts` are all its JSON columns as they will be kept.

    Nearly all entities are far from any limit, so the whole is looked at first and its parts only if they must be.
    """
    for name in NAMES:
        if isinstance(value := attributes.get(name), str) and len(value) * 4 > NAME:
            yield from _too_large(f"{type.name}.{name}", len(value.encode()), NAME, place)
    held = [text for text in texts if text]
    if sum(map(len, held)) * 4 > ATTRIBUTE:
        yield from _too_large_parts(type, what, attributes, texts, place)
    if any(_NUL in text for text in held):
        yield from _unkept(type, attributes, texts, place)


def _too_large_parts(
    type: EntityType, what: str, attributes: Mapping[str, object], texts: Sequence[str | None], place: str
) -> Iterator[Fault]:
    exempt = EXEMPT | type.heavy
    sizes = {name: len(msgspec.json.encode(value)) for name, value in attributes.items()}
    for name, size in sizes.items():
        if name not in exempt:
            yield from _too_large(f"{type.name}.{name}", size, ATTRIBUTE, place)
    counted = sum(size for name, size in sizes.items() if name not in exempt)
    # The attributes come first among the texts; the others have no exemptions.
    counted += sum(len(text.encode()) for text in texts[1:] if text)
    yield from _too_large(what, counted, ASSET, place)


def _too_large(what: str, size: int, limit: int, place: str | None) -> Iterator[Fault]:
    if size > limit:
        cure = f"The limit is {limit:,} bytes. Keep the value elsewhere and a link to it here."
        yield Fault("CAT-041", f"'{what}' has {size:,} bytes", Place(path=place), cure)


def faults_of_link(name: str, attributes: Mapping[str, object], place: str | None = None) -> Iterator[Fault]:
    """Yield what is too large or cannot be kept of the attributes of a relationship."""
    for attribute, value in attributes.items():
        if isinstance(value, dict | list) and is_too_deep(value):
            cure = f"Send at most {DEPTH} levels, or the value as a text."
            yield Fault("CAT-041", f"{name}.{attribute}: the value is too deep", Place(path=place), cure)
            continue
        if attribute not in EXEMPT:
            yield from _too_large(f"{name}.{attribute}", len(msgspec.json.encode(value)), ATTRIBUTE, place)
        if has_nul(value):
            yield Fault("CAT-022", f"'{name}.{attribute}' has a NUL character", Place(path=place), NO_NUL)


def _unkept(
    type: EntityType, attributes: Mapping[str, object], texts: Sequence[str | None], place: str
) -> Iterator[Fault]:
    """A backslash before `u0000` may be one that was said: look at the values themselves."""
    named = [f"{type.name}.{name}" for name, value in attributes.items() if has_nul(value)]
    others = any(has_nul(msgspec.json.decode(text)) for text in texts[1:] if text and _NUL in text)
    for name in named or (["custom attributes or contacts"] if others else []):
        yield Fault("CAT-022", f"'{name}' has a NUL character", Place(path=place), NO_NUL)


def has_nul(value: object) -> bool:
    """Tell whether a JSON value has a NUL character anywhere."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, list | tuple):
        return any(has_nul(item) for item in value)
    if isinstance(value, dict):
        return any(has_nul(part) for pair in value.items() for part in pair)
    return False


def is_too_deep(value: list[object] | dict[str, object], depth: int = DEPTH) -> bool:
    """Tell whether a JSON value has more levels than that."""
    items = value.values() if isinstance(value, dict) else value
    inner = [item for item in items if isinstance(item, dict | list)]
    return not depth or any(is_too_deep(item, depth - 1) for item in inner)
