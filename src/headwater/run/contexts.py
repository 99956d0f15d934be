"""What an attempt's expressions see: built from the journal, so that it is the same again after a crash.

The clock stands still at the attempt's start, variables are those of its start, and random values come from its id.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from random import Random

import msgspec

from headwater.definition.activities.control import ForEachBody
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.run.entries import StoredAttempt, StoredRun
from headwater.run.ids import scopes
from headwater.run.journal import RunJournal
from headwater.run.live import LiveRun
from headwater.run.masking import json_from


def context_of(journal: RunJournal, live: LiveRun, attempt: StoredAttempt) -> Context:
    """Return the context of one attempt."""
    return Context(
        parameters=live.plan.parameters,
        variables=attempt.variables,
        activities=_activities(journal, live, attempt.iteration),
        pipeline=system_variables(live.stored),
        global_parameters=live.plan.workspace.global_parameters,
        item=attempt.item,
        in_loop=any(_is_for_each(live, part) for part in attempt.iteration.split("/")),
        clock=lambda: attempt.started_at,
        # Not for secrets: the same attempt must come to the same values when it is planned again.
        random=Random(attempt.activity_run_id),  # noqa: S311
    )


def system_variables(run: StoredRun) -> dict[str, Json]:
    """Return what `pipeline()` knows."""
    by = run.invoked_by
    return {
        "DataFactory": run.workspace,
        "Pipeline": run.pipeline,
        "RunId": run.run_id,
        "GroupId": run.run_id,
        "TriggerId": by.id,
        "TriggerName": by.name,
        "TriggerType": by.invoked_by_type,
        "TriggerTime": time_text(run.started_at),
        "TriggeredByPipelineName": by.pipeline_name,
        "TriggeredByPipelineRunId": by.pipeline_run_id,
    }


def time_text(moment: datetime.datetime) -> str:
    """Return a time as Synapse writes it, with seven digits."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"


def duration_text(duration: datetime.timedelta) -> str:
    """Return a duration as Synapse writes it, `hh:mm:ss.fffffff`."""
    seconds, micros = divmod(duration // datetime.timedelta(microseconds=1), 1_000_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{micros:06}0"


def _is_for_each(live: LiveRun, part: str) -> bool:
    step = live.steps.get(part.rpartition("[")[0])
    return step is not None and isinstance(step.activity.body, ForEachBody)


def _activities(journal: RunJournal, live: LiveRun, iteration: str) -> Mapping[str, Json]:
    # A later attempt of an activity takes the place of an earlier one, an inner pass that of what is around it.
    attempts = journal.attempts(live.run_id, scopes(iteration))
    return {attempt.activity: _activity(live, attempt) for attempt in attempts if attempt.has_ended}


def _activity(live: LiveRun, attempt: StoredAttempt) -> Json:
    ended_at = attempt.ended_at or attempt.started_at
    document: dict[str, Json] = {
        "ActivityName": attempt.activity,
        "ActivityRunId": attempt.activity_run_id,
        "ActivityType": attempt.activity_type,
        "Duration": duration_text(ended_at - attempt.started_at),
        "ExecutionEndTime": time_text(ended_at),
        "ExecutionStartTime": time_text(attempt.started_at),
        "PipelineName": live.stored.pipeline,
        "PipelineRunId": live.run_id,
        "RetryAttempt": attempt.attempt or None,
        "Status": attempt.status,
        "error": msgspec.to_builtins(attempt.error),
    }
    if attempt.activity_run_id in live.secure_outputs:
        return document | {"output": json_from(live.secure_outputs[attempt.activity_run_id])}
    step = live.steps.get(attempt.activity)
    is_secure = step is not None and step.activity.policy.secure_output and bool(attempt.output)
    if is_secure or live.masker.has_touched(attempt.output):
        # What was secure is nowhere written down: after a crash it is not there, rather than masked and taken for real.
        return document
    return document | {"output": json_from(attempt.output)}
