"""Relationships whose ends were written apart: set at the end that has one of them, or made one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from headwater.app.exchange.report import Ledger
from headwater.app.exchange.shapes import Mutation, Values
from headwater.app.exchange.side import ATLAS, Refused, Side
from headwater.app.exchange.writing import Sent, Waiting

TOGETHER = 200
AT_A_TIME = 4


class Relator:
    """Writes the relationships that waited."""

    def __init__(self, side: Side, sent: Sent, ledger: Ledger, *, dry_run: bool) -> None:
        self._side = side
        self._sent = sent
        self._ledger = ledger
        self._dry_run = dry_run
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def write(self) -> None:
        """Write all; what has an end that the target did not get is taken down as left."""
        ready = [one for one in self._sent.waiting.values() if self._has_ends(one)]
        if self._dry_run:
            for one in ready:
                ends = frozenset(self._sent.guids[guid] for guid in one.ends)
                known = (one.type_name, ends) in self._sent.links
                self._ledger.count("relationships", "unchanged" if known else "created")
            return
        singles = [one for one in ready if one.single]
        for at in range(0, len(singles), TOGETHER):
            await self._set(singles[at : at + TOGETHER])
            self._ledger.step("relationships", len(singles[at : at + TOGETHER]), len(ready))
        others = [one for one in ready if not one.single]
        for at in range(0, len(others), TOGETHER):
            await asyncio.gather(*(self._make(one) for one in others[at : at + TOGETHER]))
            self._ledger.step("relationships", len(others[at : at + TOGETHER]), len(ready))

    def _has_ends(self, one: Waiting) -> bool:
        lost = [guid for guid in one.ends if guid not in self._sent.guids]
        if lost:
            self._ledger.leave("relationships", f"{one.type_name} {' → '.join(one.ends)}", "an end of it is not there")
        return not lost

    async def _set(self, ones: Sequence[Waiting]) -> None:
        """Set the attributes of entities that refer to one other; an entity stands once in a request."""
        by_owner: dict[str, Values] = {}
        for one in ones:
            guid = self._sent.guids[one.owner]
            given = by_owner.setdefault(guid, {"typeName": one.owner_type, "guid": guid, "attributes": {}})
            related = given.setdefault("relationshipAttributes", {})
            if isinstance(related, dict):
                other = {"guid": self._sent.guids[one.other], "relationshipAttributes": {"attributes": one.said}}
                related[str(one.single)] = other
        try:
            body = {"entities": list(by_owner.values())}
            answer = await self._side.ask(Mutation, "POST", f"{ATLAS}/entity/bulk", body=body)
        except Refused as error:
            if error.answered >= 500:
                raise
            if len(ones) == 1:
                self._ledger.leave("relationships", f"{ones[0].owner}.{ones[0].single}", error.message)
                return
            for one in ones:
                await self._set([one])
            return
        changed = answer.number("UPDATE")
        self._ledger.count("relationships", "changed", changed)
        self._ledger.count("relationships", "unchanged", len(by_owner) - changed)

    async def _make(self, one: Waiting) -> None:
        ends = [{"guid": self._sent.guids[guid]} for guid in one.ends]
        body = {"typeName": one.type_name, "end1": ends[0], "end2": ends[1], "attributes": one.said}
        async with self._turns:
            try:
                await self._side.send("POST", f"{ATLAS}/relationship", body=body)
            except Refused as error:
                if error.answered >= 500:
                    raise
                if error.answered == HTTPStatus.CONFLICT:
                    self._ledger.count("relationships", "unchanged")
                else:
                    self._ledger.leave("relationships", f"{one.type_name} {' → '.join(one.ends)}", error.message)
                return
        self._ledger.count("relationships", "created")
