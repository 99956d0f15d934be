"""Answers of the catalog pages: search, browse, and an asset with its tabs."""

from __future__ import annotations

import datetime
from typing import Literal

from headwater.api.studio.shapes.annotations import Annotations
from headwater.api.studio.shapes.base import Answer, Crumb, LineageState, Segment

AssetKind = Literal["dataset", "process", "container"]


class FacetValue(Answer, frozen=True, kw_only=True):
    value: str
    label: str
    count: int


class Facet(Answer, frozen=True, kw_only=True):
    """A list of values to narrow a search by; `key` is the query parameter."""

    key: str
    label: str
    values: tuple[FacetValue, ...]


class Hit(Answer, frozen=True, kw_only=True):
    """One search result, drawn as a card."""

    guid: str
    name: str
    family: str
    type_label: str
    source: str
    name_segments: tuple[Segment, ...]
    path_segments: tuple[Segment, ...]
    columns: tuple[str, ...] = ()
    """Columns of the asset that the search found."""
    description: str = ""
    collection: str
    classifications: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    updated_at: datetime.datetime | None = None
    upstream: int = 0
    downstream: int = 0


class SearchPage(Answer, frozen=True, kw_only=True):
    query: str
    count: int
    offset: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]


class Suggestions(Answer, frozen=True, kw_only=True):
    """What the search box offers while one types."""

    query: str
    assets: tuple[Hit, ...]


class BrowseItem(Answer, frozen=True, kw_only=True):
    """A row of Browse; it opens below `path` if it has children, as an asset if it has a `guid`."""

    name: str
    family: str
    type_label: str
    path: str | None = None
    guid: str | None = None
    children: int | None = None
    detail: str = ""


class BrowsePage(Answer, frozen=True, kw_only=True):
    path: str
    crumbs: tuple[Crumb, ...]
    items: tuple[BrowseItem, ...]
    count: int


class Property(Answer, frozen=True, kw_only=True):
    name: str
    value: str


class RelatedGroup(Answer, frozen=True, kw_only=True):
    label: str
    items: tuple[Crumb, ...]


class AssetRun(Answer, frozen=True, kw_only=True):
    """A run that wrote an asset, read it, or was it."""

    workspace: str
    pipeline: str
    activity: str
    role: Literal["wrote", "read", "ran"]
    run_id: str
    activity_run_id: str
    operation: str | None = None
    status: str
    at: datetime.datetime | None = None
    rows: int | None = None
    bytes: int | None = None
    lineage: LineageState = "NotReported"


class AssetRuns(Answer, frozen=True, kw_only=True):
    runs: tuple[AssetRun, ...]


class Asset(Answer, frozen=True, kw_only=True):
    """An asset page, but for what its tabs fetch themselves."""

    guid: str
    name: str
    qualified_name: str
    type_name: str
    type_label: str
    source: str
    kind: AssetKind
    family: str
    path: tuple[Crumb, ...]
    description: str = ""
    status: str = ""
    error: str = ""
    collection: str
    annotations: Annotations
    created_at: datetime.datetime | None = None
    created_by: str = ""
    updated_at: datetime.datetime | None = None
    properties: tuple[Property, ...]
    related: tuple[RelatedGroup, ...]
    has_schema: bool
    has_lineage: bool
    columns: int = 0
    upstream: int = 0
    downstream: int = 0
    last_run: AssetRun | None = None
    unsupported: str = ""
    """Why the original would not follow this store, where it would not."""
    lineage_guid: str
    """Where the lineage tab starts: the asset itself, or an activity's first operation."""


class SchemaColumn(Answer, frozen=True, kw_only=True):
    name: str
    type: str
    description: str = ""
    upstream: int = 0
    downstream: int = 0


class AssetSchema(Answer, frozen=True, kw_only=True):
    guid: str
    columns: tuple[SchemaColumn, ...]
