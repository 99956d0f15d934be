"""Browse: from a source type down to what has no children."""

from __future__ import annotations

import msgspec


class BrowseRow(msgspec.Struct, frozen=True):
    """`path` opens the children, in the form `/<type>#<key>/<type>#<key>`."""

    guid: str
    name: str
    qualified_name: str
    type_name: str
    path: str
    is_leaf: bool
    children: int


class BrowseResult(msgspec.Struct, frozen=True):
    count: int
    rows: tuple[BrowseRow, ...]


class Source(msgspec.Struct, frozen=True):
    """A source type: the `serviceType` of types, with the number of active assets of it."""

    name: str
    count: int
    roots: tuple[str, ...]
    """Type names at the top of its hierarchy, `azure_synapse_workspace`."""


class Browse:
    def sources(self, *, collections: frozenset[str] | None = None) -> tuple[Source, ...]: ...
    def by_type(
        self, type_name: str, *, limit: int = 100, offset: int = 0, collections: frozenset[str] | None = None
    ) -> BrowseResult: ...
    def by_path(
        self, path: str, *, limit: int = 100, offset: int = 0, collections: frozenset[str] | None = None
    ) -> BrowseResult: ...
    def children(
        self, guid: str, *, limit: int = 100, offset: int = 0, collections: frozenset[str] | None = None
    ) -> BrowseResult: ...
