"""Collections: the tree that assets stand in and that roles are given on, and the moves of assets inside it."""

from headwater.catalog.collections.tree import (
    Collection,
    Collections,
    collection_id,
    collection_names,
    no_collection,
)

__all__ = ["Collection", "Collections", "collection_id", "collection_names", "no_collection"]
