"""What a data flow asks of its sources and sinks that their stores cannot do, or that no run does, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from headwater.connectors.registry import KINDS
from headwater.data.locations import FileLocation, TableLocation
from headwater.errors import Fault
from headwater.plan.resolved import ResolvedDataset
from headwater.transformations.graph import Graph, Node
from headwater.transformations.options import SinkOptions, SourceOptions


def flow_faults(
    graph: Graph, sources: Mapping[str, ResolvedDataset], sinks: Mapping[str, ResolvedDataset]
) -> Iterator[Fault]:
    """Yield what keeps a flow from being run against these datasets."""
    for node in graph.nodes:
        yield from not_run(node)
    for node in graph.sources:
        yield from _source_faults(node, sources[node.name])
    for node in graph.sinks:
        yield from _sink_faults(node, sinks[node.name])
        yield from _rejects_faults(node, sinks[node.name])
    yield from _shared_tables(graph, sinks)


def not_run(node: Node) -> Iterator[Fault]:
    """Yield what a stream is or sets that no run does, whatever its dataset."""
    if node.verb == "call":
        message = f'External call "{node.name}" asks a service for every row, which no run does'
        yield Fault("PLN-042", message, cure="Ask the service in an activity before, and read its answers.")
    options = node.options
    if isinstance(options, SourceOptions | SinkOptions):
        store = options.inline.get("store") or options.inline.get("format")
        where = f' of store "{store}"' if store else ""
        for name in options.not_run:
            message = f'{node.verb.capitalize()} "{node.name}" sets {name}{where}, which is not supported'
            yield Fault("PLN-042", message, cure=f"Remove {name}, and do its work in an activity of its own.")


def _source_faults(node: Node, dataset: ResolvedDataset) -> Iterator[Fault]:
    options = node.options
    if not isinstance(options, SourceOptions):
        return
    watermark = options.changes.watermark if options.changes else None
    if isinstance(dataset.location, FileLocation):
        yield from _misfits(node, dataset, {"waterMarkColumn": watermark}, "files", "read a table")
        return
    files = options.files
    asked = {
        "fileList": files.is_list,
        "modifiedAfter": files.modified_after,
        "modifiedBefore": files.modified_before,
        "moveFiles": files.moved,
        "partitionRootPath": files.partition_root,
        "purgeFiles": files.purged,
        "rowUrlColumn": options.row_url_column,
        "wildcardPaths": options.wildcard_paths,
    }
    yield from _misfits(node, dataset, asked, "a table", "read files")
    if options.changes is not None and watermark is None:
        message = f'Source "{node.name}" reads only what is new of a table, and names no column that tells'
        yield Fault("PLN-042", message, cure="Set waterMarkColumn to a column whose values only grow.")


def _sink_faults(node: Node, dataset: ResolvedDataset) -> Iterator[Fault]:
    options = node.options
    if not isinstance(options, SinkOptions):
        return
    if isinstance(dataset.location, FileLocation):
        asked = {
            "recreate": options.recreate,
            "preSQLs": options.pre_sqls,
            "postSQLs": options.post_sqls,
            "errorHandlingOption": options.tolerance,
            "actions of rows": options.action,
            f"partitionBy('{options.spread.unknown}')": options.spread.unknown,
        }
        yield from _misfits(node, dataset, asked, "files", "write to a table")
        return
    asked = {
        "filePattern": options.file_pattern,
        "partitionFileNames": options.file_names,
        "postCommands": options.post_commands,
        "preCommands": options.pre_commands,
        "rowFolderUrlColumn": options.spread.folder,
        "rowUrlColumn": options.spread.file,
    }
    yield from _misfits(node, dataset, asked, "a table", "write files")


def _misfits(
    node: Node, dataset: ResolvedDataset, asked: Mapping[str, object], held: str, other: str
) -> Iterator[Fault]:
    for name in (name for name, value in asked.items() if value):
        message = f'{node.verb.capitalize()} "{node.name}" sets {name}, but dataset "{dataset.name}" is {held}'
        yield Fault("PLN-042", message, cure=f"Remove {name}, or {other}.")


def _rejects_faults(node: Node, dataset: ResolvedDataset) -> Iterator[Fault]:
    options = node.options
    if not isinstance(options, SinkOptions) or not keeps_rejects(options):
        return
    if dataset.rejects is None:
        message = f'Sink "{node.name}" sets rows apart, and names no linked service for them'
        yield Fault("PLN-042", message, cure="Set its rejectedDataLinkedService.")
        return
    store = dataset.rejects.location.store
    kind = KINDS.get(store.kind)
    if kind is not None and kind.shape != "files":
        message = f'Sink "{node.name}" sets rows apart, but "{store.linked_service}" does not hold files'
        yield Fault("PLN-042", message, cure="Name a store of files in rejectedDataLinkedService.")


def keeps_rejects(options: SinkOptions) -> bool:
    """Return whether a sink writes rows that failed into a file of their own."""
    return options.failures is not None or (options.tolerance is not None and options.tolerance.target is not None)


def _shared_tables(graph: Graph, sinks: Mapping[str, ResolvedDataset]) -> Iterator[Fault]:
    """Yield a fault for a table of two sinks of which one tries its rows: the other's are not visible to its trials."""
    first: dict[TableLocation, Node] = {}
    for node in graph.sinks:
        location = sinks[node.name].location
        if not isinstance(location, TableLocation):
            continue
        other = first.setdefault(location, node)
        tolerant = [n for n in (other, node) if isinstance(n.options, SinkOptions) and n.options.tolerance is not None]
        if other is not node and tolerant:
            message = f'Sinks "{other.name}" and "{node.name}" write the same table, and one goes on after errors'
            yield Fault("PLN-042", message, cure="Set errorHandlingOption: 'stopOnFirstError', or union their rows.")
