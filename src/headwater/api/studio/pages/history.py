"""The history tab of an asset."""

from __future__ import annotations

import json

from headwater.access.principals import Principals
from headwater.access.roles import Roles
from headwater.api.studio.crumbs import crumb
from headwater.api.studio.labels import Labels
from headwater.api.studio.operations import moment
from headwater.api.studio.shapes.history import AssetChange, AssetHistory, Changed
from headwater.api.studio.viewer import Viewer
from headwater.catalog.annotations.meanings import ASSIGNMENT
from headwater.catalog.catalog import Catalog
from headwater.catalog.history import Happening

PAGE = 50
LONGEST = 400


class HistoryPages:
    def __init__(self, catalog: Catalog, roles: Roles, principals: Principals) -> None:
        self._catalog = catalog
        self._labels = Labels(lambda: catalog.types.current)
        self._principals = principals
        self._roles = roles

    def history(self, viewer: Viewer, guid: str, offset: int) -> AssetHistory:
        """Return a page of changes. Raises NotFound, or Forbidden where the viewer may not read the asset."""
        found = self._catalog.history.page(guid, limit=PAGE, offset=offset)
        self._roles.authorize(viewer.principal, "data/read", found.collection_id)
        names = {person.id: person.display_name or person.name for person in self._principals.all()}
        ends = [entry.relationship.end.guid for entry in found.entries if entry.relationship]
        headers = self._catalog.entities.headers(end for end in ends if end)
        readable = {end: header for end, header in headers.items() if header.collection_id in viewer.readable}
        changes = tuple(
            AssetChange(
                action=entry.action,
                by=names.get(entry.by, entry.by),
                at=moment(entry.at),
                changed=tuple(
                    Changed(name=item.name or item.part, before=_shown(item.old), after=_shown(item.new))
                    for item in entry.changes
                ),
                relationship=entry.relationship.type_name if entry.relationship else "",
                other=crumb(self._labels, readable[_end(entry)]) if entry.relationship else None,
            )
            for entry in found.entries
            if (_end(entry) in readable if entry.relationship else entry.changes or entry.action == "CREATE")
        )
        return AssetHistory(changes=changes, next=found.next_offset)


def _end(entry: Happening) -> str:
    """Return the asset at the other end. One that the viewer may not read is not named here either.

    A term that is assigned stands as an annotation already, so its relationship is passed over.
    """
    if entry.relationship is None or entry.relationship.type_name == ASSIGNMENT:
        return ""
    return entry.relationship.end.guid or ""


def _shown(value: object) -> str:
    """Return a value as people read it: annotations by their names."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, dict) and (name := value.get("displayText") or value.get("typeName")):
        return str(name)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
