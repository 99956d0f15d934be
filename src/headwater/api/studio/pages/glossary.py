"""The glossary's pages: the terms of a glossary, one term with what it is assigned to, and a new term."""

from __future__ import annotations

from headwater.access.account import Account
from headwater.api.studio.crumbs import crumb
from headwater.api.studio.labels import Labels
from headwater.api.studio.shapes.glossary import (
    GlossaryChoice,
    GlossaryPage,
    NewTerm,
    RelatedTerms,
    TermContact,
    TermPage,
    TermRow,
)
from headwater.api.studio.viewer import Viewer
from headwater.catalog.glossary.shapes import RELATIONS, Glossary, GlossaryHeader, Page, Term
from headwater.errors import Fault, Forbidden

PAGE = 100


class GlossaryPages:
    """Glossaries lie in the root collection: who reads there reads all terms."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._catalog = account.catalog
        self._glossary = account.catalog.glossary
        self._labels = Labels(lambda: account.catalog.types.current)

    def page(self, viewer: Viewer, guid: str, offset: int) -> GlossaryPage:
        """Return terms of the glossary, or of the first one. Raises NotFound or Forbidden."""
        self._may_read(viewer)
        found = self._glossary.glossaries.all()
        chosen = guid or (str(found[0].guid) if found else None)
        terms = [] if chosen is None else self._glossary.terms.of_glossary(chosen, Page(PAGE + 1, offset))
        return GlossaryPage(
            glossaries=tuple(
                GlossaryChoice(guid=str(one.guid), name=str(one.name), terms=len(one.terms or ())) for one in found
            ),
            chosen=chosen,
            terms=tuple(_row(term) for term in terms[:PAGE]),
            next=offset + PAGE if len(terms) > PAGE else None,
            can_edit=viewer.can_curate,
        )

    def term(self, viewer: Viewer, guid: str) -> TermPage:
        """Return a term. Raises NotFound or Forbidden."""
        self._may_read(viewer)
        term = self._glossary.terms.get(guid, readable=viewer.readable)
        names = {person.id: person.display_name or person.name for person in self._account.principals.all()}
        assigned = [str(one.get("guid")) for one in term.assigned_entities or ()]
        headers = self._catalog.entities.headers(assigned)
        anchor = term.anchor or GlossaryHeader()
        return TermPage(
            guid=guid,
            name=str(term.name),
            glossary=anchor.display_text or "",
            glossary_guid=anchor.glossary_guid,
            status=term.status or "",
            definition=term.long_description or "",
            summary=term.short_description or "",
            abbreviation=term.abbreviation or "",
            usage=term.usage or "",
            examples=term.examples or (),
            contacts=tuple(
                TermContact(role=role, name=names.get(id, id), note=str(person.get("info") or ""))
                for role, people in (term.contacts or {}).items()
                for person in people or ()
                if (id := str(person.get("id") or ""))
            ),
            related=tuple(_related(term)),
            assets=tuple(
                crumb(self._labels, header)
                for header in sorted(headers.values(), key=lambda header: header.display_text)
                if header.collection_id in viewer.readable
            ),
            can_edit=viewer.can_curate,
        )

    def create(self, viewer: Viewer, given: NewTerm) -> TermPage:
        """Make a term, and its glossary where there is none of that guid or name. Raises Forbidden or Invalid."""
        by = viewer.principal.id

        def permit(names: frozenset[str]) -> None:
            self._account.roles.authorize_all(viewer.principal, "data/write", names)

        known = {key: one for one in self._glossary.glossaries.all(held=False) for key in (one.guid, one.name)}
        home = known.get(given.glossary)
        if home is None:
            home = self._glossary.glossaries.create(Glossary(name=given.glossary), by=by, permit=permit)
        anchor = GlossaryHeader(glossary_guid=str(home.guid))
        term = Term(name=given.name, anchor=anchor, long_description=given.definition or None, status="Draft")
        made = self._glossary.terms.create([term], by=by, permit=permit)[0]
        return self.term(viewer, str(made.guid))

    def _may_read(self, viewer: Viewer) -> None:
        root = self._catalog.collections.root
        if root not in viewer.readable:
            cure = f"A collection administrator gives you the role Data Reader on '{root}'."
            raise Forbidden(Fault("ACC-003", "You may not read the glossary", cure=cure))


def _row(term: Term) -> TermRow:
    parent = term.parent_term
    return TermRow(
        guid=str(term.guid),
        name=str(term.name),
        status=term.status or "",
        definition=term.long_description or term.short_description or "",
        parent=(parent.display_text or "") if parent else "",
    )


def _related(term: Term) -> list[RelatedTerms]:
    found = []
    for relation, field in RELATIONS.items():
        headers = getattr(term, field) or ()
        if headers:
            rows = tuple(
                TermRow(
                    guid=header.term_guid,
                    name=header.display_text or "",
                    status=header.status or "",
                    definition=header.description or "",
                )
                for header in headers
            )
            found.append(RelatedTerms(relation=relation, terms=rows))
    return found
