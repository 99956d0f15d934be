"""What people and rules say of assets: classifications, labels and business attributes, added where they lack."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from headwater.app.exchange.reading import batches, entities
from headwater.app.exchange.report import Ledger
from headwater.app.exchange.shapes import Classification, Entity
from headwater.app.exchange.side import ATLAS, Refused, Side
from headwater.app.exchange.type_transfer import TypeTransfer
from headwater.app.exchange.writing import Sent


class Annotator:
    """Brings annotations; what the target's asset has besides stays."""

    def __init__(
        self, source: Side, target: Side, types: TypeTransfer, sent: Sent, ledger: Ledger, *, dry_run: bool
    ) -> None:
        self._source = source
        self._target = target
        self._types = types
        self._sent = sent
        self._ledger = ledger
        self._dry_run = dry_run

    async def write(self) -> None:
        wanted = sorted(guid for guid in self._sent.annotated if guid in self._sent.guids)
        for some in batches(wanted):
            await self._some(some, len(wanted))

    async def _some(self, guids: Sequence[str], total: int) -> None:
        here = (await entities(self._source, guids, self._ledger)).entities
        names = {one.type_name for entity in here for one in _own(entity)}
        names |= {name for entity in here for name in entity.business_attributes or {}}
        await self._types.ensure(names)
        there: dict[str, Entity] = {}
        if keys := [key for entity in here if (key := self._sent.guids[entity.guid])]:
            there = {one.guid: one for one in (await entities(self._target, keys, self._ledger)).entities}
        for entity in here:
            await self._one(entity, there.get(self._sent.guids[entity.guid]))
        self._ledger.step("annotations", len(guids), total)

    async def _one(self, here: Entity, there: Entity | None) -> None:
        if there is None:
            if self._dry_run:
                self._ledger.count("annotations", "changed")
            return
        path = f"{ATLAS}/entity/guid/{there.guid}"
        sends = [*_classifications(here, there, path), *_labels(here, there, path), *_business(here, there, path)]
        try:
            for method, where, body in () if self._dry_run else sends:
                await self._target.send(method, where, body=body)
        except Refused as error:
            if error.answered >= 500:
                raise
            self._ledger.leave("annotations", here.name, error.message)
            return
        self._ledger.count("annotations", "changed" if sends else "unchanged")


Send = tuple[str, str, object]


def _own(entity: Entity) -> list[Classification]:
    """Return the classifications that were given to the entity; what was propagated to it propagates there too."""
    return [one for one in entity.classifications or () if one.entity_guid in (None, entity.guid)]


def _classifications(here: Entity, there: Entity, path: str) -> list[Send]:
    known = {one.type_name: one for one in _own(there)}
    wanted = [msgspec.structs.replace(one, entity_guid=None) for one in _own(here)]
    new = [one for one in wanted if one.type_name not in known]
    other = [
        one
        for one in wanted
        if one.type_name in known and msgspec.structs.replace(known[one.type_name], entity_guid=None) != one
    ]
    sends: list[Send] = [("POST", f"{path}/classifications", new)] if new else []
    return [*sends, ("PUT", f"{path}/classifications", other)] if other else sends


def _labels(here: Entity, there: Entity, path: str) -> list[Send]:
    new = [label for label in here.labels or () if label not in (there.labels or ())]
    return [("PUT", f"{path}/labels", new)] if new else []


def _business(here: Entity, there: Entity, path: str) -> list[Send]:
    known = there.business_attributes or {}
    new = {
        name: {key: value for key, value in values.items() if known.get(name, {}).get(key) != value}
        for name, values in (here.business_attributes or {}).items()
    }
    new = {name: values for name, values in new.items() if values}
    return [("POST", f"{path}/businessmetadata", new)] if new else []
