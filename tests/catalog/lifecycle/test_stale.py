"""An operation is stale when the last runs of its activity, or of its pipeline, went well without it."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from catalog.lifecycle.factory import fresh, report, stale

A, B = {"a": ("s", "t")}, {"b": ("s", "u")}


def test_operation_is_stale_once_three_runs_have_passed_without_it(desk: Desk) -> None:
    report(desk, 1, "p", "x", A)
    for run, expected in ((2, set()), (3, set()), (4, {"a"}), (5, {"a"})):
        report(desk, run, "p", "x", B)
        assert stale(desk) == expected
    report(desk, 6, "p", "x", A)
    assert stale(desk) == set()


def test_failed_runs_say_nothing_of_what_is_no_longer_so(desk: Desk) -> None:
    report(desk, 1, "p", "x", A)
    for run in range(2, 9):
        report(desk, run, "p", "x", B, status="Failed")
    assert stale(desk) == set()


def test_operations_of_an_activity_that_is_gone_are_stale_by_the_runs_of_its_pipeline(desk: Desk) -> None:
    report(desk, 1, "p", "old", A)
    for run in range(2, 5):
        report(desk, run, "p", "new", B)
    assert stale(desk) == {"a"}


def test_operations_after_an_activity_that_fails_are_not_stale(desk: Desk) -> None:
    report(desk, 1, "p", "second", A)
    for run in range(2, 9):
        report(desk, run, "p", "first", B, status="Failed")
    assert stale(desk) == set()


def test_time_and_runs_of_other_pipelines_make_nothing_stale(desk: Desk) -> None:
    report(desk, 1, "p", "x", A)
    for run in range(1_000_000, 1_000_006):
        report(desk, run, "q", "x", B)
    assert stale(desk) == set()


def test_parts_of_one_run_that_arrive_late_or_out_of_order_count_as_one(desk: Desk) -> None:
    report(desk, 1, "p", "x", A)
    for run in (3, 2, 2, 3):
        report(desk, run, "p", "x", B)
    assert stale(desk) == set()
    assert stale(desk, after=2) == {"a"}


def test_process_that_never_reported_a_run_is_not_stale(desk: Desk) -> None:
    for run in range(1, 9):
        report(desk, run, "p", "x", B)
    parent = ref("azure_synapse_copy_activity", "/w/pipelines/p/activities/x")
    desk.write(entity("azure_synapse_operation", "by hand", rel_parent=parent))
    assert stale(desk) == set()


def test_job_without_runs_of_its_own_has_those_of_its_operations(desk: Desk) -> None:
    desk.write(entity("openlineage_job", "job"))

    def ran(run: int, name: str) -> None:
        at = {"lastRunTime": run * 1000, "runId": f"run{run}", "status": "Completed"}
        desk.write(entity("openlineage_operation", f"job#{name}", **at, rel_parent=ref("openlineage_job", "job")))

    ran(1, "a")
    for run in (2, 3, 4):
        assert stale(desk) == set()
        ran(run, "b")
    assert stale(desk) == {"a"}


RUN = st.tuples(st.sampled_from("xy"), st.sets(st.sampled_from("ab"), min_size=1), st.booleans())


@settings(max_examples=20, deadline=None)
@given(runs=st.lists(RUN, max_size=8), after=st.integers(1, 3))
def test_stale_is_what_a_plain_reading_of_the_runs_says(
    runs: list[tuple[str, set[str], bool]], after: int, template: Path
) -> None:
    """Every run has one activity; what it reports is a set of operations, and it goes well or fails."""
    with fresh(template) as desk:
        for number, (activity, names, fine) in enumerate(runs):
            flows = {f"{activity}{name}": ("s", f"t{name}") for name in names}
            report(desk, number + 1, "p", activity, flows, status="Completed" if fine else "Failed")
        expected = set()
        for activity, names, _ in runs:
            for name in names:
                last = max(at for at, run in enumerate(runs) if run[0] == activity and name in run[1])
                since = [run[0] for run in runs[last + 1 :] if run[2]]
                if len(since) >= after or since.count(activity) >= after:
                    expected.add(f"{activity}{name}")
        assert stale(desk, after) == expected
