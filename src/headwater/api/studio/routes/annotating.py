"""What people say of an asset, its history, and what its forms offer."""

from __future__ import annotations

from typing import Annotated

from litestar import get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from headwater.api.studio.pages.annotating import AnnotatingPages, Kind
from headwater.api.studio.pages.assets import AssetPages
from headwater.api.studio.pages.history import HistoryPages
from headwater.api.studio.shapes.annotations import AnnotationEdit, Choices
from headwater.api.studio.shapes.catalog import Asset
from headwater.api.studio.shapes.history import AssetHistory
from headwater.api.studio.viewer import Viewer

Who = NamedDependency[Viewer]
Annotating = NamedDependency[AnnotatingPages]


@patch("/assets/{guid:str}/annotations", sync_to_thread=True, operation_id="annotate")
def annotate(
    viewer: Who,
    annotating_pages: Annotating,
    asset_pages: NamedDependency[AssetPages],
    guid: FromPath[str],
    data: JSONBody[AnnotationEdit],
) -> Asset:
    """Change what is said of the asset; needs Data Curator on its collection."""
    annotating_pages.edit(viewer, guid, data)
    return asset_pages.asset(viewer, guid)


@get("/annotations/choices", sync_to_thread=True, operation_id="choices")
def choices(viewer: Who, annotating_pages: Annotating, kind: FromQuery[Kind], q: FromQuery[str] = "") -> Choices:
    """What a picker of the form offers for the typed text."""
    return annotating_pages.choices(viewer, kind, q)


@get("/assets/{guid:str}/history", sync_to_thread=True, operation_id="assetHistory")
def history(
    viewer: Who,
    history_pages: NamedDependency[HistoryPages],
    guid: FromPath[str],
    offset: Annotated[int, QueryParameter(ge=0, le=1_000_000)] = 0,
) -> AssetHistory:
    """Who changed what, newest first."""
    return history_pages.history(viewer, guid, offset)
