"""Manage: the workspaces and their way to the account."""

from __future__ import annotations

from litestar import get, post

from headwater.api.studio.pages.connections import ConnectionPages
from headwater.api.studio.shapes.connections import Connections
from headwater.api.studio.viewer import Viewer


@get("/connections", sync_to_thread=True, operation_id="connections")
def connections(viewer: Viewer, connection_pages: ConnectionPages) -> Connections:
    return connection_pages.list(viewer)


@post("/connections/{workspace:str}/fix", status_code=200, sync_to_thread=True, operation_id="fixConnection")
def fix_connection(viewer: Viewer, connection_pages: ConnectionPages, workspace: str) -> Connections:
    """Do what the card's button says: connect the workspace, or grant its identity the role that it lacks."""
    return connection_pages.fix(viewer, workspace)
