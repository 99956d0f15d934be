"""Manage: a card per workspace, with the reason and the way to mend it, and where new assets stand."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.access.account import Account
from headwater.access.principals import PrincipalKind
from headwater.api.studio.shapes.base import Command
from headwater.api.studio.shapes.connections import Connection, Connections, Fix, Place
from headwater.api.studio.viewer import Viewer, require
from headwater.api.studio.workspaces import Runs, Workspace, Workspaces
from headwater.errors import Fault, NotFound
from headwater.lineage.connection import ConnectionReport

_ADD = Command(
    label="Name a folder of pipelines in headwater.toml, then connect it to this account.",
    command="headwater connect WORKSPACE",
)


class ConnectionPages:
    def __init__(self, account: Account, workspaces: Workspaces, runs: Runs) -> None:
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
            places=tuple(self._places(viewer)),
        )

    def fix(self, viewer: Viewer, workspace: str) -> Connections:
        """Connect a workspace and grant its identity Data Curator. Raises Forbidden or NotFound."""
        require(viewer.can_grant, "connect workspaces or grant roles", "collection-administrator")
        if workspace not in {known.name for known in self._workspaces.all()}:
            cure = "headwater.toml names the workspaces."
            raise NotFound(Fault("CAT-001", f'There is no workspace "{workspace}"', cure=cure))
        self._workspaces.connect(workspace)
        return self.list(viewer)

    def _places(self, viewer: Viewer) -> Iterator[Place]:
        """Yield the collection of every workspace, and of who else has one; those that the viewer may see."""
        account = self._account
        root = account.catalog.collections.root
        labels = {collection.name: collection.friendly_name for collection in account.catalog.collections.all()}
        chosen = account.default_collections.all()
        found: dict[tuple[str, PrincipalKind], str] = {(one.name, "workspace"): "" for one in self._workspaces.all()}
        for principal in account.principals.all():
            if principal.id in chosen:
                found[principal.name, principal.kind] = chosen[principal.id]
        seen = account.roles.collections(viewer.principal, "collection/read")
        for (name, kind), collection in sorted(found.items()):
            place = collection or root
            if place in seen:
                yield Place(
                    name=name,
                    kind=kind,
                    collection=place,
                    label=labels[place],
                    is_default=not collection,
                    is_readable=place in viewer.readable,
                )

    def _card(self, viewer: Viewer, workspace: Workspace, pending: int) -> Connection:
        report = self._workspaces.connection(workspace.name)
        return Connection(
            workspace=workspace.name,
            kind=workspace.identity.kind,
            place=workspace.folder,
            pipelines=workspace.pipelines,
            account=self._account.name,
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
