"""The catalog as one value: a store and the parts that read and write it. It knows no HTTP and no principals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headwater.catalog.browse import Browse
from headwater.catalog.collections import Collections
from headwater.catalog.columns import ColumnLineage
from headwater.catalog.entities import Entities
from headwater.catalog.lineage import Lineage
from headwater.catalog.relationships import Relationships
from headwater.catalog.search import Search
from headwater.catalog.store import Store
from headwater.catalog.types import Types


@dataclass(frozen=True, slots=True)
class Catalog:
    """Assets, processes and their lineage. Every part may be used from several threads."""

    name: str
    store: Store
    types: Types
    collections: Collections
    entities: Entities
    relationships: Relationships
    lineage: Lineage
    columns: ColumnLineage
    search: Search
    browse: Browse

    @classmethod
    def open(cls, database: Path, *, name: str) -> Catalog:
        """Open or create the database, migrate it, load the built-in types and the root collection `name`."""
        ...

    def close(self) -> None:
        """Give the database's connections back."""
        ...
