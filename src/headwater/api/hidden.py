"""Entities as a caller may see them: without references to what stands in collections that they may not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.catalog.history import Happening, HistoryPage
from headwater.catalog.model import Attributes, EntitiesInfo, Entity, EntityInfo


def of_one(account: Account, caller: Principal, found: EntityInfo) -> EntityInfo:
    """Leave out of an entity, and of its parts, what the caller may not read."""
    shown = of_many(account, caller, EntitiesInfo(entities=(found.entity,), referred_entities=found.referred_entities))
    return EntityInfo(entity=shown.entities[0], referred_entities=shown.referred_entities)


def of_many(account: Account, caller: Principal, found: EntitiesInfo) -> EntitiesInfo:
    """Leave out of entities, and of their parts, what the caller may not read."""
    readable = account.roles.collections(caller, "data/read")
    every = (*found.entities, *found.referred_entities.values())
    guids = {guid for entity in every for guid in _referred(entity.relationship_attributes)}
    hidden = account.catalog.collections.outside(guids, readable)
    parts = {guid: entity for guid, entity in found.referred_entities.items() if entity.collection_id in readable}
    if not hidden and len(parts) == len(found.referred_entities):
        return found
    return EntitiesInfo(
        entities=tuple(_without(entity, hidden) for entity in found.entities),
        referred_entities={guid: _without(entity, hidden) for guid, entity in parts.items()},
    )


def of_history(account: Account, caller: Principal, page: HistoryPage) -> HistoryPage:
    """Leave the names of what the caller may not read out of what was linked; guid and type stay, as in lineage."""
    linked = (entry.relationship.end.guid for entry in page.entries if entry.relationship)
    readable = account.roles.collections(caller, "data/read")
    unseen = account.catalog.collections.outside((guid for guid in linked if guid), readable)
    return msgspec.structs.replace(page, entries=tuple(_unnamed(entry, unseen) for entry in page.entries))


def _unnamed(entry: Happening, unseen: frozenset[str]) -> Happening:
    if entry.relationship is None or entry.relationship.end.guid not in unseen:
        return entry
    end = msgspec.structs.replace(entry.relationship.end, unique_attributes=None)
    return msgspec.structs.replace(entry, relationship=msgspec.structs.replace(entry.relationship, end=end))


def _referred(attributes: Attributes) -> Iterator[str]:
    for value in attributes.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping) and isinstance(guid := one.get("guid"), str):
                yield guid


def _without(entity: Entity, hidden: frozenset[str]) -> Entity:
    kept = {name: _seen(value, hidden) for name, value in entity.relationship_attributes.items()}
    # Links that Atlas shows as attributes too (inputs and outputs of a process) are the same references.
    attributes = {name: kept.get(name, value) for name, value in entity.attributes.items()}
    return msgspec.structs.replace(entity, attributes=attributes, relationship_attributes=kept)


def _seen(value: object, hidden: frozenset[str]) -> object:
    if isinstance(value, list):
        return [one for one in value if not (isinstance(one, Mapping) and one.get("guid") in hidden)]
    return None if isinstance(value, Mapping) and value.get("guid") in hidden else value
