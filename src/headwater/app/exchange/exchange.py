"""An exchange from beginning to end: types, collections, assets, processes, relationships, annotations, glossary.

Assets go before the processes that read and write them, and both before what links them, since each step names what
the step before has made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headwater.app.exchange import reading
from headwater.app.exchange.annotations import Annotator
from headwater.app.exchange.glossary import GlossaryTransfer
from headwater.app.exchange.journal import Journal
from headwater.app.exchange.places import Places
from headwater.app.exchange.relationships import Relator
from headwater.app.exchange.report import Ledger, Summary
from headwater.app.exchange.shapes import VOCABULARY, Entities, Entity
from headwater.app.exchange.side import Side
from headwater.app.exchange.type_transfer import Book, TypeTransfer
from headwater.app.exchange.writing import Sent, Unit, Writer


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is taken from the source, and where it goes. `filter` is one of Purview's search; None takes all."""

    filter: object = None
    into: str | None = None
    dry_run: bool = False


async def exchange(source: Side, target: Side, wanted: Wanted, ledger: Ledger, journal: Journal) -> Summary:
    """Write to the target what the source has. Raises Refused where the target is out of reach or lets nobody in."""
    types = TypeTransfer(await Book.read(source), await Book.read(target), target, ledger, dry_run=wanted.dry_run)
    places = await Places.read(source, target, ledger, into=wanted.into, dry_run=wanted.dry_run)
    before = journal.read()
    sent = Sent(guids=dict(before), before=frozenset(before))
    writer = Writer(target, types.source, places, sent, ledger, dry_run=wanted.dry_run)
    walk = _Walk(source, types, writer, sent, ledger, journal, wanted)
    await types.ensure(types.source.made_by_people())
    await walk.assets()
    await walk.processes()
    await Relator(target, sent, ledger, dry_run=wanted.dry_run).write()
    await Annotator(source, target, types, sent, ledger, dry_run=wanted.dry_run).write()
    await GlossaryTransfer(source, target, types, sent, ledger, dry_run=wanted.dry_run).write()
    journal.end()
    return ledger.summary(source.name, target.name, dry_run=wanted.dry_run)


class _Walk:
    """Goes through the source: what search finds, and what that refers to."""

    def __init__(
        self,
        source: Side,
        types: TypeTransfer,
        writer: Writer,
        sent: Sent,
        ledger: Ledger,
        journal: Journal,
        wanted: Wanted,
    ) -> None:
        self._source = source
        self._types = types
        self._writer = writer
        self._sent = sent
        self._ledger = ledger
        self._journal = journal
        self._wanted = wanted
        self._seen: set[str] = set()
        self._queue: deque[str] = deque()
        self._processes: list[str] = []
        self._total = 0

    async def assets(self) -> None:
        """Send everything that is no process; processes are put by."""
        async for found, total in reading.guids(self._source, self._wanted.filter):
            self._total = max(self._total, total)
            self._meet(found)
            while self._queue:
                some = [self._queue.popleft() for _ in range(min(reading.GUIDS, len(self._queue)))]
                await self._some(await reading.entities(self._source, some, self._ledger))

    async def processes(self) -> None:
        """Send the processes that were put by, with what they read and write."""
        for some in reading.batches(self._processes):
            found = await reading.entities(self._source, some, self._ledger)
            given = [entity for entity in found.entities if entity.status == "ACTIVE"]
            await self._write([Unit((entity,)) for entity in given])

    def _meet(self, guids: Sequence[str]) -> None:
        new = [guid for guid in dict.fromkeys(guids) if guid not in self._seen]
        self._seen.update(new)
        self._queue.extend(new)

    async def _some(self, found: Entities) -> None:
        units = []
        for entity in found.entities:
            if entity.status != "ACTIVE" or entity.type_name.startswith(VOCABULARY):
                continue
            if self._types.source.is_process(entity.type_name):
                self._processes.append(entity.guid)
                unit = Unit((entity,))
            else:
                unit = Unit(tuple(_with_parts(entity, found)))
                units.append(unit)
            self._seen.update(one.guid for one in unit.entities)
            self._meet([guid for one in unit.entities for guid in self._followed(one)])
        await self._write(units)

    def _followed(self, entity: Entity) -> Iterator[str]:
        """Yield what else is taken: with a filter, the processes around what it lets through."""
        for _, reference in entity.references():
            if self._wanted.filter is None or self._types.source.is_process(reference.type_name):
                yield reference.guid

    async def _write(self, units: Sequence[Unit]) -> None:
        given = [entity for unit in units for entity in unit.entities]
        names = {entity.type_name for entity in given}
        names |= {reference.relationship_type for entity in given for _, reference in entity.references()}
        await self._types.ensure(names)
        await self._writer.write(units)
        if not self._wanted.dry_run:
            self._journal.keep({one.guid: self._sent.guids[one.guid] for one in given if one.guid in self._sent.guids})
        self._ledger.step("entities", len(given), max(self._total, len(self._seen)))


def _with_parts(entity: Entity, found: Entities) -> list[Entity]:
    """Return an asset with the columns and schemas that came along."""
    unit = {entity.guid: entity}
    pending = [entity]
    while pending:
        for _, reference in pending.pop().references():
            part = found.referred_entities.get(reference.guid)
            if part is not None and part.guid not in unit and part.status == "ACTIVE":
                unit[part.guid] = part
                pending.append(part)
    return list(unit.values())
