"""The thread that delivers beside everything else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from headwater.errors import Fault
from headwater.lineage.deliver import now_ms
from headwater.lineage.facts import LineageFact
from headwater.lineage.sinks.protocol import Receipt, Refused, Sink, Unavailable
from headwater.lineage.worker import DeliveryWorker
from lineage.conftest import Way
from lineage.made import event

ENOUGH_S = 60


class Counted:
    """Passes facts on, or fails with what the test sets; tells when each was tried and arrived."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.error: Exception | None = None
        self.tried = threading.Event()
        self.arrived = threading.Event()

    async def deliver(self, fact: LineageFact) -> Receipt:
        self.tried.set()
        if self.error is not None:
            raise self.error
        receipt = await self._sink.deliver(fact)
        self.arrived.set()
        return receipt


@pytest.fixture
def sink(way: Way) -> Counted:
    return Counted(way.sink("ingest"))


@pytest.fixture
def worker(way: Way, sink: Counted) -> Iterator[DeliveryWorker]:
    worker = DeliveryWorker(way.delivery(sinks=lambda _: sink, clock=now_ms))
    yield worker
    worker.stop()


def test_started_worker_finds_facts_by_itself(way: Way, worker: DeliveryWorker, sink: Counted) -> None:
    worker.start()
    worker.start()
    way.end(event("copy_with_mapping"))
    assert sink.arrived.wait(ENOUGH_S)


def test_wake_does_not_wait_for_the_back_off(way: Way, worker: DeliveryWorker, sink: Counted) -> None:
    sink.error = Refused(Fault("LIN-012", "no role"))
    way.end(event("copy_with_mapping", activity_run_id="it"))
    assert not worker.drain(ENOUGH_S)
    with way.engine.begin() as connection:
        connection.execute(sa.text("UPDATE lineage_outbox SET next_attempt_at = :far"), {"far": now_ms() + 10**9})
    worker.start()
    sink.error = None
    worker.wake()
    assert sink.arrived.wait(ENOUGH_S)


def test_drain_works_beside_the_background(way: Way, worker: DeliveryWorker) -> None:
    worker.start()
    way.end(event("copy_with_mapping"), event("copy_wildcard"))
    assert worker.drain(ENOUGH_S)
    assert len(way.account.posts) == 2


def test_stopped_worker_leaves_what_waits(way: Way, sink: Counted) -> None:
    sink.error = Unavailable(Fault("LIN-010", "down"))
    worker = DeliveryWorker(way.delivery(sinks=lambda _: sink, clock=now_ms))
    worker.start()
    way.end(event("copy_with_mapping", activity_run_id="it"))
    assert sink.tried.wait(ENOUGH_S)
    worker.stop()
    worker.stop()
    assert way.report("it").status == "Pending"


def test_database_that_fails_does_not_end_the_worker(way: Way, worker: DeliveryWorker, sink: Counted) -> None:
    with way.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE lineage_outbox RENAME TO away")
    worker.start()
    with way.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO lineage_outbox")
    way.end(event("copy_with_mapping"))
    worker.wake()
    assert sink.arrived.wait(ENOUGH_S)
