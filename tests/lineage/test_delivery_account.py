"""Facts delivered to the real account: over its ASGI application, and over TCP to outlive a kill -9."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import pytest
import sqlalchemy as sa
import uvicorn

from headwater.access.account import Account as RealAccount
from headwater.access.principals import Principal
from headwater.api.server import create_app
from headwater.lineage.connection import check
from headwater.lineage.deliver import Delivery, now_ms
from headwater.lineage.facts import LineageFact
from headwater.lineage.naming.workspace import operation_id
from headwater.lineage.outbox import Reporting, subscribe
from headwater.lineage.report import ReportLineage, statuses
from headwater.lineage.sinks.account import Account, Identity, Target
from headwater.lineage.sinks.atlas import AtlasSink
from headwater.lineage.store import prepare, writing
from headwater.run.events import ActivityEnded
from lineage.conftest import Clock
from lineage.made import EVENTS, IDENTITY, event, fact

ALL = [event(name, activity_run_id=name, workspace="ingest") for name in EVENTS]


@dataclass
class Side:
    """An account with one workspace in it, and that workspace's outbox."""

    engine: sa.Engine
    account: RealAccount
    workspace: Principal
    secret: str
    transport: httpx.AsyncBaseTransport
    clock: Clock
    collection: str | None = None
    """In which collection the workspace's assets shall stand."""

    def target(self, url: str = "http://account") -> Target:
        identity = Identity("t", self.workspace.id, self.secret)
        return Target("ingest", self.account.name, url, identity, collection=self.collection)

    def speak(self) -> Account:
        return Account(self.target(), httpx.AsyncClient(transport=self.transport))

    def end(self, *events: ActivityEnded) -> None:
        listen = subscribe(lambda name: Reporting(msgspec.structs.replace(IDENTITY, name=name), self.account.name))
        for happened in events:
            with writing(self.engine) as connection:
                listen(connection, happened)

    def deliver(self) -> int:
        delivery = Delivery(self.engine, lambda _: AtlasSink(self.speak()), clock=self.clock)
        return asyncio.run(delivery.deliver_due())

    def grant(self) -> None:
        self.account.roles.grant(self.workspace, "data-curator", self.account.name, by=self.account.owner.id)

    def report(self, activity_run_id: str) -> ReportLineage:
        with self.engine.connect() as connection:
            return statuses(connection, [activity_run_id])[activity_run_id]


def opened(engine: sa.Engine, folder: Path) -> Side:
    account = RealAccount.open(folder / "account", name="headwater")
    workspace = account.principals.create("workspace", "ingest")
    secret = account.principals.add_secret(workspace.id)
    transport = httpx.ASGITransport(create_app(account), raise_app_exceptions=False)
    return Side(engine, account, workspace, secret, transport, Clock())


@pytest.fixture
def side(engine: sa.Engine, tmp_path: Path) -> Iterator[Side]:
    side = opened(engine, tmp_path)
    yield side
    side.account.close()


def counts(side: Side) -> dict[str, int]:
    """Return the rows of every table of the account that holds metadata."""
    with sa.create_engine(f"sqlite:///{side.engine.url.database}/../account/account.db").connect() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if not name.startswith(("access", "audit"))]
        return {
            name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for name in sorted(names)
        }


def operation(side: Side, made: LineageFact) -> dict[str, object]:
    """Read a fact's first operation over the API."""
    id = operation_id(made, made.operations[0])
    path = f"/datamap/api/atlas/v2/entity/uniqueAttribute/type/{id.type_name}"
    params = [("attr:qualifiedName", str(id.qualified_name))]
    return json.loads(asyncio.run(side.speak().request("GET", path, params=params)))["entity"]


@pytest.mark.parametrize("name", EVENTS)
def test_every_fact_arrives_whole(side: Side, name: str) -> None:
    side.grant()
    side.end(event(name, activity_run_id="it"))
    assert side.deliver() == 1, side.report("it").reason
    assert side.report("it").status == "Succeeded"


def test_operation_is_shown_with_its_edges(side: Side) -> None:
    side.grant()
    side.end(event("copy_with_mapping"))
    side.deliver()
    shown = operation(side, fact("copy_with_mapping"))["attributes"]
    assert [one["typeName"] for one in shown["inputs"]] == ["azure_datalake_gen2_path"]
    edges = [(edge["sourceColumn"], edge["sinkColumn"]) for edge in json.loads(shown["columnLineage"])]
    assert edges == [("dep_delay", "departure_delay"), ("carrier", "carrier")]


def again(side: Side) -> None:
    """Deliver everything once more, as if the outbox had been restored from a backup."""
    with writing(side.engine) as connection:
        connection.exec_driver_sql("UPDATE lineage_outbox SET state = 'Pending', next_attempt_at = 0")
    side.deliver()


@pytest.mark.parametrize("name", ["copy_query", "copy_wildcard", "data_flow"])
def test_delivering_a_fact_twice_changes_nothing(side: Side, name: str) -> None:
    side.grant()
    side.end(event(name))
    side.deliver()
    once = counts(side)
    again(side)
    assert counts(side) == once


def test_delivering_all_facts_twice_doubles_nothing(side: Side) -> None:
    """Older facts said again are changes, and told as such; nothing else grows."""
    side.grant()
    side.end(*ALL)
    assert side.deliver() == len(ALL)
    once = counts(side)
    again(side)
    assert {name for name, count in counts(side).items() if count != once[name]} <= {"entity_changes"}


def test_grant_lets_refused_facts_arrive(side: Side) -> None:
    side.end(*ALL)
    assert side.deliver() == 0
    refused = side.report("copy_with_mapping")
    assert refused.status == "Failed"
    assert 'lacks the role Data Curator on collection "headwater"' in str(refused.reason)
    assert asyncio.run(check(side.speak())).status == "Disconnected"
    side.grant()
    assert asyncio.run(check(side.speak())).status == "Connected"
    side.clock.time += 60_000
    assert side.deliver() == len(ALL)


def test_secret_that_is_wrong_is_refused(side: Side) -> None:
    side.grant()
    side.secret = "wrong"
    side.end(event("copy_with_mapping"))
    assert side.deliver() == 0
    assert "does not know the identity" in str(side.report(event("copy_with_mapping").activity_run_id).reason)


class Listening:
    """The account on a loopback port, until the test stops it; `seen` is set when a request has been answered."""

    def __init__(self, side: Side, port: int = 0) -> None:
        self._app = create_app(side.account)
        self.posted = threading.Event()
        self.resume = threading.Event()
        config = uvicorn.Config(self._watched, interface="asgi3", port=port, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    async def _watched(self, scope: dict[str, object], receive: object, send: object) -> None:
        """Answer as the account does, but hold back the answer to a write until the test says so."""
        if scope.get("method") != "POST" or "token" in str(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def held_back(message: object) -> None:
            self.posted.set()
            await asyncio.to_thread(self.resume.wait)
            await send(message)

        await self._app(scope, receive, held_back)

    def stop(self) -> None:
        self.resume.set()
        self._server.should_exit = True
        self._thread.join()


DELIVERER = """
import asyncio, sys
import httpx, sqlalchemy
from headwater.lineage.deliver import Delivery
from headwater.lineage.sinks.account import Account, Identity, Target
from headwater.lineage.sinks.atlas import AtlasSink
database, url, client, secret = sys.argv[1:]
account = Account(Target("ingest", "headwater", url, Identity("t", client, secret)), httpx.AsyncClient())
delivery = Delivery(sqlalchemy.create_engine(database), lambda _: AtlasSink(account))
asyncio.run(delivery.drain(60))
"""


def counts_without_kill(folder: Path) -> dict[str, int]:
    (folder / "unhurt").mkdir()
    engine = sa.create_engine(f"sqlite:///{folder}/unhurt/runs.db")
    prepare(engine)
    side = opened(engine, folder / "unhurt")
    side.grant()
    side.end(*ALL)
    side.deliver()
    side.account.close()
    return counts(side)


def test_killed_delivery_is_finished_by_the_next_and_doubles_nothing(side: Side, tmp_path: Path) -> None:
    """kill -9 after the account has written the first fact and before the outbox knows."""
    side.grant()
    side.end(*ALL)
    listening = Listening(side)
    try:
        url = f"http://127.0.0.1:{listening.port}"
        arguments = [str(side.engine.url), url, side.workspace.id, side.secret]
        process = subprocess.Popen([sys.executable, "-c", DELIVERER, *arguments])
        assert listening.posted.wait(60)
        process.kill()
        process.wait()
    finally:
        listening.stop()
    assert side.report("copy_failed").status == "Pending"
    side.clock.time = now_ms()
    assert side.deliver() == 0, "the lease of the dead process holds"
    side.clock.time += 10_000
    assert side.deliver() == len(ALL)
    assert counts(side) == counts_without_kill(tmp_path)


def test_account_that_was_down_gets_what_waited(side: Side) -> None:
    side.grant()
    side.end(event("copy_with_mapping", activity_run_id="it"))
    listening = Listening(side)
    port = listening.port
    listening.stop()
    up, side.transport = side.transport, httpx.AsyncHTTPTransport()
    side.target = lambda: Target(
        "ingest", "headwater", f"http://127.0.0.1:{port}", Identity("t", side.workspace.id, side.secret)
    )
    assert side.deliver() == 0
    assert side.report("it").status == "Pending"
    assert f"out of reach at http://127.0.0.1:{port}" in str(side.report("it").reason)
    assert asyncio.run(check(side.speak())).status == "Unknown"
    side.transport = up
    side.clock.time += 60_000
    assert side.deliver() == 1


def test_workspace_with_a_collection_reports_into_it_and_needs_its_role_there(side: Side) -> None:
    account, owner = side.account, side.account.owner.id
    for name, parent in (("sales", "headwater"), ("europe", "sales")):
        account.put_collection(name, friendly_name=name, parent=parent, by=owner)
    side.collection = "europe"
    told = asyncio.run(check(side.speak()))
    assert told.status == "Disconnected"
    assert '"europe"' in told.reason
    account.roles.grant(side.workspace, "data-curator", "sales", by=owner)
    assert asyncio.run(check(side.speak())).status == "Connected"
    side.end(ALL[0])
    assert side.deliver() == 1
    assert side.report(ALL[0].activity_run_id).status == "Succeeded"
    assert account.catalog.entities.counts(collections=frozenset({"headwater"})) == {}
    account.roles.set_policy("europe", {}, inherits=False, by=owner)
    assert asyncio.run(check(side.speak())).status == "Disconnected"
