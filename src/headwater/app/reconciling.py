"""Telling the account what a workspace has now, so that what it no longer has goes."""

from __future__ import annotations

import msgspec

from headwater import typed
from headwater.app.local import Local
from headwater.definition.walk import walk_activities
from headwater.errors import Fault, Place, SettingsError
from headwater.lineage.naming.workspace import workspace_id

ROUTE = "/headwater/v1/workspaces/definitions"


class Gone(msgspec.Struct, frozen=True, rename="camel"):
    """What the account no longer has, or in a dry run would no longer have."""

    dry_run: bool
    entities: int
    by_type: dict[str, int] = {}
    samples: dict[str, tuple[str, ...]] = {}


def reconcile(local: Local, workspace: str, *, dry_run: bool) -> Gone:
    """Tell the account what the workspace has, under the workspace's identity; return what went.

    Raises SettingsError, DefinitionError if the definitions are at fault, LineageError if the account refuses.
    """
    reporting = local.reporting(workspace)
    account = local.reporters.account(workspace)
    if reporting is None or account is None:
        cure = f"Connect it: headwater connect {workspace}"
        raise SettingsError(Fault("SET-005", f"No workspace '{workspace}' is connected", Place(), cure))
    pipelines = [
        {"name": name, "activities": sorted({located.activity.name for located in walk_activities(pipeline)})}
        for name, pipeline in sorted(local.definitions.workspace(workspace).pipelines.items())
    ]
    identity = str(workspace_id(reporting.identity).qualified_name)
    body = msgspec.json.encode({"workspace": identity, "pipelines": pipelines, "dryRun": dry_run})
    return typed.decode(local.delivery.call(account.request("PUT", ROUTE, content=body)), Gone)
