"""What people say of an asset, as its page shows it, and what its form sends."""

from __future__ import annotations

from typing import Literal

from headwater.api.studio.shapes.base import Answer

ContactRole = Literal["Owner", "Expert"]


class Classification(Answer, frozen=True, kw_only=True):
    name: str
    origin: str | None = None
    """Guid of the asset from which it came down the lineage; none where it was given here."""


class GlossaryTerm(Answer, frozen=True, kw_only=True):
    guid: str
    name: str


class Contact(Answer, frozen=True, kw_only=True):
    role: ContactRole
    id: str
    name: str
    note: str = ""


class BusinessAttribute(Answer, frozen=True, kw_only=True):
    name: str
    value: str


class BusinessGroup(Answer, frozen=True, kw_only=True):
    name: str
    attributes: tuple[BusinessAttribute, ...]


class Annotations(Answer, frozen=True, kw_only=True):
    """`can_edit` tells whether the viewer may change them."""

    classifications: tuple[Classification, ...] = ()
    terms: tuple[GlossaryTerm, ...] = ()
    labels: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    business: tuple[BusinessGroup, ...] = ()
    can_edit: bool = False


class AnnotationEdit(Answer, frozen=True, kw_only=True):
    """What a viewer changes: each list that is given takes the place of the one that the asset has.

    Classifications and labels by name, terms by guid, people by object id.
    """

    description: str | None = None
    classifications: tuple[str, ...] | None = None
    terms: tuple[str, ...] | None = None
    labels: tuple[str, ...] | None = None
    owners: tuple[str, ...] | None = None
    experts: tuple[str, ...] | None = None


class Choice(Answer, frozen=True, kw_only=True):
    value: str
    text: str


class Choices(Answer, frozen=True, kw_only=True):
    """What a picker offers for the typed text."""

    choices: tuple[Choice, ...]
