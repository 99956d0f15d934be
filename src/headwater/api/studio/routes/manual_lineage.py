"""Lineage drawn by hand."""

from __future__ import annotations

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from headwater.api.studio.pages.manual_lineage import ManualLineagePages
from headwater.api.studio.shapes.manual_lineage import DrawnEdges, ManualColumns, ManualLineage, NewManualLineage
from headwater.api.studio.viewer import Viewer

Who = NamedDependency[Viewer]
Pages = NamedDependency[ManualLineagePages]


@post("/lineage/manual", status_code=201, sync_to_thread=True, operation_id="drawLineage")
def draw(viewer: Who, manual_lineage_pages: Pages, data: JSONBody[NewManualLineage]) -> ManualLineage:
    """Draw an edge from one dataset to another; needs Data Curator on the collections of both."""
    return manual_lineage_pages.draw(viewer, data)


@get("/assets/{guid:str}/lineage/manual", sync_to_thread=True, operation_id="drawnEdges")
def around(viewer: Who, manual_lineage_pages: Pages, guid: FromPath[str]) -> DrawnEdges:
    """The edges that somebody drew at an asset."""
    return manual_lineage_pages.around(viewer, guid)


@get("/lineage/manual/{id:str}", sync_to_thread=True, operation_id="drawnLineage")
def read(viewer: Who, manual_lineage_pages: Pages, id: FromPath[str]) -> ManualLineage:
    """Read an edge that somebody drew."""
    return manual_lineage_pages.edge(viewer, id)


@put("/lineage/manual/{id:str}", sync_to_thread=True, operation_id="changeLineage")
def change(viewer: Who, manual_lineage_pages: Pages, id: FromPath[str], data: JSONBody[ManualColumns]) -> ManualLineage:
    """Put other columns in the place of those that the edge has."""
    return manual_lineage_pages.change(viewer, id, data.columns)


@delete("/lineage/manual/{id:str}", status_code=204, sync_to_thread=True, operation_id="deleteLineage")
def remove(viewer: Who, manual_lineage_pages: Pages, id: FromPath[str]) -> None:
    """Take the edge away."""
    manual_lineage_pages.delete(viewer, id)
