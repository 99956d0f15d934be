"""Collections: the tree that assets stand in and that roles are given on."""

from __future__ import annotations

import msgspec


class Collection(msgspec.Struct, frozen=True):
    """`name` is the short reference name; the root's is the account's name."""

    name: str
    friendly_name: str
    parent: str | None
    description: str = ""
    created_at: int = 0
    created_by: str = ""
    updated_at: int = 0
    updated_by: str = ""


class Collections:
    @property
    def root(self) -> str: ...
    def all(self) -> tuple[Collection, ...]: ...
    def get(self, name: str) -> Collection:
        """Raises NotFound."""
        ...

    def path(self, name: str) -> tuple[str, ...]:
        """Names from the root to the collection, both included."""
        ...

    def children(self, name: str) -> tuple[Collection, ...]: ...
    def put(self, name: str, *, friendly_name: str, parent: str, description: str = "", by: str) -> Collection: ...
    def delete(self, name: str, *, by: str) -> None:
        """Raises Conflict if it holds assets or collections."""
        ...
