"""Where data lies, as the definitions declare it: independent of what a linked service is bound to.

Plans resolve to locations, connectors open them, lineage names them; so nobody passes URLs around.
"""

from __future__ import annotations

import msgspec


class Store(msgspec.Struct, frozen=True):
    """Identity of a store: what its linked service, with its parameters resolved, points to."""

    linked_service: str
    """Name of the linked service, the key of a binding."""
    kind: str
    """Type of the linked service: `AzureBlobFS`, `AzureSqlDatabase`, …"""
    endpoint: str = ""
    """Host without scheme or trailing slash, `acct.dfs.core.windows.net`; empty if unknown."""
    database: str | None = None


class FileLocation(msgspec.Struct, frozen=True, tag=True):
    """A file, or a folder where `file` is None. `container` is the file system of ADLS Gen2 or the blob container."""

    store: Store
    container: str
    folder: str = ""
    """Without leading or trailing slash; empty for the container's root."""
    file: str | None = None

    @property
    def path(self) -> str:
        """Path inside the container."""
        return "/".join(part for part in (self.folder, self.file) if part)


class TableLocation(msgspec.Struct, frozen=True, tag=True):
    store: Store
    schema: str | None
    table: str


class QueryLocation(msgspec.Struct, frozen=True, tag=True):
    """A query sent to a store in place of a table; `text` is what the definition says, parameters filled in."""

    store: Store
    text: str


Location = FileLocation | TableLocation | QueryLocation
