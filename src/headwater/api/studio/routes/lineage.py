"""The lineage tab's one answer: what stands on the canvas for this state of the page."""

from __future__ import annotations

import datetime
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from headwater.api.studio.pages.lineage import LineagePages, Wanted
from headwater.api.studio.shapes.lineage import LineageView
from headwater.api.studio.viewer import Viewer

Depth = Annotated[int, QueryParameter(ge=1, le=20)]


def wanted(
    guid: FromQuery[str],
    depth: Depth = 5,
    column: Annotated[
        list[str] | None, QueryParameter(description="Chosen columns, `<node id>~<column>`; repeat for several.")
    ] = None,
    unfold: Annotated[
        list[str] | None,
        QueryParameter(description="Operations to show with their steps, by guid."),
    ] = None,
    expand: Annotated[
        list[str] | None, QueryParameter(description="Nodes to go beyond, `<guid>~upstream` or `<guid>~downstream`.")
    ] = None,
    indirect: Annotated[bool, QueryParameter(description="Also what decides rows or choices, not only values.")] = True,
    as_of: Annotated[
        datetime.datetime | None,
        QueryParameter(name="asOf", description="Show the edges that held at this time, in ISO 8601; else those now."),
    ] = None,
) -> Wanted:
    """Read the state of the page that the query describes. Raises Invalid."""
    moment = as_of.replace(tzinfo=datetime.UTC) if as_of is not None and as_of.tzinfo is None else as_of
    return Wanted.parse(guid, depth, column or [], unfold or [], expand or [], indirect=indirect, as_of=moment)


@get(
    "/lineage",
    sync_to_thread=True,
    operation_id="lineage",
    dependencies={"wanted": Provide(wanted, sync_to_thread=False)},
)
def lineage(
    viewer: NamedDependency[Viewer],
    lineage_pages: NamedDependency[LineagePages],
    wanted: NamedDependency[Wanted],
) -> LineageView:
    """Boxes and arrows around an asset, and the links of the chosen columns end to end."""
    return lineage_pages.view(viewer, wanted)
