"""A request's entities as drafts: typed, their values in kept form, their references told apart from their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from headwater.catalog.model import Attributes, EntityBatch, EntityInput
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.types.attributes import checked
from headwater.catalog.writing import quotas
from headwater.catalog.writing.sent import LEFT_ALONE, Sent, Updates, sent_with
from headwater.errors import CatalogError, Fault, Invalid, Place, raise_if_any

QUALIFIED_NAME = "qualifiedName"
MOST_DIGITS = 19
Contacts = dict[str, list[Attributes]]


# Structs, which are made several times as fast as frozen dataclasses: a bulk makes thousands.
class Reference(msgspec.Struct, frozen=True):
    """What a reference says: a guid, a key of the same batch, or a type and a name."""

    key: str | None
    type_name: str | None
    qualified_name: str | None
    relationship_type: str | None
    attributes: Mapping[str, object]
    place: str

    def __str__(self) -> str:
        return self.key or f"{self.type_name} '{self.qualified_name}'"


class Draft(msgspec.Struct, frozen=True):
    """An entity as it was sent. `key` is its guid, or what the batch calls it; None if it is only known by name."""

    key: str | None
    type: EntityType
    qualified_name: str | None
    attributes: Attributes
    links: Mapping[str, tuple[Reference, ...]]
    custom_attributes: Mapping[str, str] | None
    contacts: Contacts | None
    collection: str | None
    place: str
    forgotten: frozenset[str] = frozenset()
    """Link attributes that were sent as null."""
    version: int | None = None
    """The one that the client has read, if it says so."""
    deleted: bool = False
    """The entity is deleted when all else is written."""
    sent: Sent | None = None
    """Annotations that came with it."""

    @property
    def guid(self) -> str | None:
        """The key, if it is a guid and not a name inside the batch."""
        return None if self.key is None or self.key.startswith("-") else self.key


def drafts_of(batch: EntityBatch, types: TypeSet, updates: Updates = LEFT_ALONE) -> list[Draft]:
    """Return the batch's entities and referred entities as drafts. Raises Invalid with every fault."""
    faults: list[Fault] = []
    found = [draft for given, place in _given(batch) if (draft := _draft(given, types, updates, place, faults))]
    raise_if_any(Invalid, faults)
    return found


def _given(batch: EntityBatch) -> Iterator[tuple[EntityInput, str]]:
    for position, entity in enumerate(batch.entities):
        yield entity, f"entities[{position}]"
    for key, entity in (batch.referred_entities or {}).items():
        yield entity, f"referredEntities.{key}"


def _draft(given: EntityInput, types: TypeSet, updates: Updates, place: str, faults: list[Fault]) -> Draft | None:
    try:
        type = types.entity(given.type_name)
    except CatalogError as error:
        faults.extend(Fault(fault.code, fault.message, Place(path=place), fault.cure) for fault in error.faults)
        return None
    if given.is_incomplete:
        cure = "Send the entity with its attributes and isIncomplete false."
        faults.append(Fault("CAT-037", "The account keeps no incomplete entities", Place(path=place), cure))
    values, links, forgotten = _sorted_out(given, type, place, faults)
    faults.extend(_too_deep(type, "contacts", place) for _ in _deep_contacts(given))
    own: list[Fault] = []
    kept = checked(type, values, types, own)
    faults.extend(Fault(fault.code, fault.message, Place(path=place), fault.cure) for fault in own)
    qualified_name = kept.get(QUALIFIED_NAME)
    key = None if given.guid in (None, "") else str(given.guid)
    if not qualified_name and (key is None or key.startswith("-")):
        cure = "Every entity needs attributes.qualifiedName, unless its guid is given."
        faults.append(
            Fault("CAT-021", f"Mandatory field {type.name}.qualifiedName has no value", Place(path=place), cure)
        )
        return None
    # A null that came with values of the same name elsewhere says nothing; Atlas' own clients send such pairs.
    return Draft(
        key=key,
        type=type,
        qualified_name=str(qualified_name) if qualified_name else None,
        attributes=kept,
        links=links,
        custom_attributes=given.custom_attributes,
        contacts=given.contacts,
        collection=given.collection_id,
        place=place,
        forgotten=frozenset(forgotten - links.keys()),
        version=read_version(given.last_modified_ts, place, faults),
        deleted=given.status == "DELETED",
        sent=sent_with(given, updates),
    )


def read_version(said: str | int | None, place: str, faults: list[Fault]) -> int | None:
    """Return the version that a client says it has read; a fault goes to the list if it is no number."""
    if said in (None, ""):
        return None
    if isinstance(said, int) or (said is not None and said.isascii() and said.isdigit() and len(said) < MOST_DIGITS):
        return int(said)
    cure = "Send the lastModifiedTS that the account answered, or leave it out."
    faults.append(Fault("CAT-028", f"lastModifiedTS '{str(said)[:40]}' is no version", Place(path=place), cure))
    return None


def _sorted_out(
    given: EntityInput, type: EntityType, place: str, faults: list[Fault]
) -> tuple[Attributes, dict[str, tuple[Reference, ...]], set[str]]:
    """Return the plain values, the references by link attribute, and the link attributes that were sent as null."""
    values: Attributes = {}
    links: dict[str, tuple[Reference, ...]] = {}
    forgotten: set[str] = set()
    for source in (given.attributes or {}, given.relationship_attributes or {}):
        for name, value in source.items():
            if name not in type.links:
                if source is given.attributes:
                    values[name] = value
                    if isinstance(value, list | dict) and quotas.is_too_deep(value):
                        faults.append(_too_deep(type, name, place))
                elif value:
                    cure = f"Its relationships are {', '.join(sorted(type.links))}."
                    faults.append(
                        Fault("CAT-025", f"{type.name} has no relationship '{name}'", Place(path=place), cure)
                    )
            elif value is None:
                forgotten.add(name)
            else:
                links[name] = tuple(_references(value, f"{place}.{name}", faults))
    return values, links, forgotten


def _deep_contacts(given: EntityInput) -> Iterator[str]:
    return (role for role, people in (given.contacts or {}).items() if quotas.is_too_deep([*people]))


def _too_deep(type: EntityType, name: str, place: str) -> Fault:
    cure = f"Send at most {quotas.DEPTH} levels, or the value as a text."
    return Fault("CAT-041", f"{type.name}.{name}: the value is too deep", Place(path=place), cure)


def _references(value: object, place: str, faults: list[Fault]) -> Iterator[Reference]:
    for item in value if isinstance(value, list) else [value]:
        if reference := read_reference(item, place):
            yield reference
        else:
            cure = 'Send {"guid": …} or {"typeName": …, "uniqueAttributes": {"qualifiedName": …}}.'
            faults.append(Fault("CAT-023", "ObjectId is not valid", Place(path=place), cure))


def read_reference(item: object, place: str) -> Reference | None:
    """Return the reference that a JSON value is, or None if it names nothing."""
    if isinstance(item, str):
        item = {"guid": item}
    if not isinstance(item, dict):
        return None
    guid, type_name = item.get("guid"), item.get("typeName")
    unique = item.get("uniqueAttributes")
    name = unique.get(QUALIFIED_NAME) if isinstance(unique, dict) else item.get(QUALIFIED_NAME)
    if not (isinstance(guid, str | int) and guid != "") and not (isinstance(name, str) and isinstance(type_name, str)):
        return None
    inner = item.get("relationshipAttributes")
    attributes = inner.get("attributes") if isinstance(inner, dict) else None
    relationship_type = item.get("relationshipType") or (inner.get("typeName") if isinstance(inner, dict) else None)
    return Reference(
        key=str(guid) if isinstance(guid, str | int) and guid != "" else None,
        type_name=type_name if isinstance(type_name, str) else None,
        qualified_name=name if isinstance(name, str) else None,
        relationship_type=relationship_type if isinstance(relationship_type, str) else None,
        attributes=attributes if isinstance(attributes, dict) else {},
        place=place,
    )
