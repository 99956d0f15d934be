"""Answers of Manage: the workspaces and their way to the account."""

from __future__ import annotations

import datetime
from typing import Literal

from headwater.api.studio.shapes.base import Answer, Command

ConnectionState = Literal["Connected", "Disconnected", "Unknown"]


class Fix(Answer, frozen=True, kw_only=True):
    """How to mend a connection: a button where the person may press it, else the command for one who may."""

    label: str
    command: str
    action: Literal["connect"] | None = None


class Connection(Answer, frozen=True, kw_only=True):
    """A workspace and its way to the account."""

    workspace: str
    kind: Literal["synapse", "factory"]
    place: str
    pipelines: int
    account: str
    status: ConnectionState
    reason: str = ""
    fix: Fix | None = None
    last_delivery_at: datetime.datetime | None = None
    pending: int = 0


class Place(Answer, frozen=True, kw_only=True):
    """Where what a workspace or an application makes stands: `collection` by name, `label` as people see it."""

    name: str
    kind: Literal["workspace", "application", "user"]
    collection: str
    label: str
    is_default: bool
    """None was chosen, so it is the root."""
    is_readable: bool
    """The viewer may read the assets there."""


class Connections(Answer, frozen=True, kw_only=True):
    connections: tuple[Connection, ...]
    add: Command
    places: tuple[Place, ...]
