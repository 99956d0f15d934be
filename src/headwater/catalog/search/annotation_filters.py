"""Leaves of the filter tree for what people say of an asset: classification, term, label and contact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from sqlalchemy import false, or_, select
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.search.categories import category
from headwater.catalog.search.leaves import Condition, Leaf, comparable, is_true, texts, unreadable
from headwater.catalog.store.schema import (
    ACTIVE,
    CLASSIFICATION,
    COLUMN_CLASSIFICATION,
    EXPERT,
    LABEL,
    OWNER,
    TERM,
    annotation_index,
    entities,
)
from headwater.catalog.types import TypeSet

ROLES: Mapping[str, int] = MappingProxyType({"expert": EXPERT, "owner": OWNER})
TERM_TYPE = "AtlasGlossaryTerm"


def _said(kinds: Collection[int], *more: ColumnElement[bool]) -> Condition:
    table = annotation_index.c
    return entities.c.id.in_(select(table.entity_id).where(table.kind.in_(sorted(kinds)), *more))


def _classification(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
    """Of the asset itself or of one of its columns."""
    names = set(texts(tree, "classification", path))
    if is_true(tree.get("includeSubClassifications")):
        names |= {below for name in names for below in types.classification_subtypes(name)}
    return _said([CLASSIFICATION, COLUMN_CLASSIFICATION], annotation_index.c.value.in_(sorted(names)))


def _category(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
    wanted = {text.casefold() for text in texts(tree, "classificationCategory", path)}
    names = [name for name in types.classifications if (category(name) or "").casefold() in wanted]
    return _said([CLASSIFICATION, COLUMN_CLASSIFICATION], annotation_index.c.value.in_(sorted(names)))


def _label(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    return _said([LABEL], annotation_index.c.value.in_(texts(tree, "label", path)))


def _term(tree: Mapping[str, object], types: TypeSet, path: str) -> Condition:
    """A term's name, with `glossary` beside it or `@glossary` behind it; without, of every glossary."""
    glossary = tree.get("glossary")
    if glossary is not None and not (isinstance(glossary, str) and comparable(glossary)):
        raise unreadable("'glossary' takes a string", path)
    term = entities.alias("term")
    named: list[ColumnElement[bool]] = []
    for name in texts(tree, "term", path):
        if glossary:
            named.append(term.c.qualified_name == f"{name}@{glossary}")
        else:
            named.append(or_(term.c.name == name, term.c.qualified_name == name))
    of_type = term.c.type_id.in_(sorted(types.subtype_ids(TERM_TYPE)))
    guids = select(term.c.guid).where(of_type, term.c.status == ACTIVE, or_(false(), *named))
    return _said([TERM], annotation_index.c.value.in_(guids))


def _term_guid(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    return _said([TERM], annotation_index.c.value.in_(texts(tree, "termGuid", path)))


def _contact(tree: Mapping[str, object], _: TypeSet, path: str) -> Condition:
    """Ids, types, or both beside each other: then of the same contact."""
    kinds: Collection[int] = (OWNER, EXPERT)
    if "contactType" in tree:
        roles = [text.casefold() for text in texts(tree, "contactType", path)]
        kinds = [ROLES[role] for role in roles if role in ROLES]
    if "contactId" not in tree:
        return _said(kinds)
    return _said(kinds, annotation_index.c.value.in_(texts(tree, "contactId", path)))


LEAVES: Mapping[str, Leaf] = MappingProxyType(
    {
        "classification": _classification,
        "classificationCategory": _category,
        "contactId": _contact,
        "contactType": _contact,
        "label": _label,
        "term": _term,
        "termGuid": _term_guid,
    }
)
