"""What every store's naming gives: where Purview keeps a thing of this store, and under which type."""

from __future__ import annotations

from typing import Protocol

import msgspec

from headwater.data.locations import FileLocation, TableLocation
from headwater.data.names import AssetId, QualifiedName
from headwater.lineage.facts import Parent


class Named(msgspec.Struct, frozen=True):
    """An asset's identity, the name that people read, and what holds it, outermost first."""

    id: AssetId
    name: str
    parents: tuple[Parent, ...] = ()


class Naming(Protocol):
    """Names of one family of stores. The same location always gives the same name."""

    @property
    def dialect(self) -> str | None:
        """SQL that users write for this store, by the name sqlglot has for it; None where they write none."""

    @property
    def default_schema(self) -> str | None:
        """Schema of a table that is named without one."""

    def asset(self, location: FileLocation | TableLocation, view: bool) -> Named:
        """Name a file, folder, table or view."""


def named(type_name: str, qualified_name: str, name: str, parents: tuple[Parent, ...] = ()) -> Named:
    return Named(AssetId(type_name, QualifiedName(qualified_name)), name, parents)


def parent(type_name: str, qualified_name: str, name: str) -> Parent:
    return Parent(AssetId(type_name, QualifiedName(qualified_name)), name)
