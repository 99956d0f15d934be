"""Glossaries: made, listed with what they hold, replaced, changed in part, deleted with all that they hold."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from headwater.catalog.glossary import names
from headwater.catalog.glossary.inputs import classification_fault, glossary_input, merged
from headwater.catalog.glossary.session import GLOSSARY, Sessions, Writing
from headwater.catalog.glossary.shapes import ALL, Glossary, GlossaryDetail, Page
from headwater.catalog.glossary.views import Readable, categories_of, glossaries_of, terms_of
from headwater.catalog.reading import Row, annotations_of
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.rows import Permit
from headwater.errors import Conflict, Fault, Invalid, NotFound, raise_if_any


class Glossaries:
    """Reads and writes of glossaries."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def all(self, page: Page = ALL, *, held: bool = True) -> list[Glossary]:
        """Return glossaries by name, with the headers of what they hold."""
        with self._sessions.read() as reading:
            return glossaries_of(reading, reading.all(GLOSSARY, page), held=held)

    def get(self, guid: str) -> Glossary:
        """Raises NotFound."""
        with self._sessions.read() as reading:
            return glossaries_of(reading, [reading.row(guid, GLOSSARY)])[0]

    def guid_of(self, name: str) -> str:
        """Return the guid of the glossary of this name. Raises NotFound."""
        with self._sessions.read() as reading:
            found = [row for row in reading.all(GLOSSARY, ALL) if name in (row["name"], row["qualified_name"])]
        if not found:
            raise NotFound(Fault("CAT-003", f"There is no glossary '{name}'", cure="GET …/glossary lists them."))
        return str(found[0]["guid"])

    def detail(self, guid: str, *, readable: Readable = None) -> GlossaryDetail:
        """Return a glossary with its categories and terms in full. Raises NotFound."""
        with self._sessions.read() as reading:
            row = reading.row(guid, GLOSSARY)
            shown = glossaries_of(reading, [row])[0]
            categories = categories_of(reading, reading.below(row["id"], "AtlasGlossaryCategoryAnchor", ALL))
            terms = terms_of(reading, reading.below(row["id"], "AtlasGlossaryTermAnchor", ALL), readable)
        return GlossaryDetail(
            **msgspec.structs.asdict(shown),
            category_info={str(one.guid): one for one in categories},
            term_info={str(one.guid): one for one in terms},
        )

    def create(self, given: Glossary, *, by: str, permit: Permit | None = None) -> Glossary:
        """Make a glossary. Raises Conflict for a name that is taken, or Invalid."""
        with self._sessions.write(by, permit) as writing:
            writing.ask()
            _check(given, ())
            name = given.qualified_name or str(given.name)
            _free(writing, str(given.name), name, None)
            guid = writing.save([glossary_input(given, "-1", name)])["-1"]
            return glossaries_of(writing, [writing.row(guid, GLOSSARY)])[0]

    def replace(
        self, guid: str, given: Glossary, *, by: str, permit: Permit | None = None, expected: Condition | None = None
    ) -> Glossary:
        """Make the glossary's own attributes what is given; what it holds stays. Raises as `create` does.

        Its qualified name stays too, unless another is given: the names of its terms end with it.
        """
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, GLOSSARY)
            writing.ask([row], expected)
            return _replace(writing, row, given)

    def change(
        self,
        guid: str,
        changes: Mapping[str, object],
        *,
        by: str,
        permit: Permit | None = None,
        expected: Condition | None = None,
    ) -> Glossary:
        """Change some attributes of a glossary. Raises Invalid for one that it does not have."""
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, GLOSSARY)
            writing.ask([row], expected)
            return _replace(writing, row, merged(glossaries_of(writing, [row], held=False)[0], changes))

    def delete(self, guid: str, *, by: str, permit: Permit | None = None, expected: Condition | None = None) -> None:
        """Delete a glossary with its categories and terms. Raises NotFound."""
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, GLOSSARY)
            writing.ask([row], expected)
            held = [
                one
                for relationship in ("AtlasGlossaryCategoryAnchor", "AtlasGlossaryTermAnchor")
                for one in writing.below(row["id"], relationship, ALL)
            ]
            writing.remove([row, *held])


def _replace(writing: Writing, row: Row, given: Glossary) -> Glossary:
    _check(given, annotations_of(row).classification_names)
    name = given.qualified_name or row["qualified_name"]
    _free(writing, str(given.name), name, row)
    writing.save([glossary_input(given, row["guid"], name)])
    return glossaries_of(writing, [writing.row(row["guid"], GLOSSARY)])[0]


def _check(given: Glossary, classified: tuple[str, ...]) -> None:
    faults = (names.display_name_fault("glossary", given.name, ""), classification_fault(given, classified, ""))
    raise_if_any(Invalid, (fault for fault in faults if fault))


def _free(writing: Writing, name: str, qualified_name: str, row: Row | None) -> None:
    """Raise Conflict if another glossary has this name."""
    for other in writing.all(GLOSSARY, ALL):
        if row is not None and other["id"] == row["id"]:
            continue
        if name == other["name"] or qualified_name == other["qualified_name"]:
            raise Conflict(names.exists(GLOSSARY, name))
