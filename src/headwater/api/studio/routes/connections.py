"""Manage: the workspaces and their way to the account."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from headwater.api.studio.pages.connections import ConnectionPages
from headwater.api.studio.shapes.connections import Connections
from headwater.api.studio.viewer import Viewer

Who = NamedDependency[Viewer]
Pages = NamedDependency[ConnectionPages]


@get("/connections", sync_to_thread=True, operation_id="connections")
def connections(viewer: Who, connection_pages: Pages) -> Connections:
    return connection_pages.list(viewer)


@post("/connections/{workspace:str}/fix", status_code=200, sync_to_thread=True, operation_id="fixConnection")
def fix_connection(viewer: Who, connection_pages: Pages, workspace: FromPath[str]) -> Connections:
    """Do what the card's button says: connect the workspace, or grant its identity the role that it lacks."""
    return connection_pages.fix(viewer, workspace)
