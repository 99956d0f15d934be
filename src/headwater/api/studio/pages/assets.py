"""An asset page: title, overview, properties, schema and runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from headwater.access.principals import Principals
from headwater.access.roles import Roles
from headwater.api.studio.crumbs import crumb
from headwater.api.studio.labels import Labels
from headwater.api.studio.operations import moment, text
from headwater.api.studio.pages.annotations import annotations_of
from headwater.api.studio.shapes.base import Crumb, LineageState
from headwater.api.studio.shapes.catalog import (
    Asset,
    AssetRun,
    AssetRuns,
    AssetSchema,
    Property,
    RelatedGroup,
    SchemaColumn,
)
from headwater.api.studio.viewer import Viewer
from headwater.api.studio.workspaces import Runs
from headwater.catalog.assets import Observation
from headwater.catalog.catalog import Catalog
from headwater.catalog.lineage import Degree
from headwater.catalog.model import Entity, EntityHeader

Role = Literal["wrote", "read", "ran"]
_LONG = frozenset({"columnLineage", "columnMapping", "evidence", "steps"})
"""Attributes that the lineage tab shows better than a property list does."""
_TIMES = frozenset({"createTime", "lastRunTime", "modifiedTime"})


class AssetPages:
    def __init__(self, catalog: Catalog, roles: Roles, principals: Principals, runs: Runs) -> None:
        self._catalog = catalog
        self._principals = principals
        self._labels = Labels(lambda: catalog.types.current)
        self._roles = roles
        self._history = runs

    def asset(self, viewer: Viewer, guid: str) -> Asset:
        """Return the page of an asset. Raises NotFound, or Forbidden where the viewer may not read it."""
        entity = self._read(viewer, guid)
        names = {person.id: person.display_name or person.name for person in self._principals.all()}
        can_edit = self._roles.allowed(viewer.principal, "data/write", entity.collection_id)
        known = self._labels.of(entity.type_name)
        parents = self._catalog.assets.parents(guid, viewer.readable)
        operations = self._operations(viewer, entity)
        degree = self._catalog.lineage.degrees([guid]).get(guid, Degree())
        writers = {guid: role for guid, role in operations.items() if role != "read"}
        columns = self._catalog.assets.column_counts([guid]).get(guid, 0) if known.kind == "dataset" else 0
        return Asset(
            guid=guid,
            name=text(entity.attributes, "name") or text(entity.attributes, "qualifiedName"),
            qualified_name=text(entity.attributes, "qualifiedName"),
            type_name=entity.type_name,
            type_label=known.text,
            source=known.source,
            kind=known.kind,
            family=known.family,
            path=tuple(crumb(self._labels, parent) for parent in parents),
            description=text(entity.attributes, "userDescription") or text(entity.attributes, "description"),
            status=text(entity.attributes, "status"),
            error=text(entity.attributes, "errorMessage"),
            collection=self._catalog.collections.get(entity.collection_id).friendly_name,
            annotations=annotations_of(entity, names, can_edit=can_edit),
            created_at=moment(entity.create_time),
            created_by=names.get(entity.created_by, entity.created_by),
            updated_at=moment(entity.update_time),
            properties=_properties(entity),
            related=self._related(viewer, entity),
            has_schema=columns > 0,
            has_lineage=bool(degree.upstream or degree.downstream or operations),
            columns=columns,
            upstream=degree.upstream,
            downstream=degree.downstream,
            last_run=next(iter(self._runs(viewer, writers or operations, limit=1)), None),
            unsupported=(entity.custom_attributes or {}).get("unsupportedReason", ""),
            lineage_guid=guid,
        )

    def schema(self, viewer: Viewer, guid: str) -> AssetSchema:
        """Return the columns with how many columns feed each and are fed by it."""
        self._read(viewer, guid)
        degrees = self._catalog.columns.degrees(guid)
        columns = []
        for column in self._catalog.assets.columns(guid):
            above, below = degrees.get(column.name, (0, 0))
            columns.append(
                SchemaColumn(
                    name=column.name,
                    type=column.type,
                    description=column.description,
                    upstream=above,
                    downstream=below,
                )
            )
        return AssetSchema(guid=guid, columns=tuple(columns))

    def runs(self, viewer: Viewer, guid: str) -> AssetRuns:
        """Return the runs that the asset's operations reported, newest first."""
        entity = self._read(viewer, guid)
        return AssetRuns(runs=self._runs(viewer, self._operations(viewer, entity), limit=100))

    def _read(self, viewer: Viewer, guid: str) -> Entity:
        entity = self._catalog.entities.get(guid).entity
        self._roles.authorize(viewer.principal, "data/read", entity.collection_id)
        return entity

    def _operations(self, viewer: Viewer, entity: Entity) -> dict[str, Role]:
        """Return operation guid → what the entity is to it: `wrote`, `read` or `ran`; those that may be seen."""
        found = self._all_operations(entity)
        hidden = self._catalog.collections.outside(found, viewer.readable)
        return {guid: role for guid, role in found.items() if guid not in hidden}

    def _all_operations(self, entity: Entity) -> dict[str, Role]:
        kind = self._labels.of(entity.type_name).kind
        if kind == "process":
            children = self._catalog.assets.children(entity.guid)
            return {child.guid: "ran" for child in children} or {entity.guid: "ran"}
        if kind == "container":
            return {}
        info = self._catalog.lineage.walk(entity.guid, direction="BOTH", depth=1, width=-1)
        roles: dict[str, Role] = {}
        for relation in info.relations:
            if relation.to_entity_id == entity.guid:
                roles[relation.from_entity_id] = "wrote"
            elif relation.from_entity_id == entity.guid:
                roles.setdefault(relation.to_entity_id, "read")
        return roles

    def _runs(self, viewer: Viewer, operations: Mapping[str, Role], limit: int) -> tuple[AssetRun, ...]:
        seen = self._catalog.assets.runs(tuple(operations), limit=limit * 4)
        observed = sorted(seen, key=lambda run: (run.seen_at, operations[run.operation] == "wrote"), reverse=True)[
            :limit
        ]
        states = self._history.reports(run.activity_run_id for run in observed)
        owners = {run.operation: self._catalog.assets.parents(run.operation, viewer.readable) for run in observed}
        return tuple(
            _run(run, operations[run.operation], owners[run.operation], states[run.activity_run_id].status)
            for run in observed
        )

    def _related(self, viewer: Viewer, entity: Entity) -> tuple[RelatedGroup, ...]:
        children = self._catalog.assets.children(entity.guid, viewer.readable, limit=100)
        groups: dict[str, list[Crumb]] = {}
        parts = {name for name, type_ in self._catalog.types.current.entities.items() if type_.is_part}
        for child in children:
            if child.type_name in parts:
                continue
            groups.setdefault(self._labels.of(child.type_name).text, []).append(crumb(self._labels, child))
        return tuple(RelatedGroup(label=name, items=tuple(items)) for name, items in sorted(groups.items()))


def _run(run: Observation, role: Role, owners: Sequence[EntityHeader], state: LineageState) -> AssetRun:
    names = [owner.display_text for owner in owners]
    workspace, pipeline, activity = ("", "", "", *names)[-3:]
    return AssetRun(
        workspace=workspace,
        pipeline=pipeline,
        activity=activity,
        role=role,
        run_id=run.run_id,
        activity_run_id=run.activity_run_id,
        operation=run.operation,
        status=run.status,
        at=run.seen_at,
        rows=run.rows,
        bytes=run.bytes,
        lineage=state,
    )


def _properties(entity: Entity) -> tuple[Property, ...]:
    found = [(name, value) for name, value in sorted(entity.attributes.items()) if name not in _LONG]
    found += sorted((entity.custom_attributes or {}).items())
    shown = ((name, _shown(name, value)) for name, value in found if value not in (None, "", [], {}))
    return tuple(Property(name=name, value=value) for name, value in shown)


def _shown(name: str, value: object) -> str:
    if name in _TIMES and (at := moment(value)):
        return at.isoformat(timespec="seconds")
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
