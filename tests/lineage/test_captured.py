"""Activities that read a query: nothing is parsed at their end, and nothing is lost on the way to the delivery."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
import sqlalchemy as sa

from headwater.data.locations import QueryLocation
from headwater.errors import Fault
from headwater.lineage import captured, facts
from headwater.lineage.captured import Captured
from headwater.lineage.outbox import Reporting, release
from headwater.lineage.sinks.protocol import Receipt, Unavailable
from headwater.lineage.store import OUTBOX, prepare, writing
from headwater.run.events import ActivityEnded, Movement
from lineage.conftest import Way
from lineage.made import EVENTS, IDENTITY, event, fact

QUERY = event("copy_query", activity_run_id="q")


class Held:
    """A sink that keeps what it is given, and may be out of reach."""

    def __init__(self, *, reachable: bool = True) -> None:
        self.reachable = reachable
        self.given: list[facts.LineageFact] = []

    async def deliver(self, fact: facts.LineageFact) -> Receipt:
        if not self.reachable:
            raise Unavailable(Fault("LIN-001", "away"))
        self.given.append(fact)
        return Receipt(1, 1)


def row(way: Way) -> sa.Row[tuple[object, ...]]:
    with way.engine.connect() as connection:
        return connection.execute(sa.select(OUTBOX)).one()


def with_query(happened: ActivityEnded, text: str) -> ActivityEnded:
    """Return the event with another text in the place of its query."""

    def changed(movement: Movement) -> Movement:
        [read] = movement.inputs
        assert isinstance(read.location, QueryLocation)
        location = msgspec.structs.replace(read.location, text=text)
        return msgspec.structs.replace(movement, inputs=(msgspec.structs.replace(read, location=location),))

    return msgspec.structs.replace(happened, movements=tuple(changed(m) for m in happened.movements))


def test_query_is_pending_and_not_derived_at_the_end_of_its_activity(way: Way) -> None:
    way.end(QUERY)
    found = row(way)
    assert (found.state, found.reason, found.fact) == ("Pending", None, None)
    assert found.captured is not None


@pytest.mark.parametrize("name", EVENTS)
def test_only_what_reads_a_query_waits_underived(way: Way, name: str) -> None:
    happened = event(name)
    reads = any(isinstance(read.location, QueryLocation) for m in happened.movements for read in m.inputs)
    way.end(happened)
    found = row(way)
    assert (found.fact is None, found.captured is not None) == (reads, reads)


@pytest.mark.parametrize("name", EVENTS)
def test_captured_event_gives_the_same_fact_after_the_outbox(name: str) -> None:
    happened = event(name)
    taken = Captured(happened, msgspec.structs.replace(IDENTITY, name=happened.workspace), "record", {"Lake": "folder"})
    assert captured.decode(captured.encode(taken)).fact() == taken.fact()


def test_delivered_query_is_the_fact_that_derive_gives(way: Way) -> None:
    held = Held()
    way.reporting = msgspec.structs.replace(way.reporting, identity=msgspec.structs.replace(IDENTITY, name="reporting"))
    way.end(QUERY)
    assert run(way, held) == 1
    assert held.given == [fact("copy_query", activity_run_id="q")]
    assert way.report("q").status == "Succeeded"


def run(way: Way, held: Held) -> int:
    return asyncio.run(way.delivery(sinks=lambda _: held).deliver_due())


def test_fact_is_derived_once_and_kept_while_the_account_is_away(way: Way) -> None:
    way.end(QUERY)
    assert run(way, Held(reachable=False)) == 0
    found = row(way)
    assert found.captured is None
    assert found.fact is not None
    assert (found.state, found.reason) == ("Pending", "away")
    way.wait()
    held = Held()
    assert run(way, held) == 1
    assert held.given == [facts.decode(str(found.fact))]


def test_kill_before_the_fact_was_written_down_derives_it_again(way: Way) -> None:
    """What a process leaves that died between deriving and writing is what it found: the event, still due."""
    way.end(QUERY)
    before = row(way)
    held = Held()
    run(way, held)
    with writing(way.engine) as connection:
        left = {"fact": None, "captured": before.captured, "state": "Pending", "next_attempt_at": 0}
        connection.execute(sa.update(OUTBOX).values(left))
    assert run(way, held) == 1
    assert held.given[0] == held.given[1]


def test_query_that_does_not_parse_arrives_without_columns_and_says_why(way: Way) -> None:
    way.end(with_query(QUERY, "SELEC nothing FRM (("))
    held = Held()
    assert run(way, held) == 1
    [sent] = held.given
    assert sent.operations[0].inputs
    assert not sent.operations[0].edges
    assert "Lineage without columns" in str(way.report("q").reason)


def test_event_at_fault_is_told_at_delivery_and_others_go_on(way: Way) -> None:
    strange = msgspec.structs.replace(QUERY.movements[0].edges[0], input="elsewhere")
    movement = msgspec.structs.replace(QUERY.movements[0], edges=(strange,))
    way.end(msgspec.structs.replace(QUERY, movements=(movement,)), event("copy_query", activity_run_id="next"))
    assert run(way, Held()) == 1
    assert way.report("q").status == "Failed"
    assert str(way.report("q").reason).startswith("LIN-006")
    assert way.report("next").status == "Succeeded"


def test_event_that_cannot_be_read_any_more_is_told_and_others_go_on(way: Way) -> None:
    way.end(QUERY, event("copy_query", activity_run_id="next"))
    with writing(way.engine) as connection:
        connection.execute(sa.update(OUTBOX).where(OUTBOX.c.activity_run_id == "q").values(captured="{}"))
    assert run(way, Held()) == 1
    assert way.report("q").reason == "LIN-001 Lineage could not be derived (ValidationError)."
    assert way.report("next").status == "Succeeded"


def test_query_captured_before_the_workspace_was_connected_is_sent_after(way: Way) -> None:
    way.reporting = Reporting(IDENTITY, None)
    way.end(QUERY)
    assert way.report("q").status == "NotReported"
    assert run(way, Held()) == 0
    with writing(way.engine) as connection:
        assert release(connection, QUERY.workspace) == 1
    assert run(way, Held()) == 1


def test_dropped_query_is_skipped_at_the_end_of_its_activity(way: Way) -> None:
    """A store that Purview does not follow is known without reading the query."""
    [movement] = QUERY.movements
    [read] = movement.inputs
    location = msgspec.structs.replace(
        read.location, store=msgspec.structs.replace(read.location.store, kind="SnowflakeV2")
    )
    dropped = msgspec.structs.replace(movement, inputs=(msgspec.structs.replace(read, location=location),))
    way.reporting = Reporting(IDENTITY, "headwater", "drop")
    way.end(msgspec.structs.replace(QUERY, movements=(dropped,)))
    found = row(way)
    assert (found.state, found.captured) == ("Skipped", None)
    assert "SnowflakeV2" in str(found.reason)


def test_outbox_of_an_earlier_version_is_brought_up_to_date_with_its_facts(way: Way) -> None:
    way.end(event("copy_with_mapping", activity_run_id="old"))
    with writing(way.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE lineage_outbox DROP COLUMN captured")
        connection.exec_driver_sql("UPDATE lineage_version SET version_num = '0001'")
    prepare(way.engine)
    way.end(QUERY)
    assert run(way, Held()) == 2
    assert way.report("old").status == "Succeeded"
