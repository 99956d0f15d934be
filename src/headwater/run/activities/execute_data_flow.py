"""ExecuteDataFlow: plans a data flow, runs it on the embedded engine, and says what moved from where to where.

The output is the original's: `runStatus` with metrics for each sink and, in `profile`, its column lineage.
"""

from __future__ import annotations

from collections.abc import Mapping

from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.errors import Fault, RunError
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.data_flow import plan_data_flow
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Progress, SinkToken, SourceNote, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.engines.changes import Window
from headwater.run.engines.flow import Host, StagedFlow, finish, staged_flow
from headwater.run.engines.movements import expected_movements, flow_movements
from headwater.run.engines.output import flow_output
from headwater.run.engines.reading import source_options
from headwater.run.masking import json_from


class ExecuteDataFlowRunner:
    """Runs activities of type ExecuteDataFlow."""

    def plan(self, activity: Activity, workspace: Workspace, context: Context) -> FlowPlan:
        return plan_data_flow(workspace, typed_body(activity, ExecuteDataFlowBody), context)

    def input(self, plan: FlowPlan) -> Mapping[str, Json]:
        flow: dict[str, Json] = {
            "referenceName": plan.name,
            "type": "DataFlowReference",
            "parameters": dict(plan.parameters),
        }
        return {"dataflow": flow, **plan.settings}

    def sinks(self, plan: FlowPlan) -> Mapping[str, ResolvedDataset]:
        return plan.sinks

    def run(self, plan: FlowPlan, surroundings: Surroundings) -> ActivityResult:
        resumption = surroundings.resumption
        committed = resumption.committed if resumption else frozenset[str]()
        key = surroundings.ids.activity_run_id
        host = Host(
            connect=surroundings.connect,
            settings=surroundings.engine,
            scratch=surroundings.scratch,
            key=key,
            cancelled=surroundings.cancelled,
            progress=lambda rows: surroundings.progress(Progress(rows=rows)),
            opened=lambda graph, sources: surroundings.announce(expected_movements(graph, sources, plan.sinks, key)),
            windows=_windows(plan, surroundings),
            goes_on=plan.settings.get("continueOnError") is True,
        )
        earlier = resumption.result if resumption else ActivityResult()
        if resumption and (resumption.is_complete or committed >= set(plan.sinks)):
            return _finished(plan, host, earlier)
        with staged_flow(plan, host, committed) as staged:
            result = _result(staged, earlier, _checkpoint_key(plan))
            tokens = [SinkToken(sink.name, token) for sink in staged.sinks for token in sink.tokens]
            surroundings.checkpoint.prepared(tokens, result)
            staged.commit()
        return _finished(plan, host, result)


def _windows(plan: FlowPlan, surroundings: Surroundings) -> dict[str, Window]:
    """Return what is new of each source that reads only that; after a crash no more than what was read before it."""
    sources = [node.name for node in plan.graph.sources if source_options(node).changes is not None]
    if not sources:
        return {}
    since = surroundings.notes(_checkpoint_key(plan))
    resumption = surroundings.resumption
    until = {one.source: one.note for one in resumption.result.notes} if resumption else {}
    return {name: Window(since.get(name), _note(until.get(name))) for name in sources}


def _note(value: Mapping[str, object] | None) -> Mapping[str, Json] | None:
    return None if value is None else {name: json_from(member) for name, member in value.items()}


def _checkpoint_key(plan: FlowPlan) -> str:
    settings = plan.settings.get("continuationSettings")
    key = settings.get("customizedCheckpointKey") if isinstance(settings, dict) else None
    return key if isinstance(key, str) else ""


def _result(staged: StagedFlow, earlier: ActivityResult, key: str) -> ActivityResult:
    """Return the result of what is staged and of the sinks that an earlier process had committed."""
    again = {sink.name for sink in staged.sinks} | set(staged.sources)
    notes = {one.source: one for one in earlier.notes}
    notes |= {
        name: SourceNote(name, source.note, key) for name, source in staged.sources.items() if source.note is not None
    }
    complaints = [earlier.complaint, *(sink.complaint for sink in staged.sinks)]
    return ActivityResult(
        output=flow_output(staged, earlier.output),
        movements=flow_movements(staged, earlier.movements),
        tasks=(*(task for task in earlier.tasks if task.stream not in again), *staged.tasks),
        notes=tuple(notes.values()),
        complaint="; ".join(dict.fromkeys(complaint for complaint in complaints if complaint)),
    )


def _finished(plan: FlowPlan, host: Host, result: ActivityResult) -> ActivityResult:
    """Do what follows the commits, and return the result. Raises RunError if it has a complaint."""
    finish(plan, host, result.tasks)
    if result.complaint:
        cure = "Look at the rejected rows, or set reportSuccessOnError: true."
        raise RunError(Fault("RUN-050", result.complaint, cure=cure))
    return result
