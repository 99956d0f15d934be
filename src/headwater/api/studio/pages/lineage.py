"""The lineage tab: which boxes and arrows stand on the canvas for one state of the page.

The state is in the request: the asset in focus, how many levels, what was expanded, which data flows are unfolded and
which columns are chosen. So a link shows what its sender saw, and the browser never gets more than it draws.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from headwater.access.account import Account
from headwater.api.studio import links as column_links
from headwater.api.studio.boxes import Boxes
from headwater.api.studio.shapes.lineage import ColumnLink, LineageEdge, LineageView
from headwater.api.studio.viewer import Viewer
from headwater.catalog.lineage import Degree
from headwater.catalog.lineage.columns import ColumnEdge
from headwater.catalog.model import Direction, EntityHeader, LineageInfo
from headwater.errors import Fault, Invalid

Arrow = tuple[str, str]
Owners = dict[str, tuple[str, ...]]
WIDTH = 12
"""Neighbours of a node that are drawn before the rest waits behind a bubble."""
_WAYS: dict[str, Direction] = {"upstream": "INPUT", "downstream": "OUTPUT"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a state of the page asks for."""

    guid: str
    depth: int
    chosen: tuple[column_links.Row, ...] = ()
    unfolded: frozenset[str] = frozenset()
    expanded: tuple[tuple[str, Direction], ...] = ()
    indirect: bool = True
    as_of: datetime.datetime | None = None
    """When: the edges that held then; None: now."""

    @classmethod
    def parse(
        cls,
        guid: str,
        depth: int,
        column: Sequence[str],
        unfold: Sequence[str],
        expand: Sequence[str],
        *,
        indirect: bool = True,
        as_of: datetime.datetime | None = None,
    ) -> Wanted:
        """Read the query parameters. Raises Invalid for one that is not `<node>~<value>`."""
        chosen = tuple(_pair(value, "column") for value in column)
        expanded = []
        for value in expand:
            node, way = _pair(value, "expand")
            if way not in _WAYS:
                raise Invalid(Fault("CAT-026", f'"{way}" is no direction', cure="Say `upstream` or `downstream`."))
            expanded.append((node, _WAYS[way]))
        return cls(guid, depth, chosen, frozenset(unfold), tuple(expanded), indirect, as_of)


class LineagePages:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._catalog = account.catalog

    def view(self, viewer: Viewer, wanted: Wanted) -> LineageView:
        """Return the boxes, arrows and links of this state. Raises NotFound for an unknown focus."""
        arrows, owners = self._walk(wanted, viewer.readable)
        guids = tuple(dict.fromkeys(end for arrow in arrows for end in arrow)) or (wanted.guid,)
        boxes = Boxes(self._catalog, viewer.readable, guids, owners, self._stale(guids, wanted.as_of))
        operations = self._operations(boxes, guids, arrows, wanted.as_of)
        unfolded = sorted(guid for guid in wanted.unfolded if guid in operations and operations[guid].steps)
        links = _links(operations, unfolded, wanted, self._drawn(boxes, arrows, wanted.as_of))
        rows = _rows_by_node(links, wanted.chosen)
        into, out = Counter(sink for _, sink in arrows), Counter(source for source, _ in arrows)
        sinks = {guid: operation.sinks for guid, operation in operations.items()}
        nodes = [
            boxes.node(guid, rows.get(guid, {}), Degree(into[guid], out[guid]), sinks.get(guid, ())) for guid in guids
        ]
        inside = [node for guid in unfolded for node in boxes.steps(operations[guid], rows)]
        edges = [_arrow(boxes, source, sink) for source, sink in arrows]
        for guid in unfolded:
            edges = _unfold_arrows(edges, operations[guid])
        return LineageView(
            focus=wanted.guid if wanted.guid in guids else next(guid for guid in guids if boxes.is_process(guid)),
            depth=wanted.depth,
            nodes=(*nodes, *inside),
            edges=tuple(edges),
            links=links,
        )

    def _stale(self, guids: Iterable[str], as_of: datetime.datetime | None) -> tuple[str, ...]:
        """Return what the last runs passed over; of an earlier time nothing is said."""
        if as_of is not None:
            return ()
        found = self._catalog.lifecycle.stale_of(guids, keeping=self._account.keeping)
        return tuple(process.guid for process in found)

    def _walk(self, wanted: Wanted, readable: Collection[str]) -> tuple[tuple[Arrow, ...], Owners]:
        """Return the arrows around the focus, of expansions too, without doubles; and what holds the processes."""
        lineage = self._catalog.lineage
        first = lineage.walk(
            wanted.guid, direction="BOTH", depth=wanted.depth, width=WIDTH, include_parent=True, as_of=wanted.as_of
        )
        found, owners = _arrows(first), _owners(first, readable)
        for guid, way in wanted.expanded:
            if any(guid in arrow for arrow in found):
                more = lineage.walk(guid, direction=way, depth=1, width=-1, include_parent=True, as_of=wanted.as_of)
                found |= _arrows(more)
                owners |= _owners(more, readable)
        return tuple(found), owners

    def _drawn(self, boxes: Boxes, arrows: Sequence[Arrow], as_of: datetime.datetime | None) -> tuple[ColumnLink, ...]:
        """Return the links along the arrows that lead from a dataset to a dataset: somebody drew them."""
        direct = {arrow for arrow in arrows if not any(boxes.is_process(end) for end in arrow)}
        edges = self._catalog.columns.within({sink for _, sink in direct}, as_of=as_of) if direct else ()
        return tuple(
            column_links.link(
                (edge.source, edge.source_column),
                (edge.sink, edge.sink_column),
                edge.kind,
                edge.subtype,
                edge.expression,
            )
            for edge in edges
            if (edge.source, edge.sink) in direct
        )

    def _operations(
        self, boxes: Boxes, guids: Sequence[str], arrows: Sequence[Arrow], as_of: datetime.datetime | None
    ) -> dict[str, column_links.Operation]:
        processes = [guid for guid in guids if boxes.is_process(guid)]
        inputs: dict[str, list[str]] = defaultdict(list)
        sinks: dict[str, list[str]] = defaultdict(list)
        for source, sink in arrows:
            inputs[sink].append(source)
            sinks[source].append(sink)
        edges: dict[str, list[ColumnEdge]] = defaultdict(list)
        for edge in self._catalog.columns.within(processes, as_of=as_of):
            edges[edge.operation].append(edge)
        return {
            guid: column_links.Operation(
                guid=guid,
                inputs=tuple(inputs[guid]),
                sinks=tuple(sinks[guid]),
                edges=tuple(edges[guid]),
                steps=boxes.flow_steps(guid),
            )
            for guid in processes
        }


def _arrows(info: LineageInfo) -> dict[Arrow, None]:
    return {(relation.from_entity_id, relation.to_entity_id): None for relation in info.relations}


def _owners(info: LineageInfo, readable: Collection[str]) -> Owners:
    """Return process → the names of what holds it, outermost first, but for what may not be read."""
    above = {relation.child_entity_id: relation.parent_entity_id for relation in info.parent_relations}
    found: Owners = {}
    for guid in above:
        chain: list[EntityHeader] = []
        holder = above.get(guid)
        while holder is not None and holder in info.guid_entity_map and len(chain) < len(above):
            chain.insert(0, info.guid_entity_map[holder])
            holder = above.get(holder)
        found[guid] = tuple(one.display_text for one in chain if one.collection_id in readable)
    return found


def _links(
    operations: Mapping[str, column_links.Operation],
    unfolded: Sequence[str],
    wanted: Wanted,
    drawn: Sequence[ColumnLink],
) -> tuple[ColumnLink, ...]:
    if not wanted.chosen:
        return ()
    found = list(drawn)
    for guid, operation in operations.items():
        found += column_links.unfolded_links(operation) if guid in unfolded else column_links.folded_links(operation)
    shown = found if wanted.indirect else [link for link in found if link.kind == "DIRECT"]
    return column_links.through(shown, wanted.chosen)


def _pair(value: str, parameter: str) -> tuple[str, str]:
    node, tilde, rest = value.partition("~")
    if not (node and tilde and rest):
        cure = f"Write `{parameter}=<node id>~<value>`."
        raise Invalid(Fault("CAT-026", f'The parameter "{parameter}" cannot be "{value}"', cure=cure))
    return node, rest


def _rows_by_node(links: Iterable[ColumnLink], chosen: Iterable[column_links.Row]) -> dict[str, dict[str, str]]:
    """Return node → column → the expression that makes it there."""
    rows: dict[str, dict[str, str]] = {}
    for node, column in chosen:
        rows.setdefault(node, {}).setdefault(column, "")
    for entry in links:
        rows.setdefault(entry.source.node, {}).setdefault(entry.source.column, "")
        target = rows.setdefault(entry.target.node, {})
        target[entry.target.column] = target.get(entry.target.column) or entry.expression
    return rows


def _arrow(boxes: Boxes, source: str, sink: str) -> LineageEdge:
    process = boxes.process_facts(sink if boxes.is_process(sink) else source)
    return LineageEdge(
        source=source,
        target=sink,
        rows=process.rows,
        last_run_at=process.last_run_at,
        written=process.written,
        stale=process.stale,
    )


def _unfold_arrows(arrows: Sequence[LineageEdge], operation: column_links.Operation) -> list[LineageEdge]:
    """Lead the arrows of an operation to the steps inside it, and add those between the steps."""
    inside = column_links.relevant_steps(operation)
    entries = column_links.entries(operation)
    exits = [step.name for step in inside if step.kind == "sink"]
    result: list[LineageEdge] = []
    for arrow in arrows:
        if arrow.target == operation.guid:
            targets = [column_links.step_id(operation.guid, name) for name in entries.get(arrow.source, ())]
            result += [_moved(arrow, arrow.source, target) for target in targets] or [arrow]
        elif arrow.source == operation.guid:
            sources = [column_links.step_id(operation.guid, name) for name in exits]
            result += [_moved(arrow, source, arrow.target) for source in sources] or [arrow]
        else:
            result.append(arrow)
    names = {step.name for step in inside}
    for step in inside:
        target = column_links.step_id(operation.guid, step.name)
        result += [
            LineageEdge(source=column_links.step_id(operation.guid, stream), target=target)
            for stream in step.inputs
            if stream in names
        ]
    return result


def _moved(arrow: LineageEdge, source: str, target: str) -> LineageEdge:
    return msgspec.structs.replace(arrow, source=source, target=target)
