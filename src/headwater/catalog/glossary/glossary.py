"""The glossary as one value: its parts, which share the catalog's store."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.catalog.collections import Collections
from headwater.catalog.glossary.assignments import Assignments
from headwater.catalog.glossary.categories import Categories
from headwater.catalog.glossary.glossaries import Glossaries
from headwater.catalog.glossary.imports import Imports
from headwater.catalog.glossary.session import Sessions
from headwater.catalog.glossary.terms import MAX_TERMS, Terms
from headwater.catalog.store import Store
from headwater.catalog.types.in_force import Types


@dataclass(frozen=True, slots=True)
class BusinessGlossary:
    """Glossaries, categories, terms, what terms are assigned to, and terms from and to CSV files."""

    glossaries: Glossaries
    categories: Categories
    terms: Terms
    assignments: Assignments
    imports: Imports

    @classmethod
    def open(
        cls, store: Store, types: Types, collections: Collections, *, most_terms: int = MAX_TERMS
    ) -> BusinessGlossary:
        """Migrate the glossary's own tables and return its parts."""
        sessions = Sessions(store, types, collections)
        return cls(
            glossaries=Glossaries(sessions),
            categories=Categories(sessions),
            terms=Terms(sessions, most=most_terms),
            assignments=Assignments(sessions),
            imports=Imports(store, sessions, most=most_terms),
        )
