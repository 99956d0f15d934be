"""The activity output of a data flow, in the original's shape: `runStatus` with metrics and column lineage.

    metrics.<sink>    rows and format; sources with rowsRead; one stage with the streams whose rows are known
    profile.<sink>    the origins of each column, and how many are new, updated, drifted, dropped
    output.<cache>    the rows of a cache sink, where it is part of the output

A sink that sets rows apart counts them beside `rowsWritten`: `assertFailedRows`, `rejectedRows`. Keys that tell of a
cluster (its id, its Spark version) or of times after the output is written are left out, since there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from headwater.data.edges import ColumnEdge
from headwater.data.locations import FileLocation
from headwater.errors import HeadwaterError
from headwater.run.engines.flow import StagedFlow
from headwater.run.engines.staged_sink import StagedFiles, StagedSink
from headwater.transformations.graph import Graph, Node
from headwater.transformations.trace import ROWS, trace

Object = dict[str, object]


def flow_output(staged: StagedFlow, earlier: Mapping[str, object] | None = None) -> Object:
    """Return the output; of a flow that was begun before, `earlier` has the metrics of committed sinks."""
    before = _object(_object(earlier or {}).get("runStatus"))
    metrics = _object(before.get("metrics")) | {sink.name: _metrics(staged, sink) for sink in staged.sinks}
    metrics |= {name: _failed(error) for name, error in staged.failed.items()}
    profile = _object(before.get("profile")) | {sink.name: _profile(staged.graph, sink) for sink in staged.sinks}
    status: Object = {"profile": profile, "metrics": metrics, "dsl": _dsl(staged.graph)}
    rows = _object(before.get("output")) | {name: {"value": values} for name, values in staged.outputs.items()}
    if rows:
        status["output"] = rows
    return {"runStatus": status}


def _metrics(staged: StagedFlow, sink: StagedSink) -> Object:
    upstream = staged.graph.upstream(sink.name)
    milliseconds = staged.durations_ms.get(sink.name, 0)
    sources = {
        node.name: {"rowsRead": staged.source_rows[node.name]} for node in upstream if node.name in staged.source_rows
    }
    streams = {node.name: _stream(staged, node, sink) for node in upstream if node.name in staged.rows}
    stage: Object = {
        "stage": 0,
        "recordsRead": sum(staged.source_rows[name] for name in sources),
        "recordsWritten": sink.rows,
        "bytesRead": sum(staged.sources[name].bytes or 0 for name in sources),
        "bytesWritten": sink.bytes or 0,
        "time": milliseconds,
        "target": sink.name,
        "partitionStatus": "Success",
        "partitionTimes": [milliseconds],
        "progressState": "Completed",
        "streams": streams,
    }
    return {
        "format": _format(sink),
        "store": sink.dataset.location.store.kind,
        "rowsWritten": sink.rows,
        **sink.set_apart,
        "sinkProcessingTime": milliseconds,
        "progressState": "Completed",
        "sources": sources,
        "stages": [stage],
    }


def _stream(staged: StagedFlow, node: Node, sink: StagedSink) -> Object:
    """Return what is told of a stream; the files of a sink are its partitions, all else is one."""
    count = staged.rows[node.name]
    files = sink.staged.files if isinstance(sink.staged, StagedFiles) and node.name == sink.name else ()
    counts = [file.rows for file in files] or [count]
    return {
        "type": node.verb,
        "count": count,
        "cached": node.is_cache,
        "totalPartitions": len(counts),
        "partitionCounts": counts,
        "partitionStatus": "Success",
    }


def _failed(error: HeadwaterError) -> Object:
    """Return what is told of a sink that was left out because it failed."""
    fault = error.faults[0]
    return {"rowsWritten": 0, "progressState": "Failed", "errorCode": fault.code, "message": fault.message}


def _format(sink: StagedSink) -> str:
    if isinstance(sink.location, FileLocation) and sink.dataset.format is not None:
        return sink.dataset.format.name.lower()
    return "table"


def _profile(graph: Graph, sink: StagedSink) -> Object:
    edges = trace(graph, sink.name)
    columns = graph.by_name[sink.name].output.columns
    direct = {
        c.column.name: [e for e in edges if e.sink_column == c.column.name and e.kind == "DIRECT"] for c in columns
    }
    read = {
        (node.name, c.column.name)
        for node in graph.upstream(sink.name)
        if node.verb == "source"
        for c in node.output.columns
    }
    landed = {(edge.input, edge.column) for edge in edges if edge.kind == "DIRECT"}
    mapped = {name: bool(ways) and all(e.subtype == "IDENTITY" for e in ways) for name, ways in direct.items()}
    names = {name for _, name in read}
    return {
        "computed": _by_source(edge for edge in edges if edge.sink_column == ROWS),
        "lineage": {
            name: {"mapped": mapped[name], "from": _by_source(e for e in edges if e.sink_column == name)}
            for name in direct
        },
        "dropped": len(read - landed),
        "drifted": sum(column.column.drifted for column in columns),
        "newer": sum(not mapped[name] and name not in names for name in direct),
        "total": len(columns),
        "updated": sum(not mapped[name] and name in names for name in direct),
    }


def _by_source(edges: Iterable[ColumnEdge]) -> list[Object]:
    columns: dict[str, dict[str, None]] = {}
    for edge in edges:
        columns.setdefault(edge.input, {})[edge.column] = None
    return [{"source": source, "columns": list(names)} for source, names in columns.items()]


def _dsl(graph: Graph) -> str:
    lines = []
    for node in graph.nodes:
        inputs = ", ".join(node.inputs)
        lines.append(f"{inputs} {node.verb}() ~> {node.name}".strip())
    return "\n".join(lines)


def _object(value: object) -> Object:
    return dict(value) if isinstance(value, Mapping) else {}
