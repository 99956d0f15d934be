"""The glossary and its terms, as Studio shows them."""

from __future__ import annotations

from headwater.api.studio.shapes.base import Answer, Crumb


class GlossaryChoice(Answer, frozen=True, kw_only=True):
    guid: str
    name: str
    terms: int


class TermRow(Answer, frozen=True, kw_only=True):
    guid: str
    name: str
    status: str
    definition: str
    parent: str = ""


class GlossaryPage(Answer, frozen=True, kw_only=True):
    """A page of one glossary's terms by name; `next` is the offset of the rest. Without a glossary all is empty."""

    glossaries: tuple[GlossaryChoice, ...]
    chosen: str | None = None
    terms: tuple[TermRow, ...] = ()
    next: int | None = None
    can_edit: bool = False


class RelatedTerms(Answer, frozen=True, kw_only=True):
    """`relation` is Atlas' name: synonyms, seeAlso, isA …"""

    relation: str
    terms: tuple[TermRow, ...]


class TermContact(Answer, frozen=True, kw_only=True):
    role: str
    name: str
    note: str = ""


class TermPage(Answer, frozen=True, kw_only=True):
    guid: str
    name: str
    glossary: str
    glossary_guid: str
    status: str
    definition: str
    summary: str = ""
    abbreviation: str = ""
    usage: str = ""
    examples: tuple[str, ...] = ()
    contacts: tuple[TermContact, ...] = ()
    related: tuple[RelatedTerms, ...] = ()
    assets: tuple[Crumb, ...] = ()
    can_edit: bool = False


class NewTerm(Answer, frozen=True, kw_only=True):
    """`glossary` is the guid of one, or the name of a new one."""

    name: str
    glossary: str
    definition: str = ""
