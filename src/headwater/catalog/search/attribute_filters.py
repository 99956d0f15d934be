"""Leaves of the filter tree that compare: an attribute by name, and when an asset was made or changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import Text, and_, cast, false, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog import clock
from headwater.catalog.search.leaves import Condition, Leaf, comparable, unreadable
from headwater.catalog.store.json_values import json_value
from headwater.catalog.store.schema import entities, entity_texts
from headwater.catalog.types import TypeSet

DAY_MS = 24 * 3600 * 1000
# Name of a range → how many days back it reaches; the last one is what lies before that.
RANGES: Mapping[str, int] = MappingProxyType({"LAST_24H": 1, "LAST_30D": 30, "LAST_365D": 365, "LAST_7D": 7})
LONG_AGO = "MORE_THAN_365D"
COLUMNS: Mapping[str, ColumnElement[object]] = MappingProxyType(
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
OF_NUMBERS = frozenset({"eq", "ge", "gt", "gte", "le", "lt", "lte", "ne", "neq"})
OF_TEXT = frozenset({"contains", "endswith", "prefix", "startswith"})
TIME_RANGE = "timerange"


def _attribute(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
    name, operator, value = tree["attributeName"], str(tree.get("operator", "eq")).lower(), tree.get("attributeValue")
    if not isinstance(name, str) or not isinstance(value, str | int | float | bool) or not _are_comparable(name, value):
        raise unreadable("a leaf of an attribute needs attributeName, operator and attributeValue", path)
    if operator == TIME_RANGE:
        held = COLUMNS[name] if name in COLUMNS else _held(name, 0, types)
        if isinstance(held.type, Text):
            raise unreadable(f"'{name}' is no time", path)
        return _within(held, value, path)
    compare = OPERATORS.get(operator)
    if compare is None:
        raise unreadable(f"operator '{operator}' is none of {', '.join((*OPERATORS, TIME_RANGE))}", path)
    if operator in OF_TEXT:
        value = str(value)
    column = COLUMNS.get(name)
    if column is None:
        return compare(_held(name, value, types), value)
    if not isinstance(column.type, Text) and not isinstance(value, int | float):
        raise unreadable(f"'{name}' is a time in milliseconds: compare it with a number", path)
    return compare(cast(column, Text) if isinstance(value, str) else column, value)


def _are_comparable(*values: object) -> bool:
    return all(comparable(value) for value in values)


def _held(name: str, value: object, types: TypeSet) -> ColumnElement[object]:
    """Return the value of an attribute, wherever it is kept; `metadata.attribute` is one of business metadata."""
    metadata, dot, attribute = name.partition(".")
    if dot and metadata in types.business_metadata:
        every = json_value(entities.c.annotations, "businessAttributes", "")
        return json_value(json_value(every, metadata, ""), attribute, value)
    light = json_value(entities.c.attributes, name, value)
    if not any(name in type.heavy for type in types.entities.values()):
        return light
    heavy = select(json_value(entity_texts.c.attributes, name, value)).where(entity_texts.c.entity_id == entities.c.id)
    return func.coalesce(light, heavy.scalar_subquery())


def _time(leaf: str) -> Leaf:
    """Return the leaf of a time: a range by name, or `{"operator", "timeThreshold"}` in milliseconds."""

    def build(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
        given = tree[leaf]
        if isinstance(given, str):
            return _within(COLUMNS[leaf], given, path)
        if not isinstance(given, dict) or not {"operator", "timeThreshold"} <= given.keys():
            raise unreadable(f"'{leaf}' takes the name of a range, or operator and timeThreshold", path)
        operator, threshold = str(given["operator"]).lower(), given["timeThreshold"]
        if operator == TIME_RANGE:
            return _within(COLUMNS[leaf], threshold, path)
        is_number = isinstance(threshold, int | float) and not isinstance(threshold, bool) and comparable(threshold)
        if operator not in OF_NUMBERS or not is_number:
            raise unreadable(f"'{leaf}' compares with milliseconds by {', '.join(sorted(OF_NUMBERS))}", path)
        return OPERATORS[operator](COLUMNS[leaf], threshold)

    return build


def _within(column: ColumnElement[object], value: object, path: str) -> Condition:
    """Return the condition of a range by name, or of several with `|` between."""
    found: list[Condition] = []
    now = clock.now()
    for name in str(value).split("|"):
        if name == LONG_AGO:
            found.append(column < now - RANGES["LAST_365D"] * DAY_MS)
        elif name in RANGES:
            found.append(and_(column >= now - RANGES[name] * DAY_MS, column <= now))
        else:
            raise unreadable(f"'{name}' is none of {', '.join((*RANGES, LONG_AGO))}", path)
    return or_(false(), *found)


LEAVES: Mapping[str, Leaf] = MappingProxyType(
    {"attributeName": _attribute, "createTime": _time("createTime"), "updateTime": _time("updateTime")}
)
