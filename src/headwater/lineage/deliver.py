"""The way out of the outbox: facts of a workspace in order, retried with back-off, never by two processes at once.

Nothing is remembered outside the database, so a kill at any point costs no fact: a row stays waiting until the sink
has proof, and delivering a fact twice leaves what delivering it once does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
import uuid
from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from headwater.errors import LineageError
from headwater.lineage import captured, facts, lease
from headwater.lineage.facts import LineageFact
from headwater.lineage.outbox import not_derived
from headwater.lineage.report import Status
from headwater.lineage.sinks.protocol import Incomplete, Receipt, Refused, Sink, Unacceptable, Unavailable
from headwater.lineage.store import OUTBOX, writing

log = logging.getLogger(__name__)

FIRST_BACK_OFF_MS = 500
LONGEST_BACK_OFF_MS = 30_000
LEASE_MS = 6_000
SHORTEST_PAUSE_MS = 50
TRIES_OF_ONE_FACT = 5
NOTHING_MOVED = "The activity moved nothing, so it draws no edges."
NOT_WRITTEN = "The activity did not succeed: its lineage says what it would have written."


def now_ms() -> int:
    """Return the time, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class Row(msgspec.Struct, frozen=True):
    """The next fact of a workspace."""

    sequence: int
    workspace: str
    fact: str | None
    captured: str | None
    """What the fact is derived from, where it is not yet."""
    attempts: int
    next_attempt_at: int


_COLUMNS = tuple(OUTBOX.c[name] for name in Row.__struct_fields__)


class LeaseLost(Exception):
    """Another process took over, because this one was away for longer than its lease."""


class Delivery:
    """Delivers what is due. `sinks` gives a workspace's sink, or None while it is not connected to an account."""

    def __init__(
        self,
        engine: sa.Engine,
        sinks: Callable[[str], Sink | None],
        *,
        clock: Callable[[], int] = now_ms,
        jitter: Callable[[], float] = random.random,
        lease_ms: int = LEASE_MS,
    ) -> None:
        self._engine = engine
        self._sinks = sinks
        self._clock = clock
        self._jitter = jitter
        self._lease_ms = lease_ms
        self._owner = uuid.uuid4().hex
        self._passing = asyncio.Lock()

    async def deliver_due(self) -> int:
        """Deliver every fact whose time has come, workspace by workspace, and return how many arrived."""
        async with self._passing:
            return sum([await self._workspace(head.workspace) for head in self._heads() if self._is_due(head)])

    def next_due_at(self) -> int | None:
        """Return when the next fact is due, in milliseconds since the epoch; None if nothing waits."""
        return min((head.next_attempt_at for head in self._heads()), default=None)

    def hurry(self) -> None:
        """Forget the back-off: what waits is due now, because something may have changed at the account."""
        with writing(self._engine) as connection:
            connection.execute(sa.update(OUTBOX).where(OUTBOX.c.next_attempt_at.is_not(None)).values(next_attempt_at=0))

    async def drain(self, timeout_s: float) -> bool:
        """Deliver until nothing waits, or only what an account refuses, or the time is over; say if nothing waits."""
        self.hurry()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._deliver_until_refused()
        return not self._heads()

    async def _deliver_until_refused(self) -> None:
        while True:
            await self.deliver_due()
            heads = [head for head in self._heads() if self._sinks(head.workspace) and not self._was_refused(head)]
            if not heads:
                return
            pause_ms = min(head.next_attempt_at for head in heads) - self._clock()
            await asyncio.sleep(max(pause_ms, SHORTEST_PAUSE_MS) / 1000)

    def _was_refused(self, head: Row) -> bool:
        with self._engine.connect() as connection:
            query = sa.select(OUTBOX.c.state).where(OUTBOX.c.sequence == head.sequence)
            return connection.execute(query).scalar() == "Failed"

    def _heads(self) -> list[Row]:
        """Return the first waiting fact of each workspace; the others wait behind it, so that order is kept."""
        waiting = (
            sa.select(sa.func.min(OUTBOX.c.sequence))
            .where(OUTBOX.c.next_attempt_at.is_not(None))
            .group_by(OUTBOX.c.workspace)
        )
        query = sa.select(*_COLUMNS).where(OUTBOX.c.sequence.in_(waiting)).order_by(OUTBOX.c.sequence)
        with self._engine.connect() as connection:
            return [Row(*row) for row in connection.execute(query)]

    def _is_due(self, head: Row) -> bool:
        return head.next_attempt_at <= self._clock()

    async def _workspace(self, workspace: str) -> int:
        """Deliver one workspace's facts until one must wait; return how many arrived."""
        sink = self._sinks(workspace)
        if sink is None or not self._take_lease(workspace):
            return 0
        arrived = 0
        try:
            while (head := self._head_of(workspace)) is not None and self._is_due(head):
                arrived += await self._one(head, sink)
        except LeaseLost:
            log.warning("Another process delivers the lineage of workspace %r now", workspace)
        finally:
            with writing(self._engine) as connection:
                lease.release(connection, workspace, self._owner)
        return arrived

    def _head_of(self, workspace: str) -> Row | None:
        query = (
            sa.select(*_COLUMNS)
            .where(OUTBOX.c.workspace == workspace, OUTBOX.c.next_attempt_at.is_not(None))
            .order_by(OUTBOX.c.sequence)
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else Row(*row)

    def _take_lease(self, workspace: str) -> bool:
        now = self._clock()
        with writing(self._engine) as connection:
            return lease.take(connection, workspace, self._owner, now, now + self._lease_ms)

    def _renew_lease(self, workspace: str) -> None:
        with writing(self._engine) as connection:
            if not lease.renew(connection, workspace, self._owner, self._clock() + self._lease_ms):
                raise LeaseLost

    async def _one(self, head: Row, sink: Sink) -> int:
        """Deliver one fact and write down what came of it."""
        fact = self._fact(head)
        if fact is None:
            return 0
        try:
            receipt = await self._under_lease(head.workspace, sink, fact)
        except Unavailable as error:
            self._wait(head, "Pending", error.message)
        except Refused as error:
            self._wait(head, "Failed", " ".join(part for part in (error.message, error.faults[0].cure) if part))
        except Unacceptable as error:
            self._settle(head, "Failed", error.message)
        except Incomplete as error:
            self._try_again(head, error.message)
        except LeaseLost:
            raise
        except Exception as error:  # the rim of the layer: a defect must stop neither other facts nor the process
            log.exception("Lineage fact %d could not be delivered", head.sequence)
            self._try_again(head, f"LIN-001 Lineage could not be delivered ({type(error).__name__}).")
        else:
            self._settle(head, "Succeeded", _remarks(fact), receipt)
            return 1
        return 0

    def _fact(self, head: Row) -> LineageFact | None:
        """Return the fact, derived and written down if it is not yet; None if there is none to send, which is told."""
        try:
            if head.fact is not None:
                return facts.decode(head.fact)
            fact = None if head.captured is None else captured.decode(head.captured).fact()
        except LineageError as error:
            self._settle(head, "Failed", f"{error.code} {error.message}")
            return None
        except Exception as error:  # the rim of the layer: a defect must stop neither other facts nor the process
            log.exception("Lineage fact %d could not be derived", head.sequence)
            self._settle(head, "Failed", not_derived(error))
            return None
        if fact is None or (fact.left_out and not fact.operations):
            self._settle(head, "Skipped", " ".join(fact.left_out) if fact else NOTHING_MOVED)
            return None
        kept = {"fact": facts.encode(fact), "captured": None, "reason": " ".join(fact.left_out) or None}
        with writing(self._engine) as connection:
            connection.execute(sa.update(OUTBOX).where(OUTBOX.c.sequence == head.sequence).values(kept))
        return fact

    async def _under_lease(self, workspace: str, sink: Sink, fact: LineageFact) -> Receipt:
        """Deliver while the lease is renewed; stop at once if another process has taken it."""
        self._renew_lease(workspace)
        task = asyncio.ensure_future(sink.deliver(fact))
        try:
            while not (await asyncio.wait({task}, timeout=self._lease_ms / 3000))[0]:
                self._renew_lease(workspace)
            return task.result()
        finally:
            task.cancel()

    def _try_again(self, head: Row, reason: str) -> None:
        if head.attempts + 1 < TRIES_OF_ONE_FACT:
            self._wait(head, "Pending", reason, only=True)
        else:
            self._settle(head, "Failed", f"{reason} Given up after {TRIES_OF_ONE_FACT} tries.")

    def _wait(self, head: Row, state: Status, reason: str, *, only: bool = False) -> None:
        """Put a fact off; what keeps it back keeps back all facts of its workspace, unless it is `only` this one."""
        longest = min(FIRST_BACK_OFF_MS * 2 ** min(head.attempts, 20), LONGEST_BACK_OFF_MS)
        due_at = self._clock() + round(longest * (0.5 + self._jitter() / 2))
        told = {"state": state, "reason": reason}
        others = sa.and_(
            OUTBOX.c.workspace == head.workspace,
            OUTBOX.c.next_attempt_at.is_not(None),
            sa.or_(OUTBOX.c.state != state, OUTBOX.c.reason.is_distinct_from(reason)),
        )
        with writing(self._engine) as connection:
            if not only:
                connection.execute(sa.update(OUTBOX).where(others).values(told))
            tried = {**told, "attempts": head.attempts + 1, "next_attempt_at": due_at}
            connection.execute(sa.update(OUTBOX).where(OUTBOX.c.sequence == head.sequence).values(tried))

    def _settle(self, head: Row, state: Status, reason: str | None, receipt: Receipt | None = None) -> None:
        values: dict[str, object] = {
            "state": state,
            "reason": reason,
            "attempts": head.attempts + 1,
            "next_attempt_at": None,
            "settled_at": self._clock(),
        }
        if receipt is not None:
            values |= {"entities": receipt.entities, "relationships": receipt.relationships}
        with writing(self._engine) as connection:
            connection.execute(sa.update(OUTBOX).where(OUTBOX.c.sequence == head.sequence).values(values))


def _remarks(fact: LineageFact) -> str | None:
    """Return what a reader should know of a fact that arrived."""
    remarks = fact.notes
    if not fact.operations:
        remarks = (NOTHING_MOVED, *remarks)
    elif fact.status != "Succeeded":
        remarks = (NOT_WRITTEN, *remarks)
    return " ".join(remarks) or None
