"""What an asset feeds, or what feeds it, as a list."""

from __future__ import annotations

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from headwater.api.studio.pages.impact import ImpactPages
from headwater.api.studio.shapes.impact import Impact
from headwater.api.studio.viewer import Viewer
from headwater.catalog.lineage.steps import Way

Who = NamedDependency[Viewer]
Pages = NamedDependency[ImpactPages]


@get("/assets/{guid:str}/impact", sync_to_thread=True, operation_id="impact")
def impact(
    viewer: Who,
    impact_pages: Pages,
    guid: FromPath[str],
    direction: FromQuery[Way] = "OUTPUT",
    column: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Impact:
    """A page of what the asset, or one column of it, feeds (OUTPUT) or is fed by (INPUT)."""
    return impact_pages.impact(viewer, guid, direction, column, after or None)


@get("/assets/{guid:str}/impact.csv", sync_to_thread=True, operation_id="impactFile", media_type=MediaType.TEXT)
def impact_file(
    viewer: Who,
    impact_pages: Pages,
    guid: FromPath[str],
    direction: FromQuery[Way] = "OUTPUT",
    column: FromQuery[str] = "",
) -> Response[str]:
    """The same list as a CSV file."""
    name = {"Content-Disposition": 'attachment; filename="impact.csv"'}
    text = impact_pages.file(viewer, guid, direction, column)
    return Response(text, media_type="text/csv", headers=name)
