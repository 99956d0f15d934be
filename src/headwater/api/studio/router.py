"""Studio's router: who is asking, what a refusal looks like, and every handler."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException

from headwater.access.account import Account
from headwater.api.studio.pages.annotating import AnnotatingPages
from headwater.api.studio.pages.assets import AssetPages
from headwater.api.studio.pages.browse import BrowsePages
from headwater.api.studio.pages.connections import ConnectionPages
from headwater.api.studio.pages.glossary import GlossaryPages
from headwater.api.studio.pages.history import HistoryPages
from headwater.api.studio.pages.home import HomePages
from headwater.api.studio.pages.impact import ImpactPages
from headwater.api.studio.pages.lineage import LineagePages
from headwater.api.studio.pages.manual_lineage import ManualLineagePages
from headwater.api.studio.pages.monitor import MonitorPages
from headwater.api.studio.pages.search import SearchPages
from headwater.api.studio.routes import (
    annotating,
    catalog,
    connections,
    glossary,
    impact,
    lineage,
    manual_lineage,
    monitor,
    session,
)
from headwater.api.studio.viewer import COOKIE, Sessions, Viewer
from headwater.api.studio.workspaces import NoWorkspaces, Runs, Workspaces
from headwater.errors import CatalogError, Fault, Forbidden, HeadwaterError
from headwater.run.database import RunDatabase

# Litestar's Request is generic in user, auth and state, none of which Studio uses.
Asked = Request[Any, Any, Any]

PATH = "/studio/api"
ASKED_BY = "x-headwater-studio"
"""Header that Studio's own pages send. A form or link on another site cannot, so it cannot change anything here."""

HANDLERS = (
    annotating.annotate,
    annotating.choices,
    annotating.history,
    catalog.asset,
    catalog.asset_runs,
    catalog.asset_schema,
    catalog.browse,
    catalog.home,
    catalog.search,
    catalog.suggest,
    connections.connections,
    connections.fix_connection,
    glossary.create_term,
    glossary.glossary,
    glossary.term,
    impact.impact,
    impact.impact_file,
    lineage.lineage,
    manual_lineage.around,
    manual_lineage.change,
    manual_lineage.draw,
    manual_lineage.read,
    manual_lineage.remove,
    monitor.activity,
    monitor.retry,
    monitor.run,
    monitor.runs,
    session.session,
    session.sign_in,
    session.sign_out,
)

DEPENDENCIES = (
    "annotating_pages",
    "asset_pages",
    "browse_pages",
    "connection_pages",
    "glossary_pages",
    "history_pages",
    "home_pages",
    "impact_pages",
    "lineage_pages",
    "manual_lineage_pages",
    "monitor_pages",
    "search_pages",
    "sessions",
    "viewer",
)


def create_router(account: Account, *, runs: RunDatabase | None = None, workspaces: Workspaces | None = None) -> Router:
    """Return Studio's API for an account, with the runs and workspaces that are served beside it, if any."""
    sessions = Sessions(account)
    known = workspaces or NoWorkspaces()
    history = Runs(runs)
    monitor_pages = MonitorPages(account.catalog, history, known)
    parts: dict[str, object] = {
        "annotating_pages": AnnotatingPages(account),
        "asset_pages": AssetPages(account.catalog, account.roles, account.principals, history),
        "browse_pages": BrowsePages(account.catalog),
        "connection_pages": ConnectionPages(account, known, history),
        "glossary_pages": GlossaryPages(account),
        "history_pages": HistoryPages(account.catalog, account.roles, account.principals),
        "home_pages": HomePages(account.catalog, history, monitor_pages),
        "impact_pages": ImpactPages(account.catalog, account.roles),
        "lineage_pages": LineagePages(account),
        "manual_lineage_pages": ManualLineagePages(account),
        "monitor_pages": monitor_pages,
        "search_pages": SearchPages(account.catalog),
        "sessions": sessions,
    }

    def viewer(request: Asked) -> Viewer:
        return sessions.viewer(request.cookies.get(COOKIE))

    return Router(
        path=PATH,
        route_handlers=HANDLERS,
        dependencies={
            "viewer": Provide(viewer, sync_to_thread=True),
            **{name: constant(part) for name, part in parts.items()},
        },
        before_request=refuse_strangers,
        exception_handlers={HeadwaterError: refusal, HTTPException: bad_request},
        opt={"public": True},
        tags=["studio"],
    )


def refuse_strangers(request: Asked) -> None:
    """Refuse a change that does not come from Studio's own pages."""
    if request.method not in ("GET", "HEAD") and ASKED_BY not in request.headers:
        message = "The request does not come from Studio's pages"
        raise Forbidden(Fault("ACC-020", message, cure=f"Send the header {ASKED_BY}: 1."))


def refusal(_request: Asked, error: HeadwaterError) -> Response[dict[str, object]]:
    """Return every fault with its cure, under the status of the error."""
    status = error.status if isinstance(error, CatalogError) else 400
    return Response({"faults": [fault.to_json() for fault in error.faults]}, status_code=status)


def bad_request(_request: Asked, error: HTTPException) -> Response[dict[str, object]]:
    """Return a request that does not fit a handler as a fault."""
    extra = error.extra if isinstance(error.extra, list) else []
    details = [f'"{entry.get("key", "")}": {entry.get("message", "")}' for entry in extra if isinstance(entry, dict)]
    message = "; ".join(details) or error.detail
    fault = Fault("CAT-028", message, cure="Go back, or start again from Home.")
    return Response({"faults": [fault.to_json()]}, status_code=error.status_code)


def constant(part: object) -> Provide:
    """Provide a value that was made when the server started."""

    def give() -> object:
        return part

    return Provide(give, sync_to_thread=False)
