"""Lineage drawn by hand between two datasets: made, changed and taken away, with the columns that flow along it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from headwater import typed
from headwater.access.account import Account
from headwater.api.studio.crumbs import crumb
from headwater.api.studio.labels import Labels
from headwater.api.studio.shapes.manual_lineage import (
    ColumnPair,
    DrawnEdge,
    DrawnEdges,
    ManualLineage,
    NewManualLineage,
    Way,
)
from headwater.api.studio.viewer import Viewer
from headwater.catalog.model import Entity, ObjectId, Relationship, RelationshipInput
from headwater.catalog.writing.column_reports import Pair
from headwater.catalog.writing.direct_columns import ATTRIBUTE
from headwater.errors import Fault, Invalid

TYPE = "direct_lineage_dataset_dataset"
# The attribute of an entity that holds its edges → which way they go.
WAYS: Mapping[str, Way] = MappingProxyType({"sinks": "produces", "sources": "consumes"})
_PAIRS = typed.decoder(tuple[Pair, ...])


class ManualLineagePages:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._entities = account.catalog.entities
        self._labels = Labels(lambda: account.catalog.types.current)
        self._relationships = account.catalog.relationships

    def around(self, viewer: Viewer, guid: str) -> DrawnEdges:
        """Return the edges that somebody drew at an asset, to assets that the viewer may read."""
        entity = self._entities.get(guid).entity
        self._account.roles.authorize(viewer.principal, "data/read", entity.collection_id)
        found = list(_drawn(entity))
        headers = self._entities.headers(other for _, _, other in found)
        return DrawnEdges(
            edges=tuple(
                DrawnEdge(
                    id=id,
                    way=way,
                    other=crumb(self._labels, headers[other]),
                    columns=_shown(self._relationships.get(id).relationship).columns,
                )
                for id, way, other in found
                if headers[other].collection_id in viewer.readable
            )
        )

    def edge(self, viewer: Viewer, id: str) -> ManualLineage:
        """Raises NotFound, Forbidden, or Invalid for what nobody drew."""
        return _shown(self._found(viewer, id))

    def draw(self, viewer: Viewer, wanted: NewManualLineage) -> ManualLineage:
        """Needs Data Curator on the collections of both ends. Raises Conflict if the edge is there, or Invalid."""
        given = RelationshipInput(
            type_name=TYPE,
            end1=ObjectId(guid=wanted.source),
            end2=ObjectId(guid=wanted.sink),
            attributes={ATTRIBUTE: _text(wanted.columns)},
        )
        return _shown(self._relationships.create(given, by=viewer.principal.id, permit=self._permit(viewer)))

    def change(self, viewer: Viewer, id: str, columns: Sequence[ColumnPair]) -> ManualLineage:
        """Put other columns in the place of those that the edge has."""
        self._found(viewer, id)
        given = RelationshipInput(guid=id, attributes={ATTRIBUTE: _text(columns)})
        return _shown(self._relationships.update(given, by=viewer.principal.id, permit=self._permit(viewer)))

    def delete(self, viewer: Viewer, id: str) -> None:
        """Take the edge away; that it was there stays in history."""
        self._found(viewer, id)
        self._relationships.delete(id, by=viewer.principal.id, permit=self._permit(viewer))

    def _found(self, viewer: Viewer, id: str) -> Relationship:
        info = self._relationships.get(id)
        places = frozenset(end.collection_id for end in info.referred_entities.values())
        self._account.roles.authorize_all(viewer.principal, "data/read", places)
        if info.relationship.type_name != TYPE:
            cure = "Change what its process reads and writes, or let it run again."
            raise Invalid(Fault("CAT-026", f"Nobody drew the edge {id}", cure=cure))
        return info.relationship

    def _permit(self, viewer: Viewer) -> Callable[[frozenset[str]], None]:
        return lambda names: self._account.roles.authorize_all(viewer.principal, "data/write", names)


def _drawn(entity: Entity) -> Iterator[tuple[str, Way, str]]:
    """Yield the id of each edge, which way it goes, and the guid of the other end."""
    for name, way in WAYS.items():
        held = entity.relationship_attributes.get(name)
        for reference in held if isinstance(held, list) else ():
            if reference["relationshipType"] == TYPE:
                yield str(reference["relationshipGuid"]), way, str(reference["guid"])


def _text(columns: Sequence[ColumnPair]) -> str:
    return msgspec.json.encode([Pair(source=pair.source, sink=pair.sink) for pair in columns]).decode()


def _shown(drawn: Relationship) -> ManualLineage:
    # Another client may have written what cannot be read, where the account takes any text: among an entity's links.
    try:
        pairs = _PAIRS.decode(str(drawn.attributes.get(ATTRIBUTE) or "[]"))
    except msgspec.DecodeError:
        pairs = ()
    return ManualLineage(
        id=drawn.guid,
        source=str(drawn.end1.guid),
        sink=str(drawn.end2.guid),
        columns=tuple(ColumnPair(source=pair.source, sink=pair.sink) for pair in pairs),
        drawn_by=drawn.created_by,
    )
