"""Which activities run, in what order, with which status: dependencies, branches, loops, retries, invoked pipelines."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from run.pipelines import Project, activity, fail, pipeline, set_variable, wait, workspace

VARIABLES = {
    "list": {"type": "Array"},
    "text": {"type": "String"},
    "flag": {"type": "Boolean"},
    "number": {"type": "Integer", "defaultValue": 0},
}


def append(name: str, value: object, after: dict[str, str] | None = None) -> dict[str, object]:
    return activity(name, "AppendVariable", {"variableName": "list", "value": value}, after)


def invoke(name: str, target: str, parameters: dict[str, object] | None = None, **more: object) -> dict[str, object]:
    reference = {"referenceName": target, "type": "PipelineReference"}
    return activity(name, "ExecutePipeline", {"pipeline": reference, "parameters": parameters or {}, **more})


RETRY = {"policy": {"retry": 2, "retryIntervalInSeconds": 30}}

PIPELINES = {
    "try_catch": pipeline(fail("A"), wait("Handler", after={"A": "Failed"})),
    "do_if_else": pipeline(fail("A"), wait("Good", after={"A": "Succeeded"}), wait("Bad", after={"A": "Failed"})),
    "do_if_skip_else": pipeline(
        fail("A"),
        wait("Good", after={"A": "Succeeded"}),
        wait("Skip", after={"Good": "Skipped"}),
        wait("Bad", after={"A": "Failed"}),
    ),
    "completed": pipeline(fail("A"), wait("After", after={"A": "Completed"})),
    "completed_of_skipped": pipeline(
        wait("A"), wait("B", after={"A": "Failed"}), wait("After", after={"B": "Completed"})
    ),
    "either": pipeline(wait("A"), wait("B", after={"A": "Failed"}), wait("After", after={"B": "Succeeded|Skipped"})),
    "both": pipeline(wait("A"), fail("B"), wait("After", after={"A": "Succeeded", "B": "Succeeded"})),
    "inactive": pipeline(
        fail("A", state="Inactive", onInactiveMarkAs="Succeeded"),
        wait("B", state="Inactive", onInactiveMarkAs="Skipped"),
        wait("AfterA", after={"A": "Succeeded"}),
        wait("AfterB", after={"B": "Succeeded"}),
    ),
    "inactive_failed": pipeline(
        wait("A", state="Inactive", onInactiveMarkAs="Failed"), wait("Handler", after={"A": "Failed"})
    ),
    "retry": pipeline(activity("A", "Fail", {"message": "again", "errorCode": "E1"}, **RETRY)),
    "retry_useless": pipeline(wait("A", "@activity('Nobody').output.x", **RETRY)),
    "sequential": pipeline(
        activity(
            "Loop",
            "ForEach",
            {"items": "@range(0, 5)", "isSequential": "true", "activities": [append("Add", "@item()")]},
        ),
        set_variable("Tell", "text", "@join(variables('list'), ',')", {"Loop": "Succeeded"}),
        variables=VARIABLES,
    ),
    "parallel": pipeline(
        activity(
            "Loop", "ForEach", {"items": "@range(0, 40)", "batchCount": 7, "activities": [append("Add", "@item()")]}
        ),
        variables=VARIABLES,
    ),
    "failing_loop": pipeline(
        activity(
            "Loop",
            "ForEach",
            {
                "items": "@createArray('a', 'b', 'c')",
                "isSequential": True,
                "activities": [
                    activity(
                        "Check",
                        "IfCondition",
                        {"expression": "@equals(item(), 'b')", "ifTrueActivities": [fail("Bad", "@item()")]},
                    )
                ],
            },
        )
    ),
    "empty_loop": pipeline(activity("Loop", "ForEach", {"items": "@createArray()", "activities": [wait("W")]})),
    "inner_output": pipeline(
        activity(
            "Loop",
            "ForEach",
            {
                "items": "@createArray(1, 2)",
                "activities": [
                    set_variable("Inner", "text", "@string(item())"),
                    append("Add", "@activity('Inner').output.value", {"Inner": "Succeeded"}),
                ],
                "isSequential": True,
            },
        ),
        variables=VARIABLES,
    ),
    "switch": pipeline(
        activity(
            "Which",
            "Switch",
            {
                "on": "@pipeline().parameters.on",
                "cases": [{"value": "a", "activities": [wait("CaseA")]}, {"value": "b", "activities": [wait("CaseB")]}],
                "defaultActivities": [wait("Else")],
            },
        ),
        parameters={"on": {"type": "string"}},
    ),
    "until": pipeline(
        activity(
            "Repeat",
            "Until",
            {
                "expression": "@greaterOrEquals(length(variables('list')), 3)",
                "activities": [append("Add", "x"), fail("Fails", after={"Add": "Succeeded"})],
            },
        ),
        variables=VARIABLES,
    ),
    "filter": pipeline(
        activity("Even", "Filter", {"items": "@range(0, 6)", "condition": "@equals(mod(item(), 2), 0)"}),
        set_variable("Tell", "text", "@string(activity('Even').output.Value)", {"Even": "Succeeded"}),
        variables=VARIABLES,
    ),
    "parent": pipeline(
        invoke("Call", "child", {"numbers": "@createArray(1, 2)", "word": "w"}),
        set_variable("Tell", "text", "@activity('Call').output.pipelineReturnValue.seen", {"Call": "Succeeded"}),
        variables=VARIABLES,
    ),
    "child": pipeline(
        activity(
            "Return",
            "SetVariable",
            {
                "variableName": "pipelineReturnValue",
                "setSystemVariable": True,
                "value": [
                    {
                        "key": "seen",
                        "value": {
                            "type": "Expression",
                            "content": "@concat(pipeline().parameters.numbers, pipeline()?.TriggeredByPipelineName)",
                        },
                    }
                ],
            },
        ),
        parameters={"numbers": {"type": "array"}, "word": {"type": "string"}},
    ),
    "failing_parent": pipeline(invoke("Call", "try_nothing")),
    "try_nothing": pipeline(fail("A", "the child's reason")),
    "detached_parent": pipeline(invoke("Call", "try_nothing", waitOnCompletion=False)),
    "one_at_a_time": pipeline(wait("A"), concurrency=1),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with Project(tmp_path_factory.mktemp("project"), workspace(PIPELINES)) as project:
        yield project


@pytest.mark.parametrize(
    ("name", "status", "activities"),
    [
        ("try_catch", "Succeeded", {"A": "Failed", "Handler": "Succeeded"}),
        ("do_if_else", "Failed", {"A": "Failed", "Good": "Skipped", "Bad": "Succeeded"}),
        ("do_if_skip_else", "Succeeded", {"A": "Failed", "Good": "Skipped", "Skip": "Succeeded", "Bad": "Succeeded"}),
        ("completed", "Succeeded", {"A": "Failed", "After": "Succeeded"}),
        ("completed_of_skipped", "Succeeded", {"A": "Succeeded", "B": "Skipped", "After": "Skipped"}),
        ("either", "Succeeded", {"A": "Succeeded", "B": "Skipped", "After": "Succeeded"}),
        ("both", "Failed", {"A": "Succeeded", "B": "Failed", "After": "Skipped"}),
        ("inactive", "Succeeded", {"A": "Succeeded", "B": "Skipped", "AfterA": "Succeeded", "AfterB": "Skipped"}),
        ("inactive_failed", "Succeeded", {"A": "Failed", "Handler": "Succeeded"}),
        ("empty_loop", "Succeeded", {"Loop": "Succeeded"}),
    ],
)
def test_dependencies_decide_what_runs_and_the_status(
    project: Project, name: str, status: str, activities: dict[str, str]
) -> None:
    run = project.run(name)
    assert project.statuses(run) == activities
    assert run.status == status


def test_failed_run_names_activity_and_reason(project: Project) -> None:
    assert project.run("both").message == "Operation on target B failed: no"


def test_fail_gives_the_error_that_the_pipeline_says(project: Project) -> None:
    error = project.activities(project.run("both"))["B"].error
    assert (error.error_code, error.message, error.failure_type, error.target) == ("E42", "no", "UserError", "B")


def test_retry_makes_each_attempt_a_run_of_its_own(project: Project) -> None:
    runs = project.history.activity_runs(project.run("retry").run_id)
    assert [(one.retry_attempt, one.status) for one in runs] == [(None, "Failed"), (1, "Failed"), (2, "Failed")]


def test_retry_waits_its_interval_after_the_attempt_before(project: Project) -> None:
    first, second, _ = project.history.activity_runs(project.run("retry").run_id)
    assert first.activity_run_end is not None
    assert (second.activity_run_start - first.activity_run_end).total_seconds() >= 30


def test_failing_expression_is_a_user_error_and_not_retried(project: Project) -> None:
    run = project.run("retry_useless")
    (only,) = project.history.activity_runs(run.run_id)
    assert only.error.failure_type == "UserError"
    assert only.error.error_code.startswith("LNG-")
    assert "Nobody" in only.error.message
    assert run.status == "Failed"


def test_sequential_loop_keeps_the_order(project: Project) -> None:
    assert project.activities(project.run("sequential"))["Tell"].output["value"] == "0,1,2,3,4"


def test_parallel_appends_lose_nothing(project: Project) -> None:
    run = project.run("parallel")
    added = [one.output["value"] for name, one in project.activities(run).items() if name.endswith("/Add")]
    assert sorted(added) == list(range(40))


def test_passes_of_a_loop_say_which_they_are(project: Project) -> None:
    names = project.activities(project.run("sequential"))
    assert {"Loop[0]/Add", "Loop[4]/Add"} <= names.keys()
    assert len({one.iteration_hash for one in names.values() if one.iteration}) == 5


def test_loop_with_a_failed_pass_runs_all_and_fails(project: Project) -> None:
    run = project.run("failing_loop")
    statuses = project.statuses(run)
    assert statuses["Loop[2]/Check"] == "Succeeded"
    assert statuses["Loop[1]/Bad"] == "Failed"
    assert statuses["Loop"] == "Failed"
    assert "1 of 3 passes failed" in run.message


def test_activity_in_a_loop_reads_the_output_of_its_own_pass(project: Project) -> None:
    names = project.activities(project.run("inner_output"))
    assert [names[f"Loop[{index}]/Add"].output["value"] for index in (0, 1)] == ["1", "2"]


@pytest.mark.parametrize(("on", "taken"), [("a", "CaseA"), ("b", "CaseB"), ("A", "Else"), ("z", "Else")])
def test_switch_takes_the_equal_case(project: Project, on: str, taken: str) -> None:
    assert project.statuses(project.run("switch", {"on": on})) == {"Which": "Succeeded", taken: "Succeeded"}


def test_until_goes_on_after_failures_and_ends_as_its_last_pass(project: Project) -> None:
    run = project.run("until")
    statuses = project.statuses(run)
    assert [name for name in statuses if name.endswith("/Add")] == [f"Repeat[{index}]/Add" for index in range(3)]
    assert statuses["Repeat"] == "Failed"


def test_filter_gives_counts_and_items(project: Project) -> None:
    activities = project.activities(project.run("filter"))
    assert activities["Even"].output == {"ItemsCount": 6, "FilteredItemsCount": 3, "Value": [0, 2, 4]}
    assert activities["Tell"].output["value"] == "[0,2,4]"


def test_invoked_pipeline_gets_arrays_as_text_and_returns_values(project: Project) -> None:
    assert project.activities(project.run("parent"))["Tell"].output["value"] == "[1,2]parent"


def test_invoked_run_says_who_invoked_it(project: Project) -> None:
    run = project.run("parent")
    child_id = project.activities(run)["Call"].output["pipelineRunId"]
    child = project.history.pipeline_run(str(child_id))
    assert child is not None
    assert (child.invoked_by.invoked_by_type, child.invoked_by.pipeline_run_id) == ("PipelineActivity", run.run_id)
    assert child.parameters == {"numbers": "[1,2]", "word": "w"}


def test_failure_of_an_invoked_pipeline_reaches_the_parent(project: Project) -> None:
    run = project.run("failing_parent")
    assert run.status == "Failed"
    assert "the child's reason" in run.message


def test_parent_that_does_not_wait_succeeds_at_once(project: Project) -> None:
    run = project.run("detached_parent")
    assert run.status == "Succeeded"
    child = project.runner.wait(str(project.activities(run)["Call"].output["pipelineRunId"]))
    assert child.status == "Failed"


def test_runs_over_the_concurrency_all_run_in_turn(project: Project) -> None:
    ids = [project.runner.start("sales", "one_at_a_time") for _ in range(3)]
    runs = [project.runner.wait(run_id) for run_id in ids]
    assert [run.status for run in runs] == ["Succeeded"] * 3
    spans = [project.history.activity_runs(run.run_id)[0] for run in runs]
    for earlier, later in itertools.pairwise(spans):
        assert earlier.activity_run_end is not None
        assert earlier.activity_run_end <= later.activity_run_start


def test_scratch_is_left_empty(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    project.run("sequential")
    scratch = Path(project.database.path).parent / "scratch"
    assert list(scratch.iterdir()) == []
