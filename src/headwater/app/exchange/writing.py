"""Entities as the target takes them: an asset with its parts in one request, and what relates these to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from headwater.app.exchange.places import Places
from headwater.app.exchange.reading import standing
from headwater.app.exchange.report import Ledger
from headwater.app.exchange.shapes import Entity, Mutation, Reference, Values
from headwater.app.exchange.side import ATLAS, Refused, Side
from headwater.app.exchange.type_transfer import Book

TOGETHER = 200
LISTS_OF_A_PROCESS = ("inputs", "outputs")


@dataclass(frozen=True, slots=True)
class Unit:
    """Entities that are written together: an asset and its parts, or a process with what it reads and writes."""

    entities: tuple[Entity, ...]

    @property
    def names(self) -> str:
        return self.entities[0].name or self.entities[0].guid


@dataclass(slots=True)
class Sent:
    """What is known of both sides: guids there by guids here, and relationships that wait for their other end.

    In a dry run, what is not there has an empty guid there.
    """

    guids: dict[str, str] = field(default_factory=dict)
    before: frozenset[str] = frozenset()
    """Entities that an exchange before this one sent before it was broken off."""
    waiting: dict[str, Waiting] = field(default_factory=dict)
    annotated: set[str] = field(default_factory=set)
    links: set[tuple[str, frozenset[str]]] = field(default_factory=set)
    """In a dry run: relationships that stand there, by type and ends."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A relationship between entities of different units, by guids here; `single` is the attribute to set, if any."""

    type_name: str
    ends: tuple[str, str]
    said: Values
    single: str | None
    owner: str
    other: str
    owner_type: str


class Writer:
    """Writes units in batches; a batch that is refused is written one unit at a time, and what is refused is told."""

    def __init__(self, side: Side, book: Book, places: Places, sent: Sent, ledger: Ledger, *, dry_run: bool) -> None:
        self._side = side
        self._book = book
        self._places = places
        self._sent = sent
        self._ledger = ledger
        self._dry_run = dry_run

    async def write(self, units: Sequence[Unit]) -> None:
        """Write units, those of one collection together; what was sent before is only read for its relationships."""
        for unit in (unit for unit in units if self._is_done(unit)):
            keys = dict.fromkeys((entity.guid for entity in unit.entities), "")
            for entity in unit.entities:
                self._input(entity, keys)
            self._ledger.count("entities", "unchanged", len(unit.entities))
        units = [unit for unit in units if not self._is_done(unit)]
        by_place: dict[str | None, list[Unit]] = {}
        for unit in units:
            by_place.setdefault(await self._places.of(unit.entities[0].collection_id), []).append(unit)
        for place, found in by_place.items():
            batch: list[Unit] = []
            for unit in found:
                if batch and sum(len(one.entities) for one in batch) + len(unit.entities) > TOGETHER:
                    await self._send(batch, place)
                    batch = []
                batch.append(unit)
            await self._send(batch, place)

    def _is_done(self, unit: Unit) -> bool:
        return all(entity.guid in self._sent.before for entity in unit.entities)

    async def _send(self, units: Sequence[Unit], place: str | None) -> None:
        given = [entity for unit in units for entity in unit.entities]
        keys = {entity.guid: f"-{at + 1}" for at, entity in enumerate(given)}
        body = [self._input(entity, keys) for entity in given]
        if self._dry_run:
            await self._compare(given, body)
            return
        try:
            params = [("collectionId", place)] if place else []
            answer = await self._side.ask(
                Mutation, "POST", f"{ATLAS}/entity/bulk", body={"entities": body}, params=params
            )
        except Refused as error:
            if error.answered >= 500:
                raise
            if len(units) == 1:
                self._ledger.leave("entities", units[0].names, error.message)
                return
            for unit in units:
                await self._send([unit], place)
            return
        assigned = answer.guid_assignments or {}
        self._sent.guids.update({guid: assigned[key] for guid, key in keys.items() if key in assigned})
        created, changed = answer.number("CREATE"), answer.number("UPDATE")
        self._ledger.count("entities", "created", created)
        self._ledger.count("entities", "changed", changed)
        self._ledger.count("entities", "unchanged", max(0, len(given) - created - changed))

    async def _compare(self, given: Sequence[Entity], body: Sequence[Values]) -> None:
        """Count what would become of entities, by what the target has of these names."""
        there = await standing(self._side, given)
        for entity, sent in zip(given, body, strict=True):
            found = there.get((entity.type_name, entity.name))
            self._sent.guids[entity.guid] = found.guid if found else ""
            if found is None:
                self._ledger.count("entities", "created")
                continue
            self._sent.links.update(
                (reference.relationship_type, frozenset({found.guid, reference.guid}))
                for _, reference in found.references()
            )
            self._ledger.count("entities", "unchanged" if _says(found, sent) else "changed")

    def _input(self, entity: Entity, keys: Mapping[str, str]) -> Values:
        """Return an entity as it is sent. What it has no value for is not said, so that it stays as it is there."""
        links = entity.relationship_attributes or {}
        values = {name: value for name, value in entity.attributes.items() if value is not None and name not in links}
        given: Values = {"typeName": entity.type_name, "guid": keys[entity.guid], "attributes": values}
        if entity.custom_attributes:
            given["customAttributes"] = entity.custom_attributes
        if contacts := {role: people for role, people in (entity.contacts or {}).items() if people}:
            given["contacts"] = contacts
        if related := self._related(entity, keys):
            given["relationshipAttributes"] = related
        if entity.is_annotated:
            self._sent.annotated.add(entity.guid)
        return given

    def _related(self, entity: Entity, keys: Mapping[str, str]) -> dict[str, object]:
        """Return the relationships that are sent with the entity; the others wait."""
        found: dict[str, object] = {}
        process = self._book.is_process(entity.type_name)
        for attribute, reference in entity.references():
            known = keys.get(reference.guid)
            if known is None and entity.guid not in self._sent.before:
                known = self._sent.guids.get(reference.guid)
            side = self._side_of(entity, attribute, reference)
            here = None if known is None else {"guid": known, "relationshipAttributes": {"attributes": reference.said}}
            if process and attribute in LISTS_OF_A_PROCESS and here:
                several = found.setdefault(attribute, [])
                if isinstance(several, list):
                    several.append(here)
            elif side is not None and self._is_single(reference.relationship_type, side) and here:
                found[attribute] = here
            else:
                self._wait(entity, attribute, reference, side)
        return found

    def _wait(self, entity: Entity, attribute: str, reference: Reference, side: int | None) -> None:
        if side is None:
            why = f"its relationship type '{reference.relationship_type}' is not known"
            self._ledger.leave("relationships", f"{entity.name}.{attribute}", why)
            return
        type_name = reference.relationship_type
        single = attribute if self._is_single(type_name, side) else None
        if single is None and self._is_single(type_name, 1 - side):
            # The other end has one such relationship at most, and is the one that says so.
            return
        other_end = self._book.relationships[type_name][1 - side].name
        if other_end in LISTS_OF_A_PROCESS and self._book.is_process(reference.type_name):
            # The process says itself what it reads and writes.
            return
        ends = (entity.guid, reference.guid) if side == 0 else (reference.guid, entity.guid)
        waiting = Waiting(type_name, ends, reference.said, single, entity.guid, reference.guid, entity.type_name)
        self._sent.waiting[reference.relationship_guid or f"{ends} {type_name}"] = waiting

    def _side_of(self, entity: Entity, attribute: str, reference: Reference) -> int | None:
        """Return which end of the relationship the entity is, 0 or 1."""
        ends = self._book.relationships.get(reference.relationship_type)
        if ends is None:
            return None
        supers = self._book.supers(entity.type_name)
        fitting = [side for side, end in enumerate(ends) if end.name == attribute and end.type in supers]
        return fitting[0] if fitting else None

    def _is_single(self, type_name: str, side: int) -> bool:
        return self._book.relationships[type_name][side].cardinality == "SINGLE"


def _says(there: Entity, sent: Values) -> bool:
    """Tell whether an entity there has all that would be sent of its own values."""
    values = sent["attributes"]
    same = isinstance(values, dict) and all(there.attributes.get(name) == value for name, value in values.items())
    custom = sent.get("customAttributes", there.custom_attributes) == there.custom_attributes
    return same and custom and sent.get("contacts", there.contacts) == there.contacts
