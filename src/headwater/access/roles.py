"""Roles on collections, and the decision whether a principal may act."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.access.principals import Principal

Role = Literal["data-curator", "data-reader", "data-source-administrator", "collection-administrator"]
Action = Literal[
    "data/read", "data/write", "collection/read", "collection/write", "source/read", "source/write",
    "scan/read", "scan/write", "policy/read", "policy/bind",
]


class Assignment(msgspec.Struct, frozen=True):
    principal: str
    """Object id."""
    role: Role
    collection: str


class Roles:
    def grant(self, principal: Principal, role: Role, collection: str, *, by: str) -> None: ...
    def revoke(self, principal: Principal, role: Role, collection: str, *, by: str) -> None: ...
    def of(self, principal: Principal) -> tuple[Assignment, ...]: ...
    def on(self, collection: str) -> tuple[Assignment, ...]: ...
    def allowed(self, principal: Principal, action: Action, collection: str) -> bool: ...
    def authorize(self, principal: Principal, action: Action, collection: str) -> None:
        """Raises Forbidden with the role that is missing and how to get it."""
        ...

    def collections(self, principal: Principal, action: Action) -> frozenset[str]:
        """Collections in which the principal may do this."""
        ...
