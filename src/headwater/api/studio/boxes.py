"""The boxes of the canvas: what stands on a dataset, on a process and on a step of a data flow."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from headwater.api.studio.labels import Label, label
from headwater.api.studio.links import Operation, relevant_steps, step_id
from headwater.api.studio.operations import evidence, moment, steps, text, whole
from headwater.api.studio.shapes.lineage import LineageNode, NodeColumn
from headwater.catalog.catalog import Catalog
from headwater.catalog.model import EntityHeader

HIDDEN = "No access"


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What the last run of an operation left."""

    rows: int | None
    last_run_at: datetime.datetime | None
    written: bool


class Boxes:
    """Reads what the boxes of one canvas need, together rather than one by one."""

    def __init__(self, catalog: Catalog, readable: frozenset[str], headers: Mapping[str, EntityHeader]) -> None:
        self._catalog = catalog
        self._readable = readable
        self._headers = headers
        datasets = [guid for guid in headers if not self.is_process(guid)]
        self._counts = catalog.entities.column_counts(datasets)

    def is_process(self, guid: str) -> bool:
        header = self._headers.get(guid)
        return header is not None and label(header.type_name).kind == "process"

    def process_facts(self, guid: str) -> ProcessFacts:
        attributes = self._headers[guid].attributes if guid in self._headers else {}
        return ProcessFacts(
            rows=whole(attributes, "rowCount"),
            last_run_at=moment(attributes.get("lastRunTime")),
            written=evidence(attributes).written,
        )

    def node(self, guid: str, rows: Mapping[str, str], more: tuple[int, int], step_count: int) -> LineageNode:
        """Return the box of an entity with the rows that chosen columns run through."""
        header = self._headers[guid]
        known = label(header.type_name)
        if header.collection_id not in self._readable:
            return LineageNode(
                id=guid,
                guid=guid,
                kind="process" if known.kind == "process" else "dataset",
                family=known.family,
                type_label=known.text,
                name=HIDDEN,
                more_upstream=more[0],
                more_downstream=more[1],
            )
        if known.kind == "process":
            return self._process(header, known, rows, more, step_count)
        return self._dataset(header, known, rows, more)

    def _dataset(
        self, header: EntityHeader, known: Label, rows: Mapping[str, str], more: tuple[int, int]
    ) -> LineageNode:
        types = {column.name: column.type for column in self._catalog.entities.columns(header.guid)} if rows else {}
        return LineageNode(
            id=header.guid,
            guid=header.guid,
            kind="dataset",
            family=known.family,
            type_label=known.text,
            name=header.display_text,
            detail=text(header.attributes, "qualifiedName"),
            qualified_name=text(header.attributes, "qualifiedName"),
            column_count=self._counts.get(header.guid, 0),
            columns=tuple(NodeColumn(name=name, type=types.get(name, "")) for name in _in_order(rows, types)),
            unsupported=text(header.attributes, "unsupportedReason"),
            more_upstream=more[0],
            more_downstream=more[1],
        )

    def _process(
        self, header: EntityHeader, known: Label, rows: Mapping[str, str], more: tuple[int, int], step_count: int
    ) -> LineageNode:
        attributes = header.attributes
        flow = bool(steps(attributes)) or known.family == "dataflow"
        owners = [parent.display_text for parent in self._catalog.entities.parents(header.guid)[:2]]
        return LineageNode(
            id=header.guid,
            guid=header.guid,
            kind="process",
            family="dataflow" if flow else "copy" if known.family == "operation" else known.family,
            type_label="Data flow" if flow else "Copy" if known.family == "operation" else known.text,
            name=header.display_text,
            detail=" › ".join(owners),
            qualified_name=text(attributes, "qualifiedName"),
            column_count=len(rows),
            columns=tuple(NodeColumn(name=name, expression=made) for name, made in sorted(rows.items())),
            status=text(attributes, "status"),
            rows=whole(attributes, "rowCount"),
            last_run_at=moment(attributes.get("lastRunTime")),
            run_id=text(attributes, "runId") or None,
            activity_run_id=text(attributes, "activityRunId") or None,
            written=evidence(attributes).written,
            steps=step_count,
            more_upstream=more[0],
            more_downstream=more[1],
        )

    def steps(self, operation: Operation, rows: Mapping[str, Mapping[str, str]]) -> Iterator[LineageNode]:
        """Yield the boxes of the steps that an operation unfolds into."""
        for step in relevant_steps(operation):
            id_ = step_id(operation.guid, step.name)
            types = {column.name: column.type for column in step.columns}
            made = rows.get(id_, {})
            yield LineageNode(
                id=id_,
                guid=operation.guid,
                kind="step",
                family=step.kind,
                type_label=step.kind[:1].upper() + step.kind[1:],
                name=step.name,
                parent=operation.guid,
                column_count=len(step.columns),
                columns=tuple(
                    NodeColumn(name=name, type=types.get(name, ""), expression=made[name])
                    for name in _in_order(made, types)
                ),
                rows=step.rows,
                expression=step.expression,
            )


def _in_order(rows: Mapping[str, str], schema: Mapping[str, str]) -> Iterable[str]:
    """Return the row names in the order of the schema; those that it does not know come last."""
    known = [name for name in schema if name in rows]
    return [*known, *sorted(name for name in rows if name not in schema)]
