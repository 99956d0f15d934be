"""What a staged flow moved, for lineage: one movement a sink, with the sources that fed it and its column edges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from headwater.connectors.formats.protocol import Format
from headwater.data.locations import FileLocation, Location
from headwater.data.schema import Schema
from headwater.plan.resolved import ResolvedDataset
from headwater.run.engines.flow import StagedFlow
from headwater.run.engines.reading import OpenSource
from headwater.run.engines.staged_sink import StagedSink
from headwater.run.engines.writing import sink_location
from headwater.run.events import AssetRead, AssetWritten, Movement
from headwater.transformations.graph import Graph, Node
from headwater.transformations.trace import flow_steps, trace

PART = "part-"
"""How files are named that are pieces of their folder; the folder is then what was read or written."""


def flow_movements(staged: StagedFlow, earlier: Sequence[Movement] = ()) -> tuple[Movement, ...]:
    """Return a movement for each sink; of a flow that was begun before, `earlier` has those of committed sinks."""
    ours = {sink.name for sink in staged.sinks}
    kept = tuple(movement for movement in earlier if movement.sink.name not in ours)
    flow = _Flow(staged.graph, staged.sources, staged.source_rows, staged.rows)
    return (*kept, *(_movement(flow, asset) for sink in staged.sinks for asset in _written(sink)))


def expected_movements(
    graph: Graph, sources: Mapping[str, OpenSource], sinks: Mapping[str, ResolvedDataset], key: str
) -> tuple[Movement, ...]:
    """Return what will move, before it does; without counts."""
    flow = _Flow(graph, sources, {}, {})
    nodes = (node for node in graph.sinks if {n.name for n in graph.upstream(node.name)} & set(sources))
    expected = (_expected(node, sinks[node.name], key) for node in nodes)
    return tuple(_movement(flow, asset) for asset in expected if asset is not None)


@dataclass(frozen=True, slots=True)
class _Flow:
    graph: Graph
    sources: Mapping[str, OpenSource]
    source_rows: Mapping[str, int]
    rows: Mapping[str, int]


def _movement(flow: _Flow, sink: AssetWritten) -> Movement:
    upstream = {node.name for node in flow.graph.upstream(sink.name)}
    sources = [source for name, source in flow.sources.items() if name in upstream]
    return Movement(
        inputs=tuple(read for source in sources for read in _reads(source, flow.source_rows.get(source.name))),
        sink=sink,
        edges=trace(flow.graph, sink.name),
        steps=flow_steps(flow.graph, sink.name, flow.rows),
    )


def _written(sink: StagedSink) -> Iterator[AssetWritten]:
    """Yield the assets of a sink: its table, its file, the folder of its parts, or each of several files."""
    asset = AssetWritten(
        name=sink.name,
        dataset=sink.dataset.name,
        location=_whole(sink.location),
        schema=sink.schema,
        rows=sink.rows,
        bytes=sink.bytes,
        format=_format(sink.dataset.format),
    )
    if not sink.places:
        yield asset
    for place, rows in sink.places.items():
        yield msgspec.structs.replace(asset, location=place, rows=rows, bytes=None)


def _expected(node: Node, dataset: ResolvedDataset, key: str) -> AssetWritten | None:
    """Return what a sink will write; None where only its rows tell."""
    location = sink_location(node, dataset, key)
    if location is None:
        return None
    return AssetWritten(
        name=node.name,
        dataset=dataset.name,
        location=_whole(location),
        schema=node.schema,
        format=_format(dataset.format),
    )


def _reads(source: OpenSource, rows: int | None) -> Iterator[AssetRead]:
    """Yield the assets of a source: each of its files, or the folder whose parts they are; else its table."""
    dataset = source.dataset
    read = AssetRead(
        name=source.name,
        dataset=dataset.name,
        location=dataset.location,
        schema=source.schema,
        rows=rows,
        bytes=source.bytes,
        format=_format(dataset.format),
        referenced=source.referenced,
        view=source.is_view,
    )
    places = _places(source)
    for location, (schema, size) in places.items():
        yield msgspec.structs.replace(
            read, location=location, schema=schema, bytes=size, rows=rows if len(places) == 1 else None
        )
    if not places:
        yield read


def _places(source: OpenSource) -> dict[Location, tuple[Schema, int]]:
    """Return the columns and size of each file, or of each folder of parts."""
    location = source.dataset.location
    places: dict[Location, tuple[Schema, int]] = {}
    if not isinstance(location, FileLocation):
        return places
    for part in source.parts:
        for file in part.files:
            folder, _, name = file.path.rpartition("/")
            place = _whole(msgspec.structs.replace(location, folder=folder, file=name))
            schema, size = places.get(place, (part.schema, 0))
            places[place] = (schema, size + file.size)
    return places


def _whole(location: Location) -> Location:
    if isinstance(location, FileLocation) and (location.file or "").startswith(PART):
        return msgspec.structs.replace(location, file=None)
    return location


def _format(format_: Format | None) -> str | None:
    return None if format_ is None else format_.name
