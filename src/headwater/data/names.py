"""Names of things in the catalog: never a bare `str`, never assembled or split by hand elsewhere."""

from __future__ import annotations

import msgspec


class QualifiedName(msgspec.Struct, frozen=True):
    """Atlas' `qualifiedName`, normalized where it is made (`lineage/naming/`)."""

    value: str

    def __str__(self) -> str:
        return self.value

    def child(self, *segments: str) -> QualifiedName:
        """Return the name below this one, joined by `/`."""
        return QualifiedName("/".join((self.value.rstrip("/"), *segments)))

    def part(self, *fragments: str) -> QualifiedName:
        """Return the name of a part of this thing, joined by `#` as Purview does for columns and operations."""
        return QualifiedName("#".join((self.value, *fragments)))


class AssetId(msgspec.Struct, frozen=True):
    """An asset: its Atlas type and its qualified name."""

    type_name: str
    qualified_name: QualifiedName


class ColumnId(msgspec.Struct, frozen=True):
    """A column of an asset; by name, as Purview's columnMapping does."""

    asset: AssetId
    column: str
