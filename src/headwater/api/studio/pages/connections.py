"""Manage › Connections: a card per workspace, with the reason and the way to mend it."""

from __future__ import annotations

from headwater.api.studio.shapes.base import Command
from headwater.api.studio.shapes.connections import Connection, Connections, Fix
from headwater.api.studio.viewer import Viewer, require
from headwater.api.studio.workspaces import Runs, Workspace, Workspaces
from headwater.errors import Fault, NotFound
from headwater.lineage.connection import ConnectionReport

_ADD = Command(
    label="Name a folder of pipelines in headwater.toml, then connect it to this account.",
    command="headwater connect WORKSPACE",
)


class ConnectionPages:
    def __init__(self, account: str, workspaces: Workspaces, runs: Runs) -> None:
        self._account = account
        self._workspaces = workspaces
        self._runs = runs

    def list(self, viewer: Viewer) -> Connections:
        """Return every workspace of the project with its connection, asked for now."""
        require(bool(viewer.readable), "see connections", "data-reader")
        waiting = self._runs.waiting()
        return Connections(
            connections=tuple(
                self._card(viewer, workspace, waiting.get(workspace.name, 0)) for workspace in self._workspaces.all()
            ),
            add=_ADD,
        )

    def fix(self, viewer: Viewer, workspace: str) -> Connections:
        """Connect a workspace and grant its identity Data Curator. Raises Forbidden or NotFound."""
        require(viewer.can_grant, "connect workspaces or grant roles", "collection-administrator")
        if workspace not in {known.name for known in self._workspaces.all()}:
            cure = "headwater.toml names the workspaces."
            raise NotFound(Fault("CAT-001", f'There is no workspace "{workspace}"', cure=cure))
        self._workspaces.connect(workspace)
        return self.list(viewer)

    def _card(self, viewer: Viewer, workspace: Workspace, pending: int) -> Connection:
        report = self._workspaces.connection(workspace.name)
        return Connection(
            workspace=workspace.name,
            kind=workspace.identity.kind,
            place=workspace.folder,
            pipelines=workspace.pipelines,
            account=self._account,
            status=report.status,
            reason=report.reason,
            fix=_fix(viewer, workspace, report),
            last_delivery_at=self._runs.last_delivery(workspace.name),
            pending=pending,
        )


def _fix(viewer: Viewer, workspace: Workspace, report: ConnectionReport) -> Fix | None:
    if report.status == "Connected":
        return None
    command = f"headwater connect {workspace.name}"
    can_press = report.status == "Disconnected" and viewer.can_grant
    label = report.fix or "Connect the workspace and grant its identity Data Curator."
    return Fix(label=label, command=command, action="connect" if can_press else None)
