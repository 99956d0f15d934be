"""Lineage drawn by hand between two datasets: made, changed and taken away, with the columns that flow along it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from headwater.access.account import Account
from headwater.api.studio.shapes.manual_lineage import ColumnPair, ManualLineage, NewManualLineage
from headwater.api.studio.viewer import Viewer
from headwater.catalog.model import ObjectId, Relationship, RelationshipInput
from headwater.catalog.writing.column_reports import Pair
from headwater.catalog.writing.direct_columns import ATTRIBUTE
from headwater.errors import Fault, Invalid

TYPE = "direct_lineage_dataset_dataset"
_PAIRS = msgspec.json.Decoder(tuple[Pair, ...])


class ManualLineagePages:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._relationships = account.catalog.relationships

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
