"""Terms: made one or many at a time, replaced, changed in part, deleted with the terms below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headwater.catalog.glossary import hierarchy, names
from headwater.catalog.glossary.inputs import classification_fault, fitted, merged, relation_faults, term_input
from headwater.catalog.glossary.session import CATEGORY, GLOSSARY, TERM, Reading, Sessions, Writing
from headwater.catalog.glossary.shapes import ALL, RELATIONS, Page, Term, TermHeader
from headwater.catalog.glossary.views import Readable, terms_of
from headwater.catalog.reading import Row, annotations_of
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.rows import Permit
from headwater.errors import Conflict, Fault, Invalid, Place, raise_if_any

MAX_TERMS = 100_000
"""As many terms as Purview lets an account have."""


class Terms:
    """Reads and writes of terms. `readable` of a read are the collections whose entities it may show (None: all)."""

    def __init__(self, sessions: Sessions, *, most: int = MAX_TERMS) -> None:
        self._sessions = sessions
        self._most = most

    def get(self, guid: str, *, readable: Readable = None) -> Term:
        """Raises NotFound."""
        with self._sessions.read() as reading:
            return terms_of(reading, [reading.row(guid, TERM)], readable)[0]

    def of_glossary(self, guid: str, page: Page = ALL, *, readable: Readable = None) -> list[Term]:
        """Return a glossary's terms by name. Raises NotFound."""
        with self._sessions.read() as reading:
            glossary = reading.row(guid, GLOSSARY)
            return terms_of(reading, reading.below(glossary["id"], "AtlasGlossaryTermAnchor", page), readable)

    def headers(self, guid: str, page: Page = ALL, *, of: str = GLOSSARY) -> list[TermHeader]:
        """Return the headers of a glossary's or a category's terms by name. Raises NotFound."""
        relationship = "AtlasGlossaryTermAnchor" if of == GLOSSARY else "AtlasGlossaryTermCategorization"
        with self._sessions.read() as reading:
            key = reading.row(guid, of)["id"]
            relations = {term: relation for _, relation, term, _ in reading.pairs([key], relationship)}
            return [
                TermHeader(term_guid=row["guid"], relation_guid=relations[row["guid"]], display_text=row["name"])
                for row in reading.below(key, relationship, page)
            ]

    def related(self, guid: str, page: Page = ALL) -> dict[str, tuple[TermHeader, ...]]:
        """Return the terms that a term is related to, by relation; a page counts in each of these."""
        term = self.get(guid, readable=frozenset())
        found: dict[str, tuple[TermHeader, ...]] = {}
        for attribute, field in RELATIONS.items():
            headers = sorted(getattr(term, field) or (), key=_display_text, reverse=page.sort == "DESC")
            last = None if page.limit < 0 else page.offset + page.limit
            if headers:
                found[attribute] = tuple(headers[page.offset : last])
        return found

    def create(self, given: Sequence[Term], *, by: str, permit: Permit | None = None) -> list[Term]:
        """Make terms, all of them or none. Raises Conflict for a name that is taken, or Invalid or NotFound."""
        with self._sessions.write(by, permit) as writing:
            writing.ask()
            guids = create_terms(writing, given, self._most)
            return terms_of(writing, list(writing.rows(guids, TERM).values()), None)

    def replace(
        self, guid: str, given: Term, *, by: str, permit: Permit | None = None, expected: Condition | None = None
    ) -> Term:
        """Make the term what is given; what it is assigned to stays. Raises as `create` does."""
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, TERM)
            writing.ask([row], expected)
            replace_term(writing, row, given)
            return terms_of(writing, [writing.row(guid, TERM)], None)[0]

    def change(
        self,
        guid: str,
        changes: Mapping[str, object],
        *,
        by: str,
        permit: Permit | None = None,
        expected: Condition | None = None,
    ) -> Term:
        """Change some attributes of a term. Raises Invalid for one that it does not have."""
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, TERM)
            writing.ask([row], expected)
            replace_term(writing, row, merged(terms_of(writing, [row], frozenset())[0], changes))
            return terms_of(writing, [writing.row(guid, TERM)], None)[0]

    def delete(self, guid: str, *, by: str, permit: Permit | None = None, expected: Condition | None = None) -> None:
        """Delete a term and the terms below it; no entity has them any more. Raises NotFound."""
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, TERM)
            writing.ask([row], expected)
            writing.remove([row, *(one for _, one in hierarchy.below(writing, [row], hierarchy.TERM_TREE))])


def create_terms(writing: Writing, given: Sequence[Term], most: int) -> list[str]:
    """Write new terms and return their guids in order. Raises Conflict, Invalid or NotFound."""
    homes = _homes(writing, given)
    faults: list[Fault] = []
    for at, term in enumerate(given):
        place = f"[{at}]"
        faults += [fault for fault in (names.display_name_fault("term", term.name, place),) if fault]
        faults += [fault for fault in (classification_fault(term, (), place),) if fault]
        faults += relation_faults(term, "", place)
    raise_if_any(Invalid, faults)
    given = [fitted(term, writing.types, f"[{at}]") for at, term in enumerate(given)]
    wanted = [
        term.qualified_name or names.below_glossary(str(term.name), home["qualified_name"])
        for term, home in zip(given, homes, strict=True)
    ]
    twice = [name for at, name in enumerate(wanted) if name in wanted[:at]] if len(set(wanted)) < len(wanted) else []
    raise_if_any(Conflict, (names.exists(TERM, name) for name in (*writing.named(wanted, TERM), *twice)))
    if (number := writing.count(TERM) + len(given)) > most:
        message = f"The account would have {number:,} terms; it takes {most:,}"
        raise Invalid(Fault("CAT-128", message, cure="Delete terms that are not used."))
    for at, (term, home) in enumerate(zip(given, homes, strict=True)):
        _check_places(writing, term, home, None, f"[{at}]")
    inputs = [
        term_input(term, f"-{at + 1}", name, home["guid"])
        for at, (term, name, home) in enumerate(zip(given, wanted, homes, strict=True))
    ]
    assigned = writing.save(inputs) if inputs else {}
    return [assigned[f"-{at + 1}"] for at in range(len(given))]


def replace_term(writing: Writing, row: Row, given: Term) -> None:
    """Make the term of this row what is given. Raises Conflict, Invalid or NotFound."""
    home = hierarchy.home_of(writing, row, TERM)
    faults = [
        names.display_name_fault("term", given.name, ""),
        classification_fault(given, annotations_of(row).classification_names, ""),
        anchor_fault(given.anchor.glossary_guid if given.anchor else "", home),
    ]
    raise_if_any(Invalid, (fault for fault in faults if fault))
    raise_if_any(Invalid, relation_faults(given, row["guid"], ""))
    given = fitted(given, writing.types, "")
    _check_places(writing, given, home, row, "")
    wanted = given.qualified_name
    # One that was read before the name was changed says nothing of its own.
    if wanted in (None, row["qualified_name"]):
        wanted = names.renamed(row["qualified_name"], row["name"], str(given.name))
    if wanted != row["qualified_name"] and writing.named([wanted], TERM):
        raise Conflict(names.exists(TERM, wanted))
    writing.save([term_input(given, row["guid"], wanted, home["guid"])])


def anchor_fault(guid: str, home: Row) -> Fault | None:
    """Return the fault of a move to another glossary."""
    if not guid or guid == home["guid"]:
        return None
    cure = f"It belongs to '{home['name']}'; make a new one in the other glossary."
    return Fault("CAT-124", "Anchor(glossary) change not supported", Place(path="anchor"), cure)


def missing_anchor(place: str) -> Fault:
    cure = 'Send "anchor": {"glossaryGuid": …}; GET …/glossary lists the glossaries.'
    return Fault("CAT-124", "Mandatory anchor attribute is missing", Place(path=f"{place}.anchor"), cure)


def _homes(writing: Writing, given: Sequence[Term]) -> list[Row]:
    """Return the glossary of each new term. Raises Invalid for a term that names none, or NotFound."""
    guids = [term.anchor.glossary_guid if term.anchor else "" for term in given]
    raise_if_any(Invalid, (missing_anchor(f"[{at}]") for at, guid in enumerate(guids) if not guid))
    rows = writing.rows(guids, GLOSSARY)
    return [rows[guid] for guid in guids]


def _check_places(reading: Reading, term: Term, home: Row, row: Row | None, place: str) -> None:
    """Raise Invalid if its parent or categories are of another glossary, or the parent stands below the term."""
    faults: list[Fault | None] = []
    if term.parent_term is not None and term.parent_term.term_guid:
        parent = reading.row(term.parent_term.term_guid, TERM)
        at = f"{place}.parentTerm"
        faults.append(hierarchy.foreign_fault(reading, [parent], TERM, home, at))
        if row is not None:
            faults.append(hierarchy.circle_fault(reading, row["id"], parent, hierarchy.TERM_TREE, at))
    if term.categories:
        found = reading.rows([one.category_guid for one in term.categories], CATEGORY)
        at = f"{place}.categories"
        faults.append(hierarchy.foreign_fault(reading, list(found.values()), CATEGORY, home, at))
    raise_if_any(Invalid, (fault for fault in faults if fault))


def _display_text(header: TermHeader) -> str:
    return header.display_text or ""
