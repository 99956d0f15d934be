"""The shapes of a glossary as Atlas and Purview show and take them; what is not given is left out."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.catalog.model import Attributes, Shape

Sort = Literal["ASC", "DESC"]


class GlossaryHeader(Shape, frozen=True, omit_defaults=True):
    glossary_guid: str = ""
    relation_guid: str | None = None
    display_text: str | None = None


class TermHeader(Shape, frozen=True, omit_defaults=True):
    """A term that something refers to; what describes it is said of the relation, not of the term."""

    term_guid: str = ""
    relation_guid: str | None = None
    display_text: str | None = None
    description: str | None = None
    expression: str | None = None
    source: str | None = None
    status: str | None = None
    steward: str | None = None


class CategoryHeader(Shape, frozen=True, omit_defaults=True):
    category_guid: str = ""
    parent_category_guid: str | None = None
    relation_guid: str | None = None
    display_text: str | None = None
    description: str | None = None


class CategorizationHeader(Shape, frozen=True, omit_defaults=True):
    category_guid: str = ""
    relation_guid: str | None = None
    display_text: str | None = None
    description: str | None = None
    status: str | None = None


class Assigned(Shape, frozen=True, omit_defaults=True):
    """An entity as an assignment of a term names it: by guid, or by type and unique attributes."""

    guid: str | None = None
    type_name: str | None = None
    unique_attributes: Attributes | None = None
    relationship_guid: str | None = None
    relationship_attributes: Attributes | None = None


class Described(Shape, frozen=True, omit_defaults=True):
    """What glossaries, categories and terms have in common."""

    guid: str | None = None
    name: str | None = None
    qualified_name: str | None = None
    short_description: str | None = None
    long_description: str | None = None
    additional_attributes: dict[str, str] | None = None
    classifications: tuple[Attributes, ...] | None = None
    last_modified_ts: str | int | None = msgspec.field(name="lastModifiedTS", default=None)
    created_by: str | None = None
    updated_by: str | None = None
    create_time: int | None = None
    update_time: int | None = None


class Glossary(Described, frozen=True, omit_defaults=True):
    language: str | None = None
    usage: str | None = None
    terms: tuple[TermHeader, ...] | None = None
    categories: tuple[CategoryHeader, ...] | None = None


class Category(Described, frozen=True, omit_defaults=True):
    anchor: GlossaryHeader | None = None
    parent_category: CategoryHeader | None = None
    children_categories: tuple[CategoryHeader, ...] | None = None
    terms: tuple[TermHeader, ...] | None = None


class Term(Described, frozen=True, omit_defaults=True):
    """A term. `attributes` are values by term template and attribute; contacts have the roles Expert and Steward."""

    anchor: GlossaryHeader | None = None
    nick_name: str | None = None
    abbreviation: str | None = None
    usage: str | None = None
    examples: tuple[str, ...] | None = None
    status: str | None = None
    resources: tuple[Attributes, ...] | None = None
    contacts: dict[str, tuple[Attributes, ...] | None] | None = None
    template_name: tuple[str, ...] | None = None
    attributes: dict[str, Attributes] | None = None
    is_definition_rich_text: bool | None = None
    parent_term: TermHeader | None = None
    child_terms: tuple[TermHeader, ...] | None = None
    categories: tuple[CategorizationHeader, ...] | None = None
    assigned_entities: tuple[Attributes, ...] | None = None
    antonyms: tuple[TermHeader, ...] | None = None
    classifies: tuple[TermHeader, ...] | None = None
    is_a: tuple[TermHeader, ...] | None = None
    preferred_terms: tuple[TermHeader, ...] | None = None
    preferred_to_terms: tuple[TermHeader, ...] | None = None
    replaced_by: tuple[TermHeader, ...] | None = None
    replacement_terms: tuple[TermHeader, ...] | None = None
    see_also: tuple[TermHeader, ...] | None = None
    synonyms: tuple[TermHeader, ...] | None = None
    translated_terms: tuple[TermHeader, ...] | None = None
    translation_terms: tuple[TermHeader, ...] | None = None
    valid_values: tuple[TermHeader, ...] | None = None
    valid_values_for: tuple[TermHeader, ...] | None = None


class GlossaryDetail(Glossary, frozen=True, omit_defaults=True):
    """A glossary with all its categories and terms in full, by guid."""

    category_info: dict[str, Category] = {}
    term_info: dict[str, Term] = {}


class Page(msgspec.Struct, frozen=True):
    """Which rows of a list are asked for, by name; a limit of -1 asks for all."""

    limit: int = -1
    offset: int = 0
    sort: Sort = "ASC"


ALL = Page()
# Attribute of a term → field of `Term`: how terms relate to terms.
RELATIONS: dict[str, str] = {
    "antonyms": "antonyms",
    "classifies": "classifies",
    "isA": "is_a",
    "preferredTerms": "preferred_terms",
    "preferredToTerms": "preferred_to_terms",
    "replacedBy": "replaced_by",
    "replacementTerms": "replacement_terms",
    "seeAlso": "see_also",
    "synonyms": "synonyms",
    "translatedTerms": "translated_terms",
    "translationTerms": "translation_terms",
    "validValues": "valid_values",
    "validValuesFor": "valid_values_for",
}
