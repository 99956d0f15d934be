"""Pipelines with the real runner and stand-ins for every store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.definition.load import load_folder
from headwater.run.rehearsal.made_up import made_up_outputs
from headwater.run.rehearsal.outcome import PipelineRehearsal
from headwater.run.rehearsal.perform import Terms
from headwater.run.rehearsal.pipelines import RehearsedPipelines

ORDERS = Path(__file__).parents[2] / "fixtures" / "rehearsal" / "orders"


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RehearsedPipelines]:
    terms = Terms(tmp_path_factory.mktemp("pipelines"), rows=20)
    with RehearsedPipelines(load_folder(ORDERS), terms) as opened:
        yield opened


def test_loop_that_made_up_outputs_never_end_is_stopped_and_told(tmp_path: Path) -> None:
    with RehearsedPipelines(load_folder(ORDERS.parent / "endless"), Terms(tmp_path, limit_s=1.0)) as pipelines:
        waits = pipelines.rehearse("Waits")
    (fault,) = waits.faults
    assert (waits.status, fault.code) == ("Cancelled", "RUN-004")
    assert "was stopped after 1 seconds" in fault.message


@pytest.fixture(scope="module")
def load(pipelines: RehearsedPipelines) -> PipelineRehearsal:
    return pipelines.rehearse("Load")


def test_pipeline_copies_made_up_rows_and_runs_its_flow(load: PipelineRehearsal) -> None:
    assert load.ran, load.faults
    rows = {activity.name: activity.rows for activity in load.activities}
    assert {name: rows[name] for name in ("CopyRaw", "ReadBack", "Flow")} == {"CopyRaw": 20, "ReadBack": 20, "Flow": 20}


def test_pipeline_leaves_out_what_no_run_does_and_says_so(load: PipelineRehearsal) -> None:
    tell = next(activity for activity in load.activities if activity.name == "Tell")
    assert (tell.status, tell.reason) == ("Left out", "no run does it; its output is made up")
    assert [fault.code for fault in load.needs] == ["PLN-020"]
    assert "Tell" in load.needs[0].message


def test_pipeline_waits_for_nothing(load: PipelineRehearsal) -> None:
    settle = next(activity for activity in load.activities if activity.name == "Settle")
    assert settle.status == "Succeeded"
    assert load.duration_ms < 3_600_000


def test_pipeline_goes_on_with_outputs_that_are_made_up(pipelines: RehearsedPipelines) -> None:
    reads = pipelines.rehearse("Reads")
    assert reads.ran, reads.faults
    assert {one.name: (one.type, one.status) for one in reads.activities} == {
        "Look": ("Lookup", "Left out"),
        "Files": ("GetMetadata", "Left out"),
        "Name": ("SetVariable", "Succeeded"),
        "Each": ("ForEach", "Succeeded"),
        "See Each[0]": ("AppendVariable", "Succeeded"),
        "There": ("IfCondition", "Succeeded"),
    }
    assert sorted(fault.message.split('"')[1] for fault in reads.needs) == ["Files", "Look"]


def test_output_that_is_made_up_holds_what_expressions_read() -> None:
    outputs = made_up_outputs(load_folder(ORDERS).find_pipeline("Reads"))
    assert outputs == {
        "files": {"childItems": [{"name": "rehearsed", "type": "File"}], "exists": True},
        "look": {
            "count": 1,
            "firstRow": {"table": "rehearsed"},
            "value": [{"schema": {"name": "rehearsed"}, "table": "rehearsed"}],
        },
    }


def test_pipeline_that_fails_says_where(pipelines: RehearsedPipelines) -> None:
    stopped = pipelines.rehearse("Stops")
    (fault,) = stopped.faults
    assert (stopped.status, stopped.ran) == ("Failed", False)
    assert fault.message == 'Activity "Give up" failed: Nothing to load'
    assert fault.place.file == "pipeline/Stops.json"
