"""The preview of a data flow's stream: the definitions of a folder, the project's bindings, and the engine, joined."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from headwater.app.checking import load
from headwater.app.locate import project_at, workspaces_at
from headwater.app.values import from_engine
from headwater.connectors.protocol import AnyStore
from headwater.connectors.registry import connect
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.data_flow import DataFlow
from headwater.definition.reference import Reference
from headwater.definition.workspace import Workspace, key_of, suggest
from headwater.errors import DefinitionError, Fault, LanguageError, Place, SettingsError, raise_if_any
from headwater.language.expression.ast import Json, Value
from headwater.language.expression.context import Context
from headwater.plan.data_flow import plan_data_flow
from headwater.plan.flow_part import part_of
from headwater.plan.resolved import ResolvedDataset
from headwater.run.engines.preview import Preview, PreviewColumn, PreviewRequest, preview
from headwater.settings import Project


def preview_stream(
    folder: Path,
    flow: str,
    request: PreviewRequest,
    parameters: Mapping[str, str],
    dataset_parameters: Mapping[str, Mapping[str, Json]],
) -> Preview:
    """Return rows of a stream of a flow in the folder's workspace, through the project's bindings.

    `parameters` are data flow expressions, `dataset_parameters` arguments of the datasets by stream. Only what the
    stream is made of need be sound. Raises HeadwaterError.
    """
    project = project_at(folder)
    workspace, name = _workspace_of(project, folder, flow)
    definition = part_of(workspace.data_flows[name], request.stream)
    workspace = replace(workspace, data_flows={**workspace.data_flows, name: definition})
    raise_if_any(LanguageError, _not_given(definition, parameters))
    body = ExecuteDataFlowBody(
        Reference(name, MappingProxyType(dict(parameters))),
        {stream: {key: _value(one) for key, one in given.items()} for stream, given in dataset_parameters.items()},
    )
    context = Context(
        pipeline={"DataFactory": workspace.name, "Pipeline": "preview"}, global_parameters=workspace.global_parameters
    )
    plan = plan_data_flow(workspace, body, context)

    def store(dataset: ResolvedDataset) -> AnyStore:
        at = dataset.location.store
        return connect(at, dataset.connection, project.settings.bindings.get(at.linked_service), project.root)

    # Only what spills lands there; the project's folder has room where the system's may be small.
    home = project.data if project.data.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="preview-", dir=home) as scratch:
        return preview(plan, request, store, project.settings.engine, Path(scratch))


def _workspace_of(project: Project, folder: Path, flow: str) -> tuple[Workspace, str]:
    """Return the workspace that a folder means, or the one of several that has the flow, and the flow's own name."""
    names = workspaces_at(project, folder)
    loaded = [load(project, name) for name in names]
    having = [(one, key) for one in loaded if (key := key_of(one.data_flows, flow)) is not None]
    if len(having) == 1:
        return having[0]
    if having:
        among = ", ".join(workspace.name for workspace, _ in having)
        cure = "Give the workspace's folder: headwater preview FOLDER --dataflow NAME --stream NAME"
        message = f"Data flow '{flow}' is in several workspaces: {among}"
        raise SettingsError(Fault("SET-005", message, Place(), cure))
    known = {key: None for one in loaded for key in one.data_flows}
    where = f"workspace '{names[0]}'" if len(names) == 1 else f"any of {', '.join(names)}"
    raise DefinitionError(Fault("DEF-008", f"There is no data flow '{flow}' in {where}", Place(), suggest(known, flow)))


def _not_given(flow: DataFlow, given: Mapping[str, str]) -> list[Fault]:
    return [
        flow.source.fault(
            "LNG-075",
            f"Parameter '{declaration.name}' has no value and no default",
            declaration.span,
            f"Give it an expression: --param \"{declaration.name}='a text'\", or a default in the script.",
        )
        for declaration in (flow.script.parameters if flow.script else ())
        if declaration.default is None and key_of(given, declaration.name) is None
    ]


def _value(json: Json) -> Value:
    match json:
        case dict():
            return {name: _value(member) for name, member in json.items()}
        case list():
            return tuple(_value(item) for item in json)
        case _:
            return json


def to_json(shown: Preview) -> dict[str, object]:
    """Return a preview as JSON has it: `rows` as arrays in the order of `columns`, and what is said of each beside."""
    said: dict[str, object] = {
        "dataFlow": shown.flow,
        "stream": shown.stream,
        "transformation": shown.verb,
        "sample": shown.sample,
        "columns": [_column(column) for column in shown.columns],
        "rows": values(shown),
    }
    if shown.has_actions:
        said["actions"] = [row.action for row in shown.rows]
    if shown.has_assertions:
        said["failedAssertions"] = [dict(row.failed) for row in shown.rows]
    if shown.row_count is not None:
        said["rowCount"] = shown.row_count
    return said


def values(shown: Preview) -> list[list[object]]:
    """Return the rows' values as JSON has them: dates in ISO 8601, decimals exact, bytes in base 64."""
    return [
        [from_engine(value, column.type) for value, column in zip(row.values, shown.columns, strict=True)]
        for row in shown.rows
    ]


def _column(column: PreviewColumn) -> dict[str, object]:
    said: dict[str, object] = {"name": column.name, "type": str(column.type), "drifted": column.drifted}
    if column.statistics is not None:
        one = column.statistics
        said["statistics"] = {
            "nulls": one.nulls,
            "distinct": one.distinct,
            "min": from_engine(one.least, column.type),
            "max": from_engine(one.greatest, column.type),
        }
    return said
