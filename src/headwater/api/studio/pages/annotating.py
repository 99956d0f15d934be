"""Changing what people say of an asset, and what the form offers to pick from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api.studio.shapes.annotations import AnnotationEdit, Choice, Choices
from headwater.api.studio.viewer import Viewer
from headwater.catalog.glossary.shapes import Assigned
from headwater.catalog.model import Attributes, ClassificationInput, Entity, EntityBatch, EntityInput
from headwater.catalog.search import FacetRequest, SearchRequest
from headwater.catalog.writing.rows import Permit

Kind = Literal["classification", "term", "label", "owner", "expert"]
MOST = 20
MOST_LABELS = 500


class AnnotatingPages:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._catalog = account.catalog

    def edit(self, viewer: Viewer, guid: str, edit: AnnotationEdit) -> None:
        """Change what the edit names. Raises Forbidden, NotFound, or Invalid for what does not fit the asset."""
        entity = self._catalog.entities.get(guid, relationships=False).entity
        by, permit = viewer.principal.id, self._permit(viewer.principal)
        permit(frozenset({entity.collection_id}))
        if edit.classifications is not None:
            given = [ClassificationInput(type_name=name) for name in dict.fromkeys(edit.classifications)]
            self._catalog.classifications.set({guid: given}, by=by, permit=permit)
        if edit.labels is not None:
            self._catalog.labels.set(guid, edit.labels, by=by, permit=permit)
        if edit.terms is not None:
            self._assign(entity, edit.terms, by, permit)
        if batch := _described(entity, edit):
            self._catalog.entities.write(batch, by=by, permit=permit)

    def choices(self, viewer: Viewer, kind: Kind, typed: str) -> Choices:
        """Return the first few that begin with the text, then those that hold it."""
        known = {
            "classification": self._classifications,
            "expert": self._people,
            "label": lambda: self._labels(viewer),
            "owner": self._people,
            "term": self._terms,
        }
        asked = typed.strip().casefold()
        fitting = [choice for choice in known[kind]() if asked in choice.text.casefold()]
        fitting.sort(key=lambda choice: (not choice.text.casefold().startswith(asked), choice.text.casefold()))
        return Choices(choices=tuple(fitting[:MOST]))

    def _permit(self, principal: Principal) -> Permit:
        return lambda names: self._account.roles.authorize_all(principal, "data/write", names)

    def _assign(self, entity: Entity, wanted: Iterable[str], by: str, permit: Permit) -> None:
        held = {str(term["termGuid"]): str(term.get("relationGuid") or "") for term in entity.meanings}
        terms = self._catalog.glossary.assignments
        for guid in dict.fromkeys(wanted):
            if guid not in held:
                terms.assign(guid, [Assigned(guid=entity.guid)], by=by, permit=permit)
        for guid in held.keys() - set(wanted):
            gone = Assigned(guid=entity.guid, relationship_guid=held[guid] or None)
            terms.unassign(guid, [gone], by=by, permit=permit)

    def _classifications(self) -> Iterator[Choice]:
        for definition in self._catalog.types.document("CLASSIFICATION")["classificationDefs"]:
            yield Choice(value=str(definition["name"]), text=str(definition["name"]))

    def _people(self) -> Iterator[Choice]:
        for person in self._account.principals.all():
            if person.kind == "user":
                yield Choice(value=person.id, text=person.display_name or person.name)

    def _terms(self) -> Iterator[Choice]:
        for glossary in self._catalog.glossary.glossaries.all(held=False):
            for term in self._catalog.glossary.terms.headers(str(glossary.guid)):
                yield Choice(value=str(term.term_guid), text=str(term.display_text))

    def _labels(self, viewer: Viewer) -> Iterator[Choice]:
        asked = SearchRequest(keywords="*", limit=0, facets=(FacetRequest(facet="label", count=MOST_LABELS),))
        for found in self._catalog.search.query(asked, collections=viewer.readable).facets["label"]:
            yield Choice(value=found.value, text=found.value)


def _described(entity: Entity, edit: AnnotationEdit) -> EntityBatch | None:
    attributes: Attributes = {} if edit.description is None else {"userDescription": edit.description}
    people = {"Owner": edit.owners, "Expert": edit.experts}
    contacts = {role: list(held) for role, held in entity.contacts.items()}
    for role, ids in people.items():
        if ids is not None:
            known = {str(person.get("id")): person for person in contacts.get(role, ())}
            contacts[role] = [known.get(id, {"id": id}) for id in dict.fromkeys(ids)]
    changed = any(ids is not None for ids in people.values())
    if not attributes and not changed:
        return None
    given = EntityInput(
        type_name=entity.type_name,
        guid=entity.guid,
        attributes=attributes,
        contacts=contacts if changed else None,
    )
    return EntityBatch(entities=[given])
