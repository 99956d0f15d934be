"""ExecuteDataFlow: plans a data flow, runs it on the embedded engine, and says what moved from where to where.

The output is the original's: `runStatus` with metrics for each sink and, in `profile`, its column lineage.
"""

from __future__ import annotations

from collections.abc import Mapping

from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.pipeline import Activity
from headwater.definition.workspace import Workspace
from headwater.language.expression.ast import Json
from headwater.language.expression.context import Context
from headwater.plan.data_flow import plan_data_flow
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.activities.protocol import ActivityResult, Progress, SinkToken, Surroundings
from headwater.run.activities.typed import typed_body
from headwater.run.engines.flow import Host, finish_sinks, staged_flow
from headwater.run.engines.movements import expected_movements, flow_movements
from headwater.run.engines.output import flow_output


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
        )
        finish_sinks(plan, host, committed)
        if resumption and (resumption.is_complete or committed >= set(plan.sinks)):
            return resumption.result
        with staged_flow(plan, host, committed) as staged:
            earlier = resumption.result if resumption else None
            result = ActivityResult(
                output=flow_output(staged, earlier.output if earlier else {}),
                movements=flow_movements(staged, earlier.movements if earlier else ()),
            )
            tokens = [SinkToken(sink.name, sink.token) for sink in staged.sinks]
            surroundings.checkpoint.prepared(tokens, result)
            staged.commit()
        return result
