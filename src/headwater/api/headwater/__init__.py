"""What the account can do and neither Atlas nor Purview has a route for: history, impact, paths, merges, lifecycle."""

from __future__ import annotations

from litestar import Router
from litestar.types import ControllerRouterHandler

from headwater.api.headwater import access, aliases, column_lineage, edges, history, impact, lifecycle, merges, paths

PREFIX = "/headwater/v1"
HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *access.HANDLERS,
    *aliases.HANDLERS,
    *column_lineage.HANDLERS,
    *edges.HANDLERS,
    *history.HANDLERS,
    *impact.HANDLERS,
    *lifecycle.HANDLERS,
    *merges.HANDLERS,
    *paths.HANDLERS,
)


def router() -> Router:
    """Return the surface; one sorted line a file of it stands in HANDLERS."""
    return Router(PREFIX, route_handlers=list(HANDLERS), include_in_schema=False)
