"""From an ended activity to its lineage fact: pure, one operation per movement, never inputs times outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from headwater.data.edges import ColumnEdge, Subtype
from headwater.errors import Fault, LineageError
from headwater.lineage import support
from headwater.lineage.facts import Asset, AssetEdge, FactKey, LineageFact, Operation, Policy, WorkspaceIdentity
from headwater.lineage.sources import Source, SourceColumn, sink_of, source_of
from headwater.run.events import ActivityEnded, Movement

_STRENGTH: dict[Subtype, int] = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}


UNBOUND: Mapping[str, str] = MappingProxyType({})


def derive(
    event: ActivityEnded, identity: WorkspaceIdentity, policy: Policy, bindings: Mapping[str, str] = UNBOUND
) -> LineageFact | None:
    """Return the fact, or None for an activity that has no lineage. Raises LineageError if the event is at fault.

    `bindings` tells the kind of stand-in (`folder`, `duckdb`) of each linked service that did not run on its store.
    """
    if event.activity_type not in support.STORES:
        return None
    operations: list[Operation] = []
    left_out: list[str] = []
    for movement in event.movements:
        reasons = support.unfollowed(event.activity_type, movement) if policy == "drop" else ()
        if reasons:
            left_out += reasons
        else:
            operations.append(_operation(event, movement, bindings))
    return LineageFact(
        key=FactKey(event.workspace, event.pipeline_run_id, event.activity_run_id, event.iteration, event.attempt),
        identity=identity,
        pipeline=event.pipeline,
        activity=event.activity,
        activity_type=event.activity_type,
        status=event.status,
        started_at=event.started_at,
        ended_at=event.ended_at,
        error=event.error,
        folder=event.folder,
        operations=tuple(operations),
        left_out=tuple(dict.fromkeys(left_out)),
    )


def _operation(event: ActivityEnded, movement: Movement, bindings: Mapping[str, str]) -> Operation:
    sources = [source_of(read) for read in movement.inputs]
    sink = sink_of(movement.sink)
    inputs = tuple({asset.id: asset for source in sources for asset in source.assets}.values())
    edges = dict.fromkeys([*_edges(movement, sources), *_query_effects(sources)])
    return Operation(
        sink=sink,
        inputs=inputs,
        edges=tuple(edges),
        steps=movement.steps,
        rows=movement.sink.rows,
        bytes=movement.sink.bytes,
        written=event.status == "Succeeded",
        bindings=_bound((*inputs, sink), bindings),
        features=movement.features,
        notes=_notes(event.activity_type, sources, (*inputs, sink)),
    )


def _bound(assets: Sequence[Asset], bindings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    touched = sorted({asset.store.linked_service for asset in assets})
    return tuple((name, bindings[name]) for name in touched if name in bindings)


def _edges(movement: Movement, sources: Sequence[Source]) -> Iterator[AssetEdge]:
    for edge in movement.edges:
        named = [source for source in sources if source.read.name == edge.input]
        if not named:
            raise LineageError(
                Fault("LIN-006", f'The sink "{movement.sink.name}" has an edge from "{edge.input}", which was not read')
            )
        for source in named:
            # Files of one stream may differ; one that is known to lack the column feeds nothing.
            if len(named) > 1 and len(source.read.schema) and source.read.schema.find(edge.column) is None:
                continue
            for origin in source.origins(edge.column):
                yield _composed(edge, origin)


def _composed(edge: ColumnEdge, origin: SourceColumn) -> AssetEdge:
    """Join the way inside a source's query and the way from the source to the sink; the stronger one is shown."""
    if edge.kind == "INDIRECT" or (origin.kind == "DIRECT" and _STRENGTH[edge.subtype] >= _STRENGTH[origin.subtype]):
        kind, subtype, expression = edge.kind, edge.subtype, edge.expression or origin.expression
    else:
        kind, subtype, expression = origin.kind, origin.subtype, origin.expression
    return AssetEdge(
        source=origin.asset.qualified_name,
        source_column=origin.column,
        sink_column=edge.sink_column,
        kind=kind,
        subtype=subtype,
        expression=expression,
        steps=(*origin.steps, *edge.steps),
    )


def _query_effects(sources: Sequence[Source]) -> Iterator[AssetEdge]:
    for effect in (effect for source in sources for effect in source.effects):
        yield AssetEdge(
            source=effect.asset.qualified_name,
            source_column=effect.column,
            sink_column="*",
            kind=effect.kind,
            subtype=effect.subtype,
            expression=effect.expression,
            steps=effect.steps,
        )


def _notes(activity_type: str, sources: Sequence[Source], assets: Sequence[Asset]) -> tuple[str, ...]:
    notes = [note for source in sources for note in source.notes]
    for asset in (asset for asset in assets if asset.location is not None):
        reason = asset.unsupported or support.unsupported_store(asset.store.kind, activity_type)
        if reason:
            notes.append(reason)
    return tuple(dict.fromkeys(notes))
