"""The boxes of the canvas: what stands on a dataset, on a process and on a step of a data flow."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from headwater.api.studio.labels import Label, Labels
from headwater.api.studio.links import Operation, relevant_steps, step_id
from headwater.api.studio.operations import evidence, moment, steps, text, whole
from headwater.api.studio.shapes.lineage import LineageNode, NodeColumn
from headwater.catalog.catalog import Catalog
from headwater.catalog.lineage import Degree
from headwater.catalog.model import Entity
from headwater.data.edges import FlowStep

HIDDEN = "No access"


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What the last run of an operation left."""

    rows: int | None = None
    last_run_at: datetime.datetime | None = None
    written: bool = True
    stale: bool = False


class Boxes:
    """Reads what the boxes of one canvas need, together rather than one by one."""

    def __init__(
        self,
        catalog: Catalog,
        readable: frozenset[str],
        guids: Iterable[str],
        owners: Mapping[str, tuple[str, ...]],
        stale: Iterable[str] = (),
    ) -> None:
        self._catalog = catalog
        self._readable = readable
        self._owners = owners
        self._stale = frozenset(stale)
        types = catalog.types.current
        self._labels = Labels(lambda: types)
        ordered = tuple(guids)
        found = catalog.entities.get_many(ordered, relationships=False).entities
        self._entities = {entity.guid: entity for entity in found}
        self._counts = catalog.assets.column_counts([guid for guid in ordered if not self.is_process(guid)])
        self._degrees = catalog.lineage.degrees(ordered)

    def is_process(self, guid: str) -> bool:
        entity = self._entities.get(guid)
        return entity is not None and self._labels.of(entity.type_name).kind == "process"

    def flow_steps(self, guid: str) -> tuple[FlowStep, ...]:
        """Return the steps of an operation that is a data flow."""
        entity = self._entities.get(guid)
        return steps(entity.attributes) if entity else ()

    def process_facts(self, guid: str) -> ProcessFacts:
        """Return what the last run of an operation left; nothing for what is none."""
        entity = self._entities.get(guid)
        if entity is None:
            return ProcessFacts()
        attributes = entity.attributes
        return ProcessFacts(
            rows=whole(attributes, "rowCount"),
            last_run_at=moment(attributes.get("lastRunTime")),
            written=evidence(attributes).written,
            stale=guid in self._stale,
        )

    def node(self, guid: str, rows: Mapping[str, str], shown: Degree, sinks: Iterable[str] = ()) -> LineageNode:
        """Return the box of an entity with the rows that chosen columns run through.

        `shown` are its arrows in view, `sinks` what a process writes, whose columns order its rows.
        """
        entity = self._entities[guid]
        known = self._labels.of(entity.type_name)
        degree = self._degrees.get(guid, Degree())
        more = (max(0, degree.upstream - shown.upstream), max(0, degree.downstream - shown.downstream))
        if entity.collection_id not in self._readable:
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
            return self._process(entity, known, rows, more, sinks)
        return self._dataset(entity, known, rows, more)

    def _dataset(self, entity: Entity, known: Label, rows: Mapping[str, str], more: tuple[int, int]) -> LineageNode:
        types = self._types((entity.guid,) if rows else ())
        return LineageNode(
            id=entity.guid,
            guid=entity.guid,
            kind="dataset",
            family=known.family,
            type_label=known.text,
            name=text(entity.attributes, "name") or text(entity.attributes, "qualifiedName"),
            detail=known.source,
            qualified_name=text(entity.attributes, "qualifiedName"),
            column_count=self._counts.get(entity.guid, 0),
            columns=tuple(NodeColumn(name=name, type=types.get(name, "")) for name in _in_order(rows, types)),
            unsupported=(entity.custom_attributes or {}).get("unsupportedReason", ""),
            more_upstream=more[0],
            more_downstream=more[1],
        )

    def _process(
        self, entity: Entity, known: Label, rows: Mapping[str, str], more: tuple[int, int], sinks: Iterable[str]
    ) -> LineageNode:
        attributes = entity.attributes
        step_count = len(self.flow_steps(entity.guid))
        family = known.family if known.family != "operation" else "dataflow" if step_count else "copy"
        facts = self.process_facts(entity.guid)
        types = self._types(sinks if rows else ())
        return LineageNode(
            id=entity.guid,
            guid=entity.guid,
            kind="process",
            family=family,
            type_label={"copy": "Copy", "dataflow": "Data flow"}.get(family, known.text),
            name=text(attributes, "name"),
            detail=" › ".join(self._owners.get(entity.guid, ())[:2]),
            qualified_name=text(attributes, "qualifiedName"),
            column_count=len(rows),
            columns=tuple(NodeColumn(name=name, expression=rows[name]) for name in _in_order(rows, types)),
            status=text(attributes, "status"),
            rows=facts.rows,
            last_run_at=facts.last_run_at,
            run_id=text(attributes, "runId") or None,
            activity_run_id=text(attributes, "activityRunId") or None,
            written=facts.written,
            stale=facts.stale,
            steps=step_count,
            more_upstream=more[0],
            more_downstream=more[1],
        )

    def _types(self, guids: Iterable[str]) -> dict[str, str]:
        """Return column → type of these datasets, in the order of their schemas."""
        return {column.name: column.type for guid in guids for column in self._catalog.assets.columns(guid)}

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
