"""What is over and too old goes; what is open stays; a dry run counts what a purge removes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.desk import Desk
from catalog.lifecycle.factory import WORKSPACE, fresh, report
from headwater.catalog import clock
from headwater.catalog.lifecycle import Asked, Keeping
from headwater.catalog.lifecycle.retention import DAY, Retention

OPERATION = f"{WORKSPACE}/pipelines/p/activities/x#a"
TABLES = ("lineage_edges", "column_edges", "lineage_columns", "observations", "entity_changes")


def sizes(desk: Desk) -> dict[str, int]:
    return {name: int(str(desk.rows(f"SELECT COUNT(*) FROM {name}")[0][0])) for name in TABLES}


@pytest.fixture
def old(desk: Desk) -> Desk:
    """p wrote t for three runs, then u for three; all of it long ago."""
    for run in (1, 2, 3):
        report(desk, run, "p", "x", {"a": ("s", "t")})
    for run in (4, 5, 6):
        report(desk, run, "p", "x", {"a": ("s", "u")})
    return desk


def test_account_that_keeps_for_good_purges_nothing(old: Desk) -> None:
    before = sizes(old)
    assert old.catalog.lifecycle.purge(Keeping(), at=clock.now() + 9999 * DAY).total == 0
    assert sizes(old) == before


def test_ended_edges_go_after_their_time_and_open_ones_never(old: Desk) -> None:
    # The fourth run, at its own time, told that t is no longer written.
    ended, keeping = 4_000, Keeping(ended_edges=3)
    assert old.catalog.lifecycle.purge(keeping, at=ended + 2 * DAY).total == 0
    purged = old.catalog.lifecycle.purge(keeping, at=ended + 4 * DAY)
    assert (purged.lineage_edges, purged.column_edges) == (1, 1)
    assert old.rows("SELECT COUNT(*) FROM lineage_edges WHERE ended_at IS NOT NULL") == [(0,)]
    assert old.rows("SELECT COUNT(*) FROM column_edges WHERE ended_at IS NOT NULL") == [(0,)]
    assert len(old.catalog.lineage.walk(old.guid("u")).relations) == 2


def test_last_runs_of_each_operation_stay_so_that_stale_can_be_told(old: Desk) -> None:
    purged = old.catalog.lifecycle.purge(Keeping(observations=30, stale_after_runs=2))
    kept = old.rows(
        f"SELECT run_id FROM observations JOIN entities ON id = operation_id "
        f"WHERE qualified_name = '{OPERATION}' ORDER BY 1"
    )
    assert kept == [("run5",), ("run6",)]
    assert purged.observations == 12


def test_runs_of_deleted_operations_go_all(old: Desk) -> None:
    asked = Asked(guids=(old.guid(f"{WORKSPACE}/pipelines/p"),), cascade=True)
    old.catalog.lifecycle.delete(asked, by="tester")
    old.catalog.lifecycle.purge(Keeping(observations=30))
    assert old.rows("SELECT COUNT(*) FROM observations") == [(0,)]


def test_last_change_of_each_entity_stays(old: Desk) -> None:
    changed = int(str(old.rows("SELECT COUNT(DISTINCT entity_id) FROM entity_changes")[0][0]))
    assert old.catalog.lifecycle.purge(Keeping(history=1)).history == 0
    assert old.catalog.lifecycle.purge(Keeping(history=1), at=clock.now() + 2 * DAY).history > 0
    assert sizes(old)["entity_changes"] == changed


def test_columns_of_deleted_assets_go_with_their_last_edge(old: Desk) -> None:
    old.catalog.entities.delete([old.guid("t")], by="tester")
    assert old.catalog.lifecycle.purge(Keeping(ended_edges=0), at=clock.now() + DAY).lineage_columns == 1


@settings(max_examples=10, deadline=None)
@given(
    runs=st.lists(st.sets(st.sampled_from("tuv"), min_size=1), max_size=8),
    days=st.integers(0, 3),
    kept=st.integers(1, 3),
    size=st.integers(1, 7),
)
def test_purge_removes_in_slices_what_a_dry_run_counts_and_changes_no_answer(
    runs: list[set[str]], days: int, kept: int, size: int, template: Path
) -> None:
    with fresh(template) as desk:
        report(desk, 1, "p", "x", {"a": ("s", "t")})
        for number, sinks in enumerate(runs, 2):
            report(desk, number, "p", "x", {f"to{sink}": ("s", sink) for sink in sinks})
        keeping = Keeping(stale_after_runs=kept, ended_edges=days, observations=days, history=days)
        at = clock.now() + days * DAY + 1000
        walk, seen = desk.catalog.lineage.walk(desk.guid("s")), desk.catalog.lifecycle.stale(keeping=keeping)
        before = sizes(desk)
        retention = Retention(desk.catalog.store)
        counted = retention.purge(keeping, at=at, dry_run=True, size=size)
        assert sizes(desk) == before
        assert retention.purge(keeping, at=at, size=size) == counted
        assert sum(before.values()) - sum(sizes(desk).values()) == counted.total
        assert retention.purge(keeping, at=at).total == 0
        assert desk.catalog.lineage.walk(desk.guid("s")) == walk
        assert desk.catalog.lifecycle.stale(keeping=keeping) == seen
