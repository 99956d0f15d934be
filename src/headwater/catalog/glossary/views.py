"""Stored rows as glossaries, categories and terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select

from headwater import typed
from headwater.catalog.collections import collection_names
from headwater.catalog.glossary.session import Reading
from headwater.catalog.glossary.shapes import (
    RELATIONS,
    Assigned,
    CategorizationHeader,
    Category,
    CategoryHeader,
    Glossary,
    GlossaryHeader,
    Term,
    TermHeader,
)
from headwater.catalog.model import Attributes
from headwater.catalog.reading import Row, annotations_of, attributes_of, links_of
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.schema import entities

TEMPLATE_VALUES = "templateAttributes"
"""The attribute that keeps values by term template."""
PLAIN = ("additionalAttributes", "longDescription", "name", "qualifiedName", "shortDescription")
PLAIN_OF_GLOSSARY = (*PLAIN, "language", "usage")
PLAIN_OF_TERM = (
    *PLAIN,
    "abbreviation",
    "examples",
    "isDefinitionRichText",
    "nickName",
    "resources",
    "status",
    "templateName",
    "usage",
)
Readable = frozenset[str] | None
"""Collections whose entities may be shown; None: all."""


def glossaries_of(reading: Reading, rows: Sequence[Row], *, held: bool = True) -> list[Glossary]:
    """Return glossaries, with the headers of their terms and categories if these are asked for."""
    terms: dict[int, list[TermHeader]] = {row["id"]: [] for row in rows}
    categories: dict[int, list[CategoryHeader]] = {row["id"]: [] for row in rows}
    if held:
        for key, relation, guid, name in reading.pairs(list(terms), "AtlasGlossaryTermAnchor"):
            terms[key].append(TermHeader(term_guid=guid, relation_guid=relation, display_text=name))
        pairs = reading.pairs(list(categories), "AtlasGlossaryCategoryAnchor")
        above = _parents(reading, [guid for _, _, guid, _ in pairs])
        for key, relation, guid, name in pairs:
            header = CategoryHeader(
                category_guid=guid, relation_guid=relation, display_text=name, parent_category_guid=above.get(guid)
            )
            categories[key].append(header)
    found = []
    for row in rows:
        shown = typed.convert(_plain(row, PLAIN_OF_GLOSSARY), Glossary)
        if held:
            shown = msgspec.structs.replace(
                shown, terms=tuple(terms[row["id"]]), categories=tuple(categories[row["id"]])
            )
        found.append(shown)
    return found


def _parents(reading: Reading, guids: Sequence[str]) -> dict[str, str]:
    """Return the guid of the category above each category that has one."""
    rows = reading.rows(guids, "AtlasGlossaryCategory")
    links = links_of(reading.connection, list(rows.values()), reading.types)
    parents = {guid: links[row["id"]].get("parentCategory") for guid, row in rows.items()}
    return {guid: str(above["guid"]) for guid, above in parents.items() if isinstance(above, dict)}


def categories_of(reading: Reading, rows: Sequence[Row]) -> list[Category]:
    """Return categories with all that they refer to."""
    links = links_of(reading.connection, rows, reading.types)
    found = []
    for row in rows:
        mine = links[row["id"]]
        shown = typed.convert(_plain(row, PLAIN), Category)
        children = tuple(_category_header(one, row["guid"]) for one in _several(mine, "childrenCategories"))
        found.append(
            msgspec.structs.replace(
                shown,
                anchor=_anchor(mine),
                parent_category=next((_category_header(one) for one in _several(mine, "parentCategory")), None),
                children_categories=children,
                terms=tuple(_term_header(one) for one in _several(mine, "terms")),
            )
        )
    return found


def terms_of(reading: Reading, rows: Sequence[Row], readable: Readable) -> list[Term]:
    """Return terms with all that they refer to; of assigned entities those that may be read."""
    links = links_of(reading.connection, rows, reading.types)
    allowed = readable_of(reading, [one for row in rows for one in _several(links[row["id"]], ASSIGNED)], readable)
    return [_term(row, links[row["id"]], allowed) for row in rows]


ASSIGNED = "assignedEntities"


def _term(row: Row, links: Mapping[str, object], allowed: frozenset[str]) -> Term:
    relations = {
        field: tuple(_term_header(one) for one in _several(links, attribute)) for attribute, field in RELATIONS.items()
    }
    said = {
        **_plain(row, PLAIN_OF_TERM),
        "contacts": row["contacts"],
        "attributes": _template_values(row),
    }
    if isinstance(resources := said.get("resources"), list):
        said["resources"] = [one["attributes"] for one in resources]
    shown = typed.convert(said, Term)
    return msgspec.structs.replace(
        shown,
        anchor=_anchor(links),
        parent_term=next((_term_header(one) for one in _several(links, "parentTerm")), None),
        child_terms=tuple(_term_header(one) for one in _several(links, "childTerms")) or None,
        categories=tuple(_categorization(one) for one in _several(links, "categories")),
        assigned_entities=tuple(one for one in _several(links, ASSIGNED) if one["guid"] in allowed),
        **{field: headers for field, headers in relations.items() if headers},
    )


def _template_values(row: Row) -> dict[str, object] | None:
    """Return the values by template; what an entity write put there in another form is passed over."""
    found = attributes_of(row).get(TEMPLATE_VALUES)
    return {name: one for name, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else None


def readable_of(reading: Reading, references: Sequence[Attributes], readable: Readable) -> frozenset[str]:
    """Return the guids of those entities, among the ones referred to, that may be read."""
    guids = frozenset(str(one["guid"]) for one in references)
    names = collection_names(reading.connection)
    if readable is None or readable.issuperset(names.values()) or not guids:
        return guids
    wanted = listed()
    query = select(entities.c.guid, entities.c.collection_id).join(wanted, entities.c.guid == text(wanted))
    rows = reading.connection.execute(query, {"wanted": packed(sorted(guids))})
    return frozenset(guid for guid, place in rows if names[place] in readable)


def assigned_input(given: Assigned) -> Attributes:
    """Return the reference to an entity as entity writes take it."""
    named: Attributes = {"typeName": given.type_name, "uniqueAttributes": given.unique_attributes}
    return {"guid": given.guid} if given.guid else named


def _plain(row: Row, names: Sequence[str]) -> dict[str, object]:
    attributes = attributes_of(row)
    said = annotations_of(row)
    return {
        **{name: attributes[name] for name in names if attributes.get(name) is not None},
        "guid": row["guid"],
        "classifications": said.classifications or None,
        "lastModifiedTS": str(row["version"]),
        "createdBy": row["created_by"],
        "updatedBy": row["updated_by"],
        "createTime": row["created_at"],
        "updateTime": row["updated_at"],
    }


def _several(links: Mapping[str, object], name: str) -> list[Attributes]:
    """Return what an entity refers to, be it one, several or none; deleted ones are left out."""
    found = links.get(name)
    items = found if isinstance(found, list) else [found]
    return [item for item in items if isinstance(item, dict) and item["entityStatus"] == "ACTIVE"]


def _header(reference: Attributes, key: str) -> dict[str, object]:
    inner = reference["relationshipAttributes"]
    said = inner.get("attributes") if isinstance(inner, dict) else None
    # Who makes a relationship by its own route may say of it what no header has.
    texts = {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}
    own = {"relationGuid": reference["relationshipGuid"], "displayText": reference["displayText"]}
    return {**texts, **own, key: reference["guid"]}


def _term_header(reference: Attributes) -> TermHeader:
    return typed.convert(_header(reference, "termGuid"), TermHeader)


def _category_header(reference: Attributes, parent: str | None = None) -> CategoryHeader:
    return typed.convert({**_header(reference, "categoryGuid"), "parentCategoryGuid": parent}, CategoryHeader)


def _categorization(reference: Attributes) -> CategorizationHeader:
    return typed.convert(_header(reference, "categoryGuid"), CategorizationHeader)


def _anchor(links: Mapping[str, object]) -> GlossaryHeader | None:
    found = _several(links, "anchor")
    return typed.convert(_header(found[0], "glossaryGuid"), GlossaryHeader) if found else None
