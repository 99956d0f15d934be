"""What is read back from a run database: shapes as in Synapse's API, filters, pages."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
import pytest

from headwater.errors import RunError
from headwater.run.activities.protocol import Assignment
from headwater.run.database import RunDatabase
from headwater.run.entries import AttemptEnd, NewAttempt, NewRun
from headwater.run.history import RunHistory
from headwater.run.journal import RunJournal
from headwater.run.records import Filter, InvokedBy, RunQuery, RunStatus

START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


class Ticking:
    """Each look at the clock is a minute later."""

    def __init__(self) -> None:
        self.looks = -1

    def __call__(self) -> datetime.datetime:
        self.looks += 1
        return START + datetime.timedelta(minutes=self.looks)


@pytest.fixture
def database(tmp_path: Path) -> RunDatabase:
    return RunDatabase(tmp_path / "some folder" / "runs.db")


@pytest.fixture
def journal(database: RunDatabase) -> RunJournal:
    return RunJournal(database, [], Ticking())


@pytest.fixture
def history(database: RunDatabase) -> RunHistory:
    return RunHistory(database)


def begin(journal: RunJournal, run_id: str, pipeline: str = "load", workspace: str = "sales") -> None:
    parameters = {"n": 1, "who": "me", "list": [1, {"a": None}]}
    assert journal.begin_run(NewRun(run_id, workspace, pipeline, "d", parameters, InvokedBy(), (), {"v": []}, "here"))


def end(journal: RunJournal, run_id: str, status: RunStatus) -> None:
    journal.end_run(run_id, status, "because" if status == "Failed" else "")


def test_pipeline_run_has_the_shape_of_the_api(journal: RunJournal, history: RunHistory) -> None:
    begin(journal, "r1")
    end(journal, "r1", "Failed")
    assert msgspec.json.decode(msgspec.json.encode(history.pipeline_run("r1"))) == {
        "workspace": "sales",
        "runId": "r1",
        "runGroupId": "r1",
        "isLatest": True,
        "pipelineName": "load",
        "parameters": {"n": "1", "who": "me", "list": '[1,{"a":null}]'},
        "invokedBy": {
            "id": "",
            "name": "Manual",
            "invokedByType": "Manual",
            "pipelineName": None,
            "pipelineRunId": None,
        },
        "runStart": "2026-03-01T12:00:00Z",
        "runEnd": "2026-03-01T12:01:00Z",
        "durationInMs": 60_000,
        "status": "Failed",
        "message": "because",
        "lastUpdated": "2026-03-01T12:01:00Z",
        "annotations": [],
        "runDimension": {},
        "returnValue": {},
    }


def test_activity_run_has_the_shape_of_the_api(journal: RunJournal, history: RunHistory) -> None:
    begin(journal, "r1")
    run = journal.run("r1")
    assert run is not None
    journal.begin_attempt(NewAttempt("a1", run, "Copy it", "Copy", "Loop[2]", 1, START, {}, linked_service="lake"))
    journal.record_input("a1", {"source": {}}, {"owner": "me"})
    journal.end_attempt("a1", AttemptEnd("Succeeded", {"rowsCopied": 3}))
    (found,) = history.activity_runs("r1")
    shape = msgspec.to_builtins(found)
    assert len(str(shape.pop("iterationHash"))) == 32
    assert shape == {
        "workspace": "sales",
        "activityRunId": "a1",
        "activityName": "Copy it",
        "activityType": "Copy",
        "pipelineName": "load",
        "pipelineRunId": "r1",
        "status": "Succeeded",
        "activityRunStart": "2026-03-01T12:00:00Z",
        "activityRunEnd": "2026-03-01T12:02:00Z",
        "durationInMs": 120_000,
        "retryAttempt": 1,
        "iteration": "Loop[2]",
        "linkedServiceName": "lake",
        "input": {"source": {}},
        "output": {"rowsCopied": 3},
        "error": {"errorCode": "", "message": "", "failureType": "", "target": "", "details": ""},
        "userProperties": {"owner": "me"},
    }


def test_what_is_known_is_not_begun_or_ended_twice(journal: RunJournal, history: RunHistory) -> None:
    begin(journal, "r1")
    run = journal.run("r1")
    assert run is not None
    assert not journal.begin_run(NewRun("r1", "other", "other", "d", {}, InvokedBy(), (), {}, "there"))
    new = NewAttempt("a1", run, "A", "AppendVariable", "", 0, START, {})
    assert journal.begin_attempt(new) == journal.begin_attempt(new)
    for status in ("Succeeded", "Failed"):
        journal.end_attempt("a1", AttemptEnd(status, assignments=(Assignment("v", 1, "append"),)))
    assert [one.status for one in history.activity_runs("r1")] == ["Succeeded"]
    assert journal.variables("r1") == {"v": [1]}
    end(journal, "r1", "Succeeded")
    end(journal, "r1", "Failed")
    found = history.pipeline_run("r1")
    assert found is not None
    assert found.status == "Succeeded"


def test_unknown_run_is_none(history: RunHistory) -> None:
    assert history.pipeline_run("nobody") is None
    assert history.activity_run("nobody") is None
    assert history.activity_runs("nobody") == ()


@pytest.fixture
def three_runs(journal: RunJournal) -> None:
    begin(journal, "r1", "load")
    begin(journal, "r2", "report")
    begin(journal, "r3", "load", "finance")
    end(journal, "r1", "Succeeded")
    end(journal, "r2", "Failed")


@pytest.mark.usefixtures("three_runs")
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (RunQuery(), ["r3", "r2", "r1"]),
        (RunQuery(newest_first=False), ["r1", "r2", "r3"]),
        (RunQuery(workspace="sales"), ["r2", "r1"]),
        (RunQuery(filters=(Filter("PipelineName", "Equals", ("load",)),)), ["r3", "r1"]),
        (RunQuery(filters=(Filter("Status", "In", ("Failed", "InProgress")),)), ["r3", "r2"]),
        (RunQuery(filters=(Filter("Status", "NotIn", ("Failed",)),)), ["r3", "r1"]),
        (RunQuery(filters=(Filter("RunStart", "Equals", ("2026-03-01T12:01:00Z",)),)), ["r2"]),
        (RunQuery(filters=(Filter("LatestOnly", "Equals", ("true",)),)), ["r3", "r2", "r1"]),
        (RunQuery(last_updated_after=START + datetime.timedelta(minutes=4)), ["r2"]),
        (RunQuery(last_updated_before=START + datetime.timedelta(minutes=3)), ["r3", "r1"]),
    ],
)
def test_query_gives_the_runs_that_fit(history: RunHistory, query: RunQuery, ids: list[str]) -> None:
    assert [run.run_id for run in history.query_pipeline_runs(query).value] == ids


@pytest.mark.usefixtures("three_runs")
def test_pages_follow_each_other_by_token(history: RunHistory) -> None:
    first = history.query_pipeline_runs(RunQuery(limit=2))
    second = history.query_pipeline_runs(RunQuery(limit=2, continuation_token=first.continuation_token))
    assert [run.run_id for run in (*first.value, *second.value)] == ["r3", "r2", "r1"]
    assert second.continuation_token is None


@pytest.mark.parametrize(
    "query",
    [RunQuery(continuation_token="x"), RunQuery(filters=(Filter("RunStart", "Equals", ("yesterday",)),))],
)
def test_query_that_makes_no_sense_is_refused(history: RunHistory, query: RunQuery) -> None:
    with pytest.raises(RunError) as raised:
        history.query_pipeline_runs(query)
    assert raised.value.code == "RUN-003"


def test_database_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_text("This is a text, and a long one at that, but it is no database." * 20)
    with pytest.raises(RunError, match="cannot be opened") as raised:
        RunDatabase(tmp_path / "runs.db")
    assert raised.value.code == "RUN-002"


def test_database_is_opened_again_as_it_is(journal: RunJournal, database: RunDatabase) -> None:
    begin(journal, "r1")
    database.close()
    found = RunHistory(RunDatabase(database.path)).pipeline_run("r1")
    assert found is not None
