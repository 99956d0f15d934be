"""Home, search, browse, and an asset with its tabs."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter

from headwater.api.studio.pages.assets import AssetPages
from headwater.api.studio.pages.browse import BrowsePages
from headwater.api.studio.pages.home import HomePages
from headwater.api.studio.pages.search import SearchPages
from headwater.api.studio.shapes.catalog import Asset, AssetRuns, AssetSchema, BrowsePage, SearchPage, Suggestions
from headwater.api.studio.shapes.monitor import Home
from headwater.api.studio.viewer import Viewer

Who = NamedDependency[Viewer]
Assets = NamedDependency[AssetPages]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]
Offset = Annotated[int, QueryParameter(ge=0, le=100_000)]
Values = Annotated[list[str] | None, QueryParameter(description="Repeat for several values; any of them fits.")]


@get("/home", sync_to_thread=True, operation_id="home")
def home(viewer: Who, home_pages: NamedDependency[HomePages]) -> Home:
    """Tiles by source and collection, recent runs, and the lineage that has not arrived."""
    return home_pages.home(viewer)


def narrowed(
    source: Values = None,
    asset_type: Annotated[list[str] | None, QueryParameter(name="type")] = None,
    collection: Values = None,
    classification: Values = None,
    term: Values = None,
    label: Values = None,
    contact: Values = None,
) -> dict[str, list[str]]:
    """Return what a search is narrowed by, by facet."""
    return {
        "source": source or [],
        "type": asset_type or [],
        "collection": collection or [],
        "classification": classification or [],
        "term": term or [],
        "label": label or [],
        "contact": contact or [],
    }


@get(
    "/search",
    sync_to_thread=True,
    operation_id="search",
    dependencies={"chosen": Provide(narrowed, sync_to_thread=False)},
)
def search(
    viewer: Who,
    search_pages: NamedDependency[SearchPages],
    chosen: NamedDependency[dict[str, list[str]]],
    q: FromQuery[str] = "*",
    offset: Offset = 0,
    limit: Limit = 25,
) -> SearchPage:
    """A page of assets whose names, paths, columns or annotations hold the words, and facets to narrow it by."""
    return search_pages.search(viewer, q, chosen, offset, limit)


@get("/suggest", sync_to_thread=True, operation_id="suggest")
def suggest(
    viewer: Who, search_pages: NamedDependency[SearchPages], q: FromQuery[str], limit: Limit = 6
) -> Suggestions:
    """The best few assets for what has been typed so far."""
    return search_pages.suggest(viewer, q, limit)


@get("/browse", sync_to_thread=True, operation_id="browse")
def browse(
    viewer: Who,
    browse_pages: NamedDependency[BrowsePages],
    path: FromQuery[str] = "/",
    offset: Offset = 0,
    limit: Limit = 100,
) -> BrowsePage:
    """What lies one level below a path; `/` lists the source types."""
    return browse_pages.browse(viewer, path, offset, limit)


@get("/assets/{guid:str}", sync_to_thread=True, operation_id="asset")
def asset(viewer: Who, asset_pages: Assets, guid: FromPath[str]) -> Asset:
    return asset_pages.asset(viewer, guid)


@get("/assets/{guid:str}/schema", sync_to_thread=True, operation_id="assetSchema")
def asset_schema(viewer: Who, asset_pages: Assets, guid: FromPath[str]) -> AssetSchema:
    return asset_pages.schema(viewer, guid)


@get("/assets/{guid:str}/runs", sync_to_thread=True, operation_id="assetRuns")
def asset_runs(viewer: Who, asset_pages: Assets, guid: FromPath[str]) -> AssetRuns:
    """The runs that wrote the asset, read it or, for an activity, were it; newest first."""
    return asset_pages.runs(viewer, guid)
