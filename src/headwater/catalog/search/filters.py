"""Purview's filter tree as a condition on entities: and, or, not, and one function a leaf."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import Text, and_, cast, false, func, not_, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.store.json_values import json_value
from headwater.catalog.store.schema import collections, entities, entity_texts
from headwater.catalog.types import TypeSet
from headwater.errors import Fault, Invalid, Place

MAX_DEPTH = 50
# What stands beside a leaf and says more of it.
BESIDE = frozenset({"attributeValue", "includeSubClassifications", "includeSubTypes", "operator"})
Condition = ColumnElement[bool]


def condition(tree: object, types: TypeSet, path: str = "filter", depth: int = 0) -> Condition:
    """Return the condition; none or an empty object means all. Raises Invalid with what cannot be read."""
    if tree is None or tree == {}:
        return true()
    if depth > MAX_DEPTH or not isinstance(tree, dict):
        raise _unreadable("a filter is an object of and, or, not, or a leaf", path)
    found: list[Condition] = []
    for key in tree:
        if key in {"and", "or"}:
            found.append(_joined(key, tree[key], types, f"{path}.{key}", depth))
        elif key == "not":
            found.append(not_(condition(tree[key], types, f"{path}.not", depth + 1)))
        elif build := LEAVES.get(key):
            found.append(build(tree, types, f"{path}.{key}"))
        elif key not in BESIDE:
            raise _unreadable(f"'{key}' is no leaf; known are {', '.join(LEAVES)}", path)
    return and_(true(), *found)


def _joined(key: str, items: object, types: TypeSet, path: str, depth: int) -> Condition:
    if not isinstance(items, list):
        raise _unreadable(f"'{key}' takes a list", path)
    found = [condition(item, types, f"{path}[{number}]", depth + 1) for number, item in enumerate(items)]
    return and_(true(), *found) if key == "and" else or_(false(), *found)


def _unreadable(what: str, path: str) -> Invalid:
    return Invalid(Fault("CAT-029", f"The search cannot be read: {what}", Place(path=path), "Mend the filter."))


def _texts(tree: Mapping[str, object], leaf: str, path: str) -> list[str]:
    value = tree[leaf]
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in values):
        raise _unreadable(f"'{leaf}' takes a string or a list of strings", path)
    return [str(item) for item in values]


def _asset_type(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
    wanted = {text.casefold() for text in _texts(tree, "assetType", path)}
    return entities.c.type_id.in_(
        [type.id for type in types.entities.values() if type.service_type.casefold() in wanted]
    )


def _entity_type(leaf: str) -> Callable[[Mapping[str, object], TypeSet, str], Condition]:
    def build(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
        ids: set[int] = set()
        for name in _texts(tree, leaf, path):
            if tree.get("includeSubTypes") in (True, "true"):
                ids |= types.subtype_ids(name)
            elif type := types.entities.get(name):
                ids.add(type.id)
        return entities.c.type_id.in_(sorted(ids))

    return build


def _collection(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    names = _texts(tree, "collectionId", path)
    return entities.c.collection_id.in_(select(collections.c.id).where(collections.c.name.in_(names)))


def _guid(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    return entities.c.guid.in_(_texts(tree, "id", path))


def _extension(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    endings = ["." + text.lstrip(".").casefold() for text in _texts(tree, "fileExtension", path)]
    return or_(false(), *(func.lower(entities.c.name).endswith(ending, autoescape=True) for ending in endings))


def _nothing_kept(leaf: str) -> Callable[[Mapping[str, object], TypeSet, str], Condition]:
    """Return the leaf for what no asset has yet, so that nothing is found."""

    def build(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
        _texts(tree, leaf, path)
        return false()

    return build


_COLUMNS: Mapping[str, ColumnElement[object]] = MappingProxyType(
    {
        "createTime": entities.c.created_at,
        "createdBy": entities.c.created_by,
        "guid": entities.c.guid,
        "name": entities.c.name,
        "qualifiedName": entities.c.qualified_name,
        "updateTime": entities.c.updated_at,
        "updatedBy": entities.c.updated_by,
    }
)


def _attribute(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
    name, operator, value = tree["attributeName"], str(tree.get("operator", "eq")).lower(), tree.get("attributeValue")
    if not isinstance(name, str) or not isinstance(value, str | int | float | bool):
        raise _unreadable("a leaf of an attribute needs attributeName, operator and attributeValue", path)
    compare = OPERATORS.get(operator)
    if compare is None:
        raise _unreadable(f"operator '{operator}' is none of {', '.join(OPERATORS)}", path)
    if operator in OF_TEXT:
        value = str(value)
    column = _COLUMNS.get(name)
    if column is None:
        return compare(_held(name, value, types), value)
    if not isinstance(column.type, Text) and not isinstance(value, int | float):
        raise _unreadable(f"'{name}' is a time in milliseconds: compare it with a number", path)
    return compare(cast(column, Text) if isinstance(value, str) else column, value)


def _held(name: str, value: object, types: TypeSet) -> ColumnElement[object]:
    """Return the value of an attribute, wherever it is kept."""
    light = json_value(entities.c.attributes, name, value)
    if not any(name in type.heavy for type in types.entities.values()):
        return light
    heavy = select(json_value(entity_texts.c.attributes, name, value)).where(entity_texts.c.entity_id == entities.c.id)
    return func.coalesce(light, heavy.scalar_subquery())


Compare = Callable[[ColumnElement[object], object], Condition]
OPERATORS: Mapping[str, Compare] = MappingProxyType(
    {
        "contains": lambda column, value: func.lower(column).contains(str(value).lower(), autoescape=True),
        "endswith": lambda column, value: func.lower(column).endswith(str(value).lower(), autoescape=True),
        "eq": lambda column, value: column == value,
        "ge": lambda column, value: column >= value,
        "gt": lambda column, value: column > value,
        "gte": lambda column, value: column >= value,
        "le": lambda column, value: column <= value,
        "lt": lambda column, value: column < value,
        "lte": lambda column, value: column <= value,
        "ne": lambda column, value: or_(column != value, column.is_(None)),
        "neq": lambda column, value: or_(column != value, column.is_(None)),
        "prefix": lambda column, value: func.lower(column).startswith(str(value).lower(), autoescape=True),
        "startswith": lambda column, value: func.lower(column).startswith(str(value).lower(), autoescape=True),
    }
)
OF_TEXT = frozenset({"contains", "endswith", "prefix", "startswith"})
Leaf = Callable[[Mapping[str, object], TypeSet, str], Condition]
LEAVES: Mapping[str, Leaf] = MappingProxyType(
    {
        "assetType": _asset_type,
        "attributeName": _attribute,
        "classification": _nothing_kept("classification"),
        "collectionId": _collection,
        "contactId": _nothing_kept("contactId"),
        "contactType": _nothing_kept("contactType"),
        "entityType": _entity_type("entityType"),
        "fileExtension": _extension,
        "id": _guid,
        "label": _nothing_kept("label"),
        "term": _nothing_kept("term"),
        "typeName": _entity_type("typeName"),
    }
)
