"""A run database with lineage's tables, and the way of a workspace's facts to an account that the test holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from headwater.lineage.deliver import Delivery, now_ms
from headwater.lineage.outbox import Reporting, subscribe
from headwater.lineage.report import ReportLineage, statuses
from headwater.lineage.sinks.account import Account, Identity, Target
from headwater.lineage.sinks.atlas import AtlasSink
from headwater.lineage.sinks.protocol import Sink
from headwater.lineage.store import prepare, writing
from headwater.run.events import ActivityEnded
from lineage.made import IDENTITY
from lineage.tiny_account import TinyAccount


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/runs.db")
    prepare(engine)
    yield engine
    engine.dispose()


@dataclass
class Clock:
    """A clock that the test moves."""

    time: int = field(default_factory=now_ms)

    def __call__(self) -> int:
        return self.time


@dataclass
class Way:
    """From a workspace's run database to an account. Time stands still until the test moves it."""

    engine: sa.Engine
    account: TinyAccount
    transport: httpx.AsyncBaseTransport
    clock: Clock = field(default_factory=Clock)
    reporting: Reporting = field(default_factory=lambda: Reporting(IDENTITY, "headwater"))

    def end(self, *events: ActivityEnded) -> None:
        """Let activities end, each in a transaction of its own."""
        listen = subscribe(lambda _: self.reporting)
        for event in events:
            with writing(self.engine) as connection:
                listen(connection, event)

    def sink(self, workspace: str, secret: str = "right") -> Sink:
        target = Target(workspace, "headwater", "http://account", Identity("t", f"{workspace}-id", secret))
        return AtlasSink(Account(target, httpx.AsyncClient(transport=self.transport)))

    def delivery(self, **changes: object) -> Delivery:
        return Delivery(self.engine, **{"sinks": self.sink, "clock": self.clock, "jitter": lambda: 1.0, **changes})

    def deliver(self) -> int:
        """Deliver what is due, as a process that has just started would."""
        return asyncio.run(self.delivery().deliver_due())

    def wait(self) -> None:
        """Let the longest back-off pass."""
        self.clock.time += 60_000

    def report(self, activity_run_id: str) -> ReportLineage:
        with self.engine.connect() as connection:
            return statuses(connection, [activity_run_id])[activity_run_id]


@pytest.fixture
def way(engine: sa.Engine) -> Way:
    account = TinyAccount()
    account.curators.add("ingest-id")
    return Way(engine, account, httpx.ASGITransport(account))
