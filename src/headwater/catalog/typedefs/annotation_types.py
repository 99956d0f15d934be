"""What makes the definition of a classification or of business metadata valid, beyond what holds for every type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeGuard

import msgspec

from headwater import typed
from headwater.catalog.types import Category, Definition, applicable_types, business_metadata_type
from headwater.catalog.types.attributes import type_names_in
from headwater.errors import Fault, Place

Known = Mapping[str, tuple[Category, Definition]]
Attribute = dict[str, object]
MEND = "Mend the definition and send it again."


def classification_faults(name: str, definition: Definition, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the entity types that a classification is restricted to."""
    allowed = definition.get("entityTypes") or []
    if not isinstance(allowed, list) or not all(isinstance(item, str) for item in allowed):
        yield _fault(name, "entityTypes", "entityTypes is not a list of names")
        return
    for item in allowed:
        if known.get(item, ("", {}))[0] != "ENTITY":
            yield _fault(name, "entityTypes", f"'{item}' in entityTypes is no entity type")


def business_metadata_faults(name: str, definition: Definition, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the attributes of business metadata: their types, to what they apply, how long."""
    attributes = definition.get("attributeDefs") or []
    shared = definition.get("options") or {}
    if not _is_text_mapping(shared):
        yield _fault(name, "options", "options are not a mapping of strings")
        return
    for position, attribute in enumerate(attributes if isinstance(attributes, list) else []):
        # What is no attribute at all is told by the check that every type goes through.
        if isinstance(attribute, dict) and isinstance(attribute.get("name"), str):
            own = attribute.get("options") or {}
            if _is_text_mapping(own):
                path = f"attributeDefs[{position}]"
                yield from _attribute_faults(name, attribute, {**shared, **own}, path, known)


def _attribute_faults(
    name: str, attribute: Attribute, options: Mapping[str, str], path: str, known: Known
) -> Iterator[Fault]:
    says = f"attribute '{attribute['name']}'"
    parts = set(type_names_in(attribute.get("typeName", "string")))
    strange = [part for part in parts if part in known and known[part][0] != "ENUM"]
    if strange or "map<" in str(attribute.get("typeName")):
        yield _fault(name, path, f"{says} is neither a primitive nor an enum, nor an array of these")
    if attribute.get("isOptional") is False:
        yield _fault(name, path, f"{says} is mandatory; attributes of business metadata never are")
    if "validPattern" in options:
        yield _fault(name, path, f"{says} has the option validPattern, which is not supported", "Leave it out.")
    yield from _applicable_faults(name, says, options, path, known)
    length = options.get("maxStrLength", "")
    if length and not (length.isascii() and length.isdigit() and 0 < int(length[:9]) <= 1_000_000):
        yield _fault(name, path, f"{says} has a maxStrLength of '{length}'", "Send a number from 1 to 1000000.")
    if not length and "string" in parts:
        yield _fault(name, path, f"{says} is a text without the option maxStrLength", "Say how long it may be.")


def lost_entity_types(name: str, old: Definition, new: Definition) -> Iterator[Fault]:
    """Yield what a change of a classification would take from the entity types that may have it."""
    before, after = _names(old.get("entityTypes")), _names(new.get("entityTypes"))
    lost = sorted(before - after) if before else sorted(after)
    if lost:
        cure = "Entity types can be added to a restriction; entities may have the classification."
        message = f"EntityTypes cannot be removed from ClassificationDef '{name}': {', '.join(lost)}"
        yield Fault("CAT-030", message, Place(path=name), cure)


def lost_applicability(name: str, old: Definition, new: Definition) -> Iterator[Fault]:
    """Yield what a change of business metadata would take from the entity types that may have it, or from a length."""
    before, after = business_metadata_type(0, old).attributes, business_metadata_type(0, new).attributes
    for key, attribute in before.items():
        now = after.get(key)
        if now is None:
            continue
        if lost := sorted(attribute.applicable - now.applicable):
            cure = "Entity types can be added; entities of these may have a value."
            message = f"Cannot remove applicableEntityTypes of '{name}.{key}': {', '.join(lost)}"
            yield Fault("CAT-030", message, Place(path=name), cure)
        if attribute.max_length is not None and (now.max_length or 0) < attribute.max_length:
            cure = "It can grow; entities may hold longer values."
            message = f"'{name}.{key}' cannot become shorter than {attribute.max_length}"
            yield Fault("CAT-030", message, Place(path=name), cure)


def _names(value: object) -> frozenset[str]:
    return frozenset(typed.convert(value or (), tuple[str, ...]))


def _applicable_faults(name: str, says: str, options: Mapping[str, str], path: str, known: Known) -> Iterator[Fault]:
    cure = """Send options.applicableEntityTypes as a JSON list in a text: "[\\"DataSet\\"]"."""
    try:
        applicable = applicable_types(options)
    except msgspec.DecodeError:
        yield _fault(name, path, f"{says} has applicableEntityTypes that are no list of names", cure)
        return
    for item in applicable:
        if known.get(item, ("", {}))[0] != "ENTITY":
            yield _fault(name, path, f"{says} applies to '{item}', which is no entity type")


def _is_text_mapping(value: object) -> TypeGuard[Mapping[str, str]]:
    return isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair)


def _fault(name: str, path: str, message: str, cure: str = MEND) -> Fault:
    return Fault("CAT-030", f"'{name}': {message}", Place(path=path), cure)
