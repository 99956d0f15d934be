"""The lineage tab: which boxes and arrows stand on the canvas for one state of the page.

The state is in the request: the asset in focus, how many levels, what was expanded, which data flows are unfolded and
which columns are chosen. So a link shows what its sender saw, and the browser never gets more than it draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from headwater.api.studio import links as column_links
from headwater.api.studio.boxes import Boxes
from headwater.api.studio.labels import label
from headwater.api.studio.operations import edges, steps
from headwater.api.studio.shapes.lineage import ColumnLink, LineageEdge, LineageView
from headwater.api.studio.viewer import Viewer
from headwater.catalog.catalog import Catalog
from headwater.catalog.model import Direction, EntityHeader, LineageInfo
from headwater.errors import Fault, Invalid

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

    @classmethod
    def parse(
        cls, guid: str, depth: int, column: Sequence[str], unfold: Sequence[str], expand: Sequence[str]
    ) -> Wanted:
        """Read the query parameters. Raises Invalid for one that is not `<node>~<value>`."""
        chosen = tuple(_pair(value, "column") for value in column)
        expanded = []
        for value in expand:
            node, way = _pair(value, "expand")
            if way not in _WAYS:
                raise Invalid(Fault("CAT-026", f'"{way}" is no direction', cure="Say `upstream` or `downstream`."))
            expanded.append((node, _WAYS[way]))
        return cls(guid, depth, chosen, frozenset(unfold), tuple(expanded))


@dataclass(slots=True)
class Walked:
    """What the walks have found: headers by guid, arrows without doubles, and neighbours in all."""

    headers: dict[str, EntityHeader] = field(default_factory=dict)
    arrows: dict[tuple[str, str], None] = field(default_factory=dict)
    widths: dict[str, dict[str, int]] = field(default_factory=lambda: {"INPUT": {}, "OUTPUT": {}})

    def add(self, info: LineageInfo, arrow_ends: frozenset[str]) -> None:
        """Take in an answer of the catalog; containers of processes are no boxes."""
        self.headers.update(
            {
                guid: header
                for guid, header in info.guid_entity_map.items()
                if guid in arrow_ends or guid in self.headers
            }
        )
        for relation in info.relations:
            self.arrows[relation.from_entity_id, relation.to_entity_id] = None
        for way, counts in info.width_counts.items():
            for guid, count in (counts or {}).items():
                known = self.widths.setdefault(way, {})
                known[guid] = max(count, known.get(guid, 0))


class LineagePages:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def view(self, viewer: Viewer, wanted: Wanted) -> LineageView:
        """Return the boxes, arrows and links of this state. Raises NotFound for an unknown focus."""
        walked = self._walk(wanted)
        boxes = Boxes(self._catalog, viewer.readable, walked.headers)
        operations = {guid: self._operation(guid, walked) for guid in walked.headers if boxes.is_process(guid)}
        unfolded = {guid for guid in wanted.unfolded if guid in operations and operations[guid].steps}
        links = self._links(operations, unfolded, wanted.chosen)
        rows = _rows_by_node(links, wanted.chosen)
        nodes = [
            boxes.node(
                guid,
                rows.get(guid, {}),
                self._more(guid, walked),
                len(operations[guid].steps) if guid in operations else 0,
            )
            for guid in walked.headers
        ]
        steps_ = [node for guid in sorted(unfolded) for node in boxes.steps(operations[guid], rows)]
        arrows = [_arrow(boxes, source, sink) for source, sink in walked.arrows]
        for guid in sorted(unfolded):
            arrows = _unfold_arrows(arrows, operations[guid])
        return LineageView(
            focus=self._focus(wanted.guid, walked),
            depth=wanted.depth,
            nodes=(*nodes, *steps_),
            edges=tuple(arrows),
            links=links,
        )

    def _walk(self, wanted: Wanted) -> Walked:
        walked = Walked()
        lineage = self._catalog.lineage
        starts = [wanted.guid]
        if label(self._catalog.entities.header(wanted.guid).type_name).kind == "process":
            children = self._catalog.entities.children(wanted.guid)
            starts = [child.guid for child in children] or starts
        for start in starts:
            walked.headers[start] = self._catalog.entities.header(start)
            info = lineage.walk(start, direction="BOTH", depth=wanted.depth, width=WIDTH)
            walked.add(info, _ends(info))
        for guid, way in wanted.expanded:
            if guid in walked.headers:
                info = lineage.walk(guid, direction=way, depth=1, width=-1)
                walked.add(info, _ends(info))
        return walked

    def _operation(self, guid: str, walked: Walked) -> column_links.Operation:
        inputs = {
            str(walked.headers[source].attributes.get("qualifiedName", "")): source
            for source, sink in walked.arrows
            if sink == guid and source in walked.headers
        }
        sinks = tuple(sink for source, sink in walked.arrows if source == guid)
        attributes = walked.headers[guid].attributes
        return column_links.Operation(guid, inputs, sinks, edges(attributes, tuple(inputs)), steps(attributes))

    @staticmethod
    def _links(
        operations: Mapping[str, column_links.Operation], unfolded: set[str], chosen: Sequence[column_links.Row]
    ) -> tuple[ColumnLink, ...]:
        if not chosen:
            return ()
        found: list[ColumnLink] = []
        for guid, operation in operations.items():
            found += (
                column_links.unfolded_links(operation) if guid in unfolded else column_links.folded_links(operation)
            )
        return column_links.through(found, chosen)

    @staticmethod
    def _more(guid: str, walked: Walked) -> tuple[int, int]:
        above = sum(1 for _, sink in walked.arrows if sink == guid)
        below = sum(1 for source, _ in walked.arrows if source == guid)
        totals = (walked.widths["INPUT"].get(guid, above), walked.widths["OUTPUT"].get(guid, below))
        return max(0, totals[0] - above), max(0, totals[1] - below)

    @staticmethod
    def _focus(guid: str, walked: Walked) -> str:
        return guid if guid in walked.headers else next(iter(walked.headers))


def _pair(value: str, parameter: str) -> tuple[str, str]:
    node, tilde, rest = value.partition("~")
    if not (node and tilde and rest):
        cure = f"Write `{parameter}=<node id>~<value>`."
        raise Invalid(Fault("CAT-026", f'The parameter "{parameter}" cannot be "{value}"', cure=cure))
    return node, rest


def _ends(info: LineageInfo) -> frozenset[str]:
    return frozenset(end for relation in info.relations for end in (relation.from_entity_id, relation.to_entity_id))


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
        source=source, target=sink, rows=process.rows, last_run_at=process.last_run_at, written=process.written
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
    return LineageEdge(
        source=source, target=target, rows=arrow.rows, last_run_at=arrow.last_run_at, written=arrow.written
    )
