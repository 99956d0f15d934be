"""What a run's end leaves in the outbox, whatever happens to lineage."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa

from headwater.lineage import report
from headwater.lineage.outbox import subscribe
from headwater.lineage.report import NO_FACT, ReportLineage, with_lineage
from headwater.lineage.store import OUTBOX, writing
from lineage.conftest import Way
from lineage.made import event


def rows(way: Way) -> list[sa.Row[tuple[object, ...]]]:
    with way.engine.connect() as connection:
        return list(connection.execute(sa.select(OUTBOX).order_by(OUTBOX.c.sequence)))


def test_fact_waits_from_the_end_of_its_activity(way: Way) -> None:
    way.end(event("copy_with_mapping"))
    [row] = rows(way)
    assert (row.state, row.attempts, row.next_attempt_at) == ("Pending", 0, 0)


def test_rolled_back_run_leaves_no_fact(way: Way) -> None:
    listen = subscribe(lambda _: way.reporting)
    with way.engine.connect() as connection:
        listen(connection, event("copy_with_mapping"))
        connection.rollback()
    assert rows(way) == []


def test_activity_without_lineage_leaves_no_row(way: Way) -> None:
    way.end(event("copy_with_mapping", activity_type="Wait"))
    assert rows(way) == []
    assert way.report("any") == NO_FACT


def test_event_at_fault_becomes_a_failed_status(way: Way) -> None:
    happened = event("copy_with_mapping")
    strange = msgspec.structs.replace(happened.movements[0].edges[0], input="elsewhere")
    way.end(event("copy_with_mapping", movements=(msgspec.structs.replace(happened.movements[0], edges=(strange,)),)))
    [row] = rows(way)
    assert row.state == "Failed"
    assert row.reason == 'LIN-006 The sink "sink" has an edge from "elsewhere", which was not read'
    assert row.next_attempt_at is None


def test_defect_of_lineage_never_reaches_the_run(way: Way) -> None:
    """A movement that is no movement at all: whatever breaks on it must not break the run."""
    way.end(event("copy_with_mapping", movements=(object(),)))
    [row] = rows(way)
    assert (row.state, row.reason) == ("Failed", "LIN-001 Lineage could not be derived (AttributeError).")


def test_unknown_workspace_is_a_failed_status(way: Way) -> None:
    with writing(way.engine) as connection:
        subscribe(lambda _: None)(connection, event("copy_with_mapping"))
    assert rows(way)[0].reason == 'LIN-002 The workspace "ingest" is not known to lineage.'


def test_waiting_counts_facts_of_each_workspace(way: Way) -> None:
    way.end(event("copy_with_mapping"), event("copy_wildcard"), event("copy_query"))
    with way.engine.connect() as connection:
        assert report.waiting(connection) == {"ingest": 2, "reporting": 1}


def test_many_statuses_are_read_in_order_of_asking(way: Way) -> None:
    way.end(event("copy_with_mapping", activity_run_id="x"))
    ids = [f"run{i}" for i in range(1200)] + ["x"]
    with way.engine.connect() as connection:
        found = report.statuses(connection, ids)
    assert list(found) == ids
    assert found["x"].status == "Pending"


@pytest.mark.parametrize("state", ["Succeeded", "Skipped", "NotReported"])
def test_retry_is_for_what_did_not_arrive(way: Way, state: str) -> None:
    way.end(event("copy_with_mapping", activity_run_id="x"))
    with writing(way.engine) as connection:
        connection.execute(sa.update(OUTBOX).values(state=state, next_attempt_at=None))
        assert not report.retry(connection, "x")


def test_status_stands_beside_the_output_as_clients_read_it() -> None:
    output = {"rowsCopied": 3}
    done = ReportLineage(status="Succeeded", duration_in_seconds=0.25, entities=9, relationships=2, attempts=1)
    assert with_lineage(output, done) == {
        "rowsCopied": 3,
        "reportLineageToPurview": {
            "status": "Succeeded",
            "durationInSeconds": 0.25,
            "entities": 9,
            "relationships": 2,
            "attempts": 1,
        },
    }
    assert output == {"rowsCopied": 3}
