"""Facts on their way from the outbox to an account: order, back-off, refusal, proof, leases."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import sqlalchemy as sa

from headwater.lineage import lease, report
from headwater.lineage.deliver import LEASE_MS, TRIES_OF_ONE_FACT, now_ms
from headwater.lineage.facts import LineageFact
from headwater.lineage.outbox import Reporting, release
from headwater.lineage.sinks.protocol import Receipt
from headwater.lineage.store import OUTBOX, prepare, writing
from lineage.conftest import Way
from lineage.made import IDENTITY, event

COPY = event("copy_with_mapping", activity_run_id="first")
NEXT = event("copy_wildcard", activity_run_id="second")


def test_fact_arrives_and_is_read_back(way: Way) -> None:
    way.end(COPY)
    assert way.deliver() == 1
    assert way.account.requests == [
        "POST /t/oauth2/v2.0/token",
        "POST /datamap/api/atlas/v2/entity/bulk",
        "GET /datamap/api/atlas/v2/entity/bulk",
    ]
    arrived = way.report("first")
    assert (arrived.status, arrived.attempts, arrived.relationships) == ("Succeeded", 1, 2)
    assert arrived.entities == len(way.account.entities)
    assert arrived.reason is None


def test_facts_arrive_in_the_order_of_their_activities(way: Way) -> None:
    way.end(COPY, NEXT, event("copy_merge", activity_run_id="third"))
    assert way.deliver() == 3
    ran = [post["entities"][2]["attributes"]["name"] for post in way.account.posts]
    assert ran == ["CopyFlights", "CopyDimensions", "MergeFiles"]


def test_same_fact_twice_is_one_row(way: Way) -> None:
    """An activity that is finished again after a crash reports the same key."""
    way.end(COPY, COPY)
    assert way.deliver() == 1


def test_attempts_of_an_activity_are_facts_of_their_own(way: Way) -> None:
    way.end(event("copy_failed"), event("copy_failed", attempt=1, status="Succeeded", error=None))
    assert way.deliver() == 2
    written = [post["entities"][-1]["attributes"]["evidence"] for post in way.account.posts]
    assert ['"written":false' in evidence for evidence in written] == [True, False]
    assert way.report("a").status == "Succeeded"


def test_delivering_again_changes_nothing(way: Way) -> None:
    way.end(COPY, NEXT)
    way.deliver()
    once = way.account.content()
    with way.engine.begin() as connection:
        connection.execute(sa.update(OUTBOX).values(state="Pending", next_attempt_at=0))
    assert way.deliver() == 2
    assert way.account.content() == once


def test_refused_identity_fails_every_waiting_fact_with_the_reason(way: Way) -> None:
    way.account.curators.clear()
    way.end(COPY, NEXT)
    assert way.deliver() == 0
    for run in ("first", "second"):
        refused = way.report(run)
        assert refused.status == "Failed"
        assert refused.reason is not None
        assert refused.reason.startswith(
            'The identity of workspace "ingest" lacks the role Data Curator on collection "headwater"'
        )
        assert refused.reason.endswith("Grant it: headwater connect ingest")
    assert way.account.posts == []


def test_grant_lets_waiting_facts_arrive_by_themselves(way: Way) -> None:
    way.account.curators.clear()
    way.end(COPY, NEXT)
    way.deliver()
    way.account.curators.add("ingest-id")
    assert way.deliver() == 0, "the back-off has not passed"
    way.wait()
    assert way.deliver() == 2
    assert [way.report(run).status for run in ("first", "second")] == ["Succeeded", "Succeeded"]
    assert way.report("first").reason is None


def test_wrong_secret_is_told_apart_from_a_missing_role(way: Way) -> None:
    way.end(COPY)
    asyncio.run(way.delivery(sinks=lambda name: way.sink(name, "wrong")).deliver_due())
    reason = way.report("first").reason
    assert reason is not None
    assert reason.startswith('The account "headwater" does not know the identity "ingest-id"')
    assert "wrong" not in reason


def test_expired_token_is_fetched_anew(way: Way) -> None:
    way.end(COPY)
    sink = way.sink("ingest")
    delivery = way.delivery(sinks=lambda _: sink)

    async def twice() -> int:
        first = await delivery.deliver_due()
        way.account.tokens.clear()
        way.end(NEXT)
        return first + await delivery.deliver_due()

    assert asyncio.run(twice()) == 2


@pytest.mark.parametrize("status", [500, 503, 429])
def test_failing_account_leaves_facts_pending_with_the_reason(way: Way, status: int) -> None:
    way.account.fault = (status, {"errorMessage": "busy"})
    way.end(COPY, NEXT)
    assert way.deliver() == 0
    waiting = way.report("second")
    assert waiting.status == "Pending"
    assert waiting.reason == f'The account "headwater" cannot take lineage now (HTTP {status}): busy'
    way.account.fault = None
    way.wait()
    assert way.deliver() == 2


def test_account_out_of_reach_leaves_facts_pending(way: Way) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("All connection attempts failed", request=request)

    reachable, way.transport = way.transport, httpx.MockTransport(unreachable)
    way.end(COPY)
    assert way.deliver() == 0
    reason = way.report("first").reason
    assert reason == 'The account "headwater" is out of reach at http://account: All connection attempts failed'
    way.transport = reachable
    way.wait()
    assert way.deliver() == 1


def test_back_off_doubles_up_to_a_limit(way: Way) -> None:
    way.account.fault = (503, {})
    way.end(COPY)
    pauses = []
    for _ in range(9):
        way.deliver()
        due_at = way.delivery().next_due_at()
        assert due_at is not None
        pauses.append(due_at - way.clock.time)
        way.clock.time = due_at
    assert pauses == [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]


def test_fact_that_the_account_refuses_does_not_hold_up_others(way: Way) -> None:
    sink = way.sink("ingest")

    class RefusedOnce:
        async def deliver(self, fact: LineageFact) -> Receipt:
            try:
                return await sink.deliver(fact)
            finally:
                way.account.fault = None

    way.account.fault = (400, {"errorMessage": "unknown type"})
    way.end(COPY, NEXT)
    assert asyncio.run(way.delivery(sinks=lambda _: RefusedOnce()).deliver_due()) == 1
    refused = way.report("first")
    assert refused.status == "Failed"
    assert refused.reason == 'The account "headwater" refuses the fact (HTTP 400): unknown type'
    assert way.report("second").status == "Succeeded"


@pytest.mark.parametrize("lost", ["inputs", "outputs", "columnMapping", "columnLineage"])
def test_account_that_loses_a_part_is_found_out(way: Way, lost: str) -> None:
    """`columnLineage` alone may be missing: a real Purview does not know it."""
    way.account.drops = lost
    way.end(COPY)
    assert way.deliver() == (1 if lost == "columnLineage" else 0)
    if lost != "columnLineage":
        assert way.report("first").status == "Pending"
        assert "The account shows an operation without all of its" in str(way.report("first").reason)


def test_fact_that_never_shows_whole_is_given_up(way: Way) -> None:
    way.account.drops = "inputs"
    way.end(COPY, NEXT)
    for _ in range(TRIES_OF_ONE_FACT):
        assert way.report("second").attempts is None
        way.deliver()
        way.wait()
    assert way.report("first").status == "Failed"
    assert str(way.report("first").reason).endswith("Given up after 5 tries.")
    way.account.drops = None
    assert way.deliver() == 1
    with writing(way.engine) as connection:
        assert report.retry(connection, "first")
    assert way.deliver() == 1


def test_defect_in_a_sink_is_told_and_tried_again(way: Way) -> None:
    class Broken:
        async def deliver(self, fact: LineageFact) -> Receipt:
            raise KeyError("secret of the sink")

    way.end(COPY)
    asyncio.run(way.delivery(sinks=lambda _: Broken()).deliver_due())
    assert way.report("first").reason == "LIN-001 Lineage could not be delivered (KeyError)."


def test_unconnected_workspace_keeps_its_facts_until_it_connects(way: Way) -> None:
    way.reporting = Reporting(IDENTITY, None)
    way.end(COPY)
    assert way.deliver() == 0
    kept = way.report("first")
    assert kept.status == "NotReported"
    assert kept.reason == ("The workspace is not connected to an account. Connect it: headwater connect ingest")
    with writing(way.engine) as connection:
        assert release(connection, "ingest") == 1
    assert way.deliver() == 1


def test_dropped_store_is_skipped_by_name(way: Way) -> None:
    way.reporting = Reporting(IDENTITY, "headwater", "drop")
    way.end(event("copy_unsupported_store"))
    assert way.deliver() == 0
    skipped = way.report("a")
    assert (skipped.status, skipped.reason) == (
        "Skipped",
        'Purview has no lineage for the store "Sftp" in a Copy activity.',
    )


def test_recorded_store_arrives_with_the_reason(way: Way) -> None:
    way.end(event("copy_unsupported_store"))
    assert way.deliver() == 1
    assert way.report("a").reason == 'Purview has no lineage for the store "Sftp".'


def test_activity_that_moved_nothing_reports_its_status(way: Way) -> None:
    way.end(event("nothing_moved"))
    assert way.deliver() == 1
    assert way.report("a").reason == "The activity moved nothing, so it draws no edges."


def test_another_process_does_not_send_what_is_being_sent(way: Way) -> None:
    way.end(COPY)
    sink = way.sink("ingest")
    second = way.delivery()

    class Watched:
        async def deliver(self, fact: LineageFact) -> Receipt:
            assert await second.deliver_due() == 0
            return await sink.deliver(fact)

    assert asyncio.run(way.delivery(sinks=lambda _: Watched()).deliver_due()) == 1
    assert len(way.account.posts) == 1


def test_lease_of_a_dead_process_runs_out(way: Way) -> None:
    way.end(COPY)
    with way.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO lineage_lease VALUES ('ingest', 'dead', :at)"), {"at": way.clock.time + LEASE_MS}
        )
    assert way.deliver() == 0
    way.clock.time += LEASE_MS
    assert way.deliver() == 1


def test_process_that_lost_its_lease_stops(way: Way) -> None:
    """A process that was asleep for longer than its lease must not write down what another does now."""
    way.end(COPY)

    class Sleepy:
        async def deliver(self, fact: LineageFact) -> Receipt:
            way.clock.time += 10 * LEASE_MS
            with writing(way.engine) as connection:
                assert lease.take(connection, "ingest", "other", way.clock.time, way.clock.time + LEASE_MS)
            await asyncio.Event().wait()
            raise AssertionError

    assert asyncio.run(way.delivery(sinks=lambda _: Sleepy(), lease_ms=30).deliver_due()) == 0
    assert way.report("first") == report.ReportLineage(status="Pending")
    way.clock.time += LEASE_MS
    assert way.deliver() == 1


def test_drain_waits_out_a_short_outage(way: Way) -> None:
    way.account.fault = (503, {})
    way.end(COPY)
    tries = []

    def recover() -> float:
        tries.append(way.account.fault)
        way.account.fault = None
        return 0.0

    assert asyncio.run(way.delivery(clock=now_ms, jitter=recover).drain(30))
    assert tries == [(503, {})]


def test_drain_returns_at_once_when_refused(way: Way) -> None:
    way.account.curators.clear()
    way.end(COPY)
    assert not asyncio.run(way.delivery().drain(3600))
    assert way.report("first").status == "Failed"


def test_drain_ends_with_its_time(way: Way) -> None:
    way.account.fault = (503, {})
    way.end(COPY)
    assert not asyncio.run(way.delivery().drain(0.2))
    assert way.report("first").status == "Pending"


def test_tables_are_prepared_once(engine: sa.Engine) -> None:
    prepare(engine)
    assert "lineage_outbox" in sa.inspect(engine).get_table_names()
