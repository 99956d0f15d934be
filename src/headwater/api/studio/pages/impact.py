"""The impact tab of an asset."""

from __future__ import annotations

from headwater.access.roles import Roles
from headwater.api.impact_table import table
from headwater.api.studio.labels import Labels
from headwater.api.studio.shapes.impact import Impact, ImpactItem, LastSeen
from headwater.api.studio.viewer import Viewer
from headwater.catalog.catalog import Catalog
from headwater.catalog.lineage import Impact as Found
from headwater.catalog.lineage import Question
from headwater.catalog.lineage.impact import MAX_LIMIT, Reached
from headwater.catalog.lineage.steps import Way

PAGE = 100


class ImpactPages:
    def __init__(self, catalog: Catalog, roles: Roles) -> None:
        self._catalog = catalog
        self._labels = Labels(lambda: catalog.types.current)
        self._roles = roles

    def impact(self, viewer: Viewer, guid: str, way: Way, column: str, after: str | None) -> Impact:
        """Return a page of the list. Raises NotFound, Invalid, or Forbidden for an asset that may not be read."""
        found = self._found(viewer, guid, way, column, PAGE, after)
        return Impact(
            total=found.totals.assets,
            hidden=found.totals.hidden,
            truncated=found.totals.truncated,
            items=tuple(self._item(reached) for reached in found.value),
            continuation=found.continuation_token,
        )

    def file(self, viewer: Viewer, guid: str, way: Way, column: str) -> str:
        """Return the first 10,000 rows of the list as CSV. Raises as `impact` does."""
        return table(self._found(viewer, guid, way, column, MAX_LIMIT, None))

    def _found(self, viewer: Viewer, guid: str, way: Way, column: str, limit: int, after: str | None) -> Found:
        self._roles.authorize_all(viewer.principal, "data/read", self._catalog.entities.collections_of([guid]))
        columns = (column,) if column else ()
        asked = Question(way=way, columns=columns, limit=limit, continuation=after)
        return self._catalog.impact.of(guid, asked, viewer.readable)

    def _item(self, reached: Reached) -> ImpactItem:
        asset, run = reached.asset, reached.last_run
        known = self._labels.of(asset.type_name)
        return ImpactItem(
            guid=asset.guid or "",
            name=asset.name or "",
            family=known.family,
            type_label=known.text,
            distance=reached.distance,
            kind=reached.kind or "UNKNOWN",
            columns=tuple(column.name for column in reached.columns),
            path=tuple(hop.operation.name or "" for hop in reached.path if hop.operation is not None),
            last_run=None if run is None else LastSeen(run_id=run.run_id, status=run.status, at=run.time),
        )
