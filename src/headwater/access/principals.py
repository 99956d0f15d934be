"""Principals: people, workspaces' managed identities and applications, with their hashed secrets."""

from __future__ import annotations

from typing import Literal

import msgspec

PrincipalKind = Literal["user", "workspace", "application"]


class Principal(msgspec.Struct, frozen=True):
    """`id` is the object id (a guid) that roles and tokens name."""

    id: str
    kind: PrincipalKind
    name: str
    display_name: str = ""


class Principals:
    def create(self, kind: PrincipalKind, name: str, *, display_name: str = "", by: str = "") -> Principal:
        """Raises Conflict if the kind has one of this name."""
        ...

    def ensure(self, kind: PrincipalKind, name: str, *, by: str = "") -> Principal:
        """The principal of this kind and name, made if need be."""
        ...

    def get(self, id: str) -> Principal:
        """Raises NotFound."""
        ...

    def find(self, kind: PrincipalKind, name: str) -> Principal | None: ...
    def all(self) -> tuple[Principal, ...]: ...
    def add_secret(self, id: str, *, by: str = "") -> str:
        """Make a secret; only its hash is kept, so this is the one time it is seen."""
        ...

    def by_secret(self, secret: str, *, id: str | None = None) -> Principal:
        """Whose secret this is. Raises Unauthorized."""
        ...
