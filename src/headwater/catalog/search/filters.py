"""Purview's filter tree as a condition on entities: and, or, not, and one function a leaf."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import and_, false, func, or_, select, true

from headwater.catalog.search import annotation_filters, attribute_filters
from headwater.catalog.search.leaves import Condition, Leaf, is_true, texts, unreadable
from headwater.catalog.search.object_types import types_of
from headwater.catalog.store.name_endings import LONGEST, ending, has_ending
from headwater.catalog.store.schema import collections, entities
from headwater.catalog.types import TypeSet

MAX_DEPTH = 50
# What stands beside a leaf and says more of it.
BESIDE = frozenset({"attributeValue", "glossary", "includeSubClassifications", "includeSubTypes", "kind", "operator"})


def condition(tree: object, types: TypeSet, path: str = "filter", depth: int = 0) -> Condition:
    """Return the condition; none or an empty object means all. Raises Invalid with what cannot be read."""
    if tree is None or tree == {}:
        return true()
    if depth > MAX_DEPTH or not isinstance(tree, dict):
        raise unreadable("a filter is an object of and, or, not, or a leaf", path)
    found: list[Condition] = []
    for key in tree:
        if key in {"and", "or"}:
            found.append(_joined(key, tree[key], types, f"{path}.{key}", depth))
        elif key == "not":
            # What has no value to compare is not what is looked for, so it is what is left.
            found.append(condition(tree[key], types, f"{path}.not", depth + 1).is_not(true()))
        elif build := LEAVES.get(key):
            found.append(build(tree, types, f"{path}.{key}"))
        elif key not in BESIDE:
            raise unreadable(f"'{key}' is no leaf; known are {', '.join(sorted(LEAVES))}", path)
    return and_(true(), *found)


def is_by_type(tree: object) -> bool:
    """Tell whether the type and the collection of an entity are enough to know if it is meant."""
    if isinstance(tree, list):
        return all(is_by_type(item) for item in tree)
    if not isinstance(tree, dict):
        return tree is None
    return all(
        is_by_type(value) if key in {"and", "not", "or"} else key in BY_TYPE or key in BESIDE
        for key, value in tree.items()
    )


def narrows(tree: object, is_few: Callable[[object], bool]) -> bool:
    """Tell whether there is an index of what the tree asks for, by which few are found at once.

    `is_few` is asked about a leaf whose values may be those of most assets.
    """
    if not isinstance(tree, dict):
        return False
    if not BY_INDEX.isdisjoint(tree):
        return True
    if ENDING in tree and is_few({ENDING: tree[ENDING]}):
        return True
    several = tree.get("and")
    return isinstance(several, list) and any(narrows(item, is_few) for item in several)


def _joined(key: str, items: object, types: TypeSet, path: str, depth: int) -> Condition:
    if not isinstance(items, list):
        raise unreadable(f"'{key}' takes a list", path)
    found = [condition(item, types, f"{path}[{number}]", depth + 1) for number, item in enumerate(items)]
    return and_(true(), *found) if key == "and" else or_(false(), *found)


def _asset_type(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
    wanted = {text.casefold() for text in texts(tree, "assetType", path)}
    return entities.c.type_id.in_(
        [type.id for type in types.entities.values() if type.service_type.casefold() in wanted]
    )


def _object_type(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
    ids = {id for text in texts(tree, "objectType", path) for id in types_of(text, types)}
    return entities.c.type_id.in_(sorted(ids))


def _entity_type(leaf: str) -> Leaf:
    def build(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
        ids: set[int] = set()
        for name in texts(tree, leaf, path):
            if is_true(tree.get("includeSubTypes")):
                ids |= types.subtype_ids(name)
            elif type := types.entities.get(name):
                ids.add(type.id)
        return entities.c.type_id.in_(sorted(ids))

    return build


def _collection(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    names = texts(tree, "collectionId", path)
    return entities.c.collection_id.in_(select(collections.c.id).where(collections.c.name.in_(names)))


def _guid(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    return entities.c.guid.in_(texts(tree, "id", path))


def _extension(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    endings = ["." + text.lstrip(".").casefold() for text in texts(tree, ENDING, path)]
    return or_(false(), *(_ends_with(ending) for ending in endings))


def _ends_with(text: str) -> Condition:
    """Return the condition of names with this ending; the index has what stands behind the last dot of `.tar.gz`."""
    name, last = entities.c.name, text.rpartition(".")[2]
    whole: Condition = func.lower(name).endswith(text, autoescape=True)
    if len(last) > LONGEST:
        return whole
    indexed = and_(has_ending(name), ending(name) == last)
    return indexed if text == f".{last}" else and_(indexed, whole)


BY_TYPE: Mapping[str, Leaf] = MappingProxyType(
    {
        "assetType": _asset_type,
        "collectionId": _collection,
        "entityType": _entity_type("entityType"),
        "glossaryType": _entity_type("glossaryType"),
        "objectType": _object_type,
        "typeName": _entity_type("typeName"),
    }
)
BY_INDEX = frozenset({*annotation_filters.LEAVES, "id"})
ENDING = "fileExtension"
LEAVES: Mapping[str, Leaf] = MappingProxyType(
    {**BY_TYPE, **annotation_filters.LEAVES, **attribute_filters.LEAVES, ENDING: _extension, "id": _guid}
)
