"""Atlas v2, as Atlas and Purview clients speak it, under the three prefixes that they use."""

from __future__ import annotations

from litestar import Router

from headwater.api.atlas import (
    admin,
    audit,
    business_metadata,
    classifications,
    entity,
    glossary,
    labels,
    lineage,
    relationship,
    search,
    types,
)

PREFIXES = ("/datamap/api/atlas/v2", "/catalog/api/atlas/v2", "/api/atlas/v2")
HANDLERS = (
    *audit.HANDLERS,
    *business_metadata.HANDLERS,
    *classifications.HANDLERS,
    *entity.HANDLERS,
    *glossary.HANDLERS,
    *labels.HANDLERS,
    *lineage.HANDLERS,
    *relationship.HANDLERS,
    *search.HANDLERS,
    *types.HANDLERS,
)


def routers() -> list[Router]:
    """Return one router a prefix. Clients send many api-versions; none is refused."""
    beyond_atlas = [
        Router(
            path.removesuffix("/atlas/v2"),
            route_handlers=[*lineage.BESIDE_ATLAS, *types.BESIDE_ATLAS],
            include_in_schema=False,
        )
        for path in PREFIXES
    ]
    beside_version = [
        Router(
            path.removesuffix("/v2"),
            route_handlers=[*admin.HANDLERS, *audit.BESIDE_VERSION],
            include_in_schema=False,
        )
        for path in PREFIXES
    ]
    return [
        *(Router(path, route_handlers=list(HANDLERS), include_in_schema=False) for path in PREFIXES),
        *beyond_atlas,
        *beside_version,
    ]
