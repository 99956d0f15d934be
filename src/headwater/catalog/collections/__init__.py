"""Collections: the tree that assets stand in and that roles are given on, and the moves of assets inside it."""

from headwater.catalog.collections.tree import (
    Collection,
    Collections,
    collection_id,
    collection_names,
    collection_parents,
    no_collection,
    path_of,
)

__all__ = [
    "Collection",
    "Collections",
    "collection_id",
    "collection_names",
    "collection_parents",
    "no_collection",
    "path_of",
]
