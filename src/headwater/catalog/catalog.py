"""The catalog as one value: a store and the parts that read and write it. It knows no HTTP and no principals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from headwater.catalog.annotations.business_metadata import BusinessMetadata
from headwater.catalog.annotations.classifications import Classifications
from headwater.catalog.annotations.labels import Labels
from headwater.catalog.assets import Assets
from headwater.catalog.browse import Browse
from headwater.catalog.collections import Collections
from headwater.catalog.entities import Entities
from headwater.catalog.entities.moving import Moves
from headwater.catalog.glossary.glossary import BusinessGlossary
from headwater.catalog.history import History
from headwater.catalog.lifecycle import Lifecycle
from headwater.catalog.lineage import EdgeEvidence, ImpactList, Lineage, PathSearch
from headwater.catalog.lineage.columns import ColumnLineage
from headwater.catalog.merging.aliases import Aliases
from headwater.catalog.merging.merges import Merges
from headwater.catalog.relationships import Relationships
from headwater.catalog.resource_sets.account_rules import ResourceSetRules
from headwater.catalog.search import Search
from headwater.catalog.store import Store
from headwater.catalog.typedefs.definitions import TypeDefinitions


@dataclass(frozen=True, slots=True)
class Catalog:
    """Assets, processes and their lineage. Every part may be used from several threads."""

    name: str
    store: Store
    types: TypeDefinitions
    collections: Collections
    moves: Moves
    entities: Entities
    assets: Assets
    history: History
    aliases: Aliases
    glossary: BusinessGlossary
    classifications: Classifications
    labels: Labels
    business_metadata: BusinessMetadata
    merges: Merges
    relationships: Relationships
    lineage: Lineage
    columns: ColumnLineage
    edge_evidence: EdgeEvidence
    impact: ImpactList
    paths: PathSearch
    lifecycle: Lifecycle
    resource_set_rules: ResourceSetRules
    search: Search
    browse: Browse

    @classmethod
    def open(cls, database: Path | URL, *, name: str) -> Catalog:
        """Open or create the database, migrate it, load the built-in types and the root collection.

        `Store.open` says what a database may be.
        `name` is the root collection's when it is made; an account that exists keeps its own.
        """
        store = Store.open(database)
        types = TypeDefinitions(store)
        collections = Collections(store, root=name)
        return cls(
            name=collections.root,
            store=store,
            types=types,
            collections=collections,
            moves=Moves(store, types),
            classifications=Classifications.open(store, types),
            labels=Labels(store, types),
            business_metadata=BusinessMetadata(store, types),
            entities=Entities(store, types, collections),
            assets=Assets(store, types),
            history=History(store, types),
            aliases=Aliases(store, types),
            glossary=BusinessGlossary.open(store, types, collections),
            merges=Merges(store, types),
            relationships=Relationships(store, types),
            lineage=Lineage(store, types),
            columns=ColumnLineage(store, types),
            edge_evidence=EdgeEvidence(store, types),
            impact=ImpactList(store, types),
            paths=PathSearch(store, types),
            lifecycle=Lifecycle(store, types),
            resource_set_rules=ResourceSetRules(store),
            search=Search(store, types),
            browse=Browse(store, types),
        )

    def close(self) -> None:
        """Give the database's connections back."""
        self.store.close()
