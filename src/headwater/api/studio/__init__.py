"""The JSON API behind Studio's pages: view-sized answers for one browser, not a public surface."""

from headwater.api.studio.router import create_router
from headwater.api.studio.workspaces import NoWorkspaces, Workspace, Workspaces

__all__ = ["NoWorkspaces", "Workspace", "Workspaces", "create_router"]
