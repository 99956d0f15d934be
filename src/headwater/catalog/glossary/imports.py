"""Terms from a CSV file and to one. A file is taken whole or not at all; the account keeps what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import insert, select

from headwater.catalog import clock
from headwater.catalog.glossary import hierarchy, names
from headwater.catalog.glossary.csv_file import CsvTerm, changes_of, parsed, rendered
from headwater.catalog.glossary.inputs import fitted, relation_faults, term_input
from headwater.catalog.glossary.session import GLOSSARY, TERM, Sessions, Writing
from headwater.catalog.glossary.shapes import Term
from headwater.catalog.glossary.tables import MIGRATIONS, VERSION_TABLE, imports
from headwater.catalog.glossary.views import terms_of
from headwater.catalog.model import EntityInput
from headwater.catalog.reading import Row
from headwater.catalog.store import Store
from headwater.catalog.writing.rows import Permit
from headwater.errors import Conflict, Fault, Forbidden, HeadwaterError, Invalid, NotFound, raise_if_any


class Import(msgspec.Struct, frozen=True):
    """What became of a file: `status` is Succeeded or Failed; times are milliseconds since 1970 in UTC."""

    id: str
    status: str
    created_at: int
    updated_at: int
    imported: int
    detected: int
    error_code: str | None
    error_message: str | None


class Imports:
    """Imports and exports of terms."""

    def __init__(self, store: Store, sessions: Sessions, *, most: int) -> None:
        store.migrate(MIGRATIONS, VERSION_TABLE)
        self._store = store
        self._sessions = sessions
        self._most = most

    def run(self, glossary: str, content: bytes, *, by: str, permit: Permit | None = None) -> Import:
        """Make or change the terms of a file in one transaction. Raises NotFound for the glossary, or Forbidden.

        What is wrong with the file stands in the answer. Columns that the file lacks stay as they are.
        """
        begun = clock.now()
        with self._sessions.read() as reading:
            reading.row(glossary, GLOSSARY)
        detected = 0
        fault: Fault | None = None
        try:
            terms = parsed(content)
            detected = len(terms)
            with self._sessions.write(by, permit) as writing:
                writing.ask()
                _write(writing, writing.row(glossary, GLOSSARY), terms, self._most)
        except Forbidden:
            raise
        except HeadwaterError as error:
            fault = Fault(error.faults[0].code, "; ".join(_said(one) for one in error.faults[:10]))
        return self._keep(begun, by, detected, fault)

    def get(self, id: str) -> Import:
        """Raises NotFound."""
        fields = [imports.c[name] for name in Import.__struct_fields__]
        with self._store.read() as connection:
            row = connection.execute(select(*fields).where(imports.c.id == id)).first()
        if row is None:
            raise NotFound(
                Fault("CAT-001", f"There is no import '{id}'", cure="POST …/terms/import answers with its id.")
            )
        return Import(*row)

    def export(self, glossary: str, guids: Sequence[str]) -> str:
        """Return these terms of a glossary as a CSV file. Raises NotFound."""
        with self._sessions.read() as reading:
            home = reading.row(glossary, GLOSSARY)
            rows = list(reading.rows(guids, TERM).values())
            if fault := hierarchy.foreign_fault(reading, rows, TERM, home, ""):
                raise NotFound(fault)
            terms = terms_of(reading, rows, frozenset())
            referred = {
                header.term_guid
                for term in terms
                for header in (*(term.see_also or ()), *(term.synonyms or ()), *filter(None, (term.parent_term,)))
            }
            found = reading.rows(sorted(referred), TERM)
        return rendered(terms, {guid: row["name"] for guid, row in found.items()})

    def _keep(self, begun: int, by: str, detected: int, fault: Fault | None) -> Import:
        made = Import(
            id=clock.new_guid(),
            status="Failed" if fault else "Succeeded",
            created_at=begun,
            updated_at=clock.now(),
            imported=0 if fault else detected,
            detected=detected,
            error_code=fault.code if fault else None,
            error_message=fault.message if fault else None,
        )
        with self._store.write() as connection:
            connection.execute(insert(imports).values(**msgspec.structs.asdict(made), created_by=by))
        return made


def _said(fault: Fault) -> str:
    """Return a fault in one line: where, what, and what to do, since an outcome has no other room for these."""
    at = f"{fault.place.path}: " if fault.place.path else ""
    return f"{at}{fault.message}. {fault.cure}".strip()


def _write(writing: Writing, glossary: Row, given: Sequence[CsvTerm], most: int) -> None:
    """Write the terms of a file. Raises Invalid with every fault, or Conflict."""
    here = {name: guid for _, _, guid, name in writing.pairs([glossary["id"]], "AtlasGlossaryTermAnchor")}
    new = {term.name: f"-{at + 1}" for at, term in enumerate(given) if term.name not in here}
    keys = {**here, **new}
    rows = writing.rows([here[term.name] for term in given if term.name in here], TERM)
    standing = {str(term.name): term for term in terms_of(writing, list(rows.values()), frozenset())}
    if (number := writing.count(TERM) + len(new)) > most:
        message = f"The account would have {number:,} terms; it takes {most:,}"
        raise Invalid(Fault("CAT-128", message, cure="Delete terms that are not used."))
    faults: list[Fault] = []
    inputs: list[EntityInput] = []
    for line in given:
        try:
            inputs.append(_input(writing, glossary, line, standing.get(line.name), keys))
        except Invalid as error:
            faults.extend(error.faults)
    raise_if_any(Invalid, faults)
    _check_free(writing, [f"{name}@{glossary['qualified_name']}" for name in new])
    assigned = writing.save(inputs)
    made = {name: assigned.get(key, key) for name, key in keys.items()}
    for line in given:
        _check_circle(writing, made[line.name], made.get(line.cells.get("Parent Term Name", "")), line)


def _input(writing: Writing, glossary: Row, line: CsvTerm, standing: Term | None, keys: dict[str, str]) -> EntityInput:
    """Return the term of a line as an entity. Raises Invalid with every fault."""
    place = f"line {line.line}"
    if fault := names.display_name_fault("term", line.name, place):
        raise Invalid(fault)
    given = msgspec.structs.replace(standing or Term(), **changes_of(line, keys))
    raise_if_any(Invalid, relation_faults(given, keys[line.name], place))
    given = fitted(given, writing.types, place)
    name = given.qualified_name or names.below_glossary(line.name, glossary["qualified_name"])
    return term_input(given, keys[line.name], name, glossary["guid"])


def _check_free(writing: Writing, wanted: Sequence[str]) -> None:
    raise_if_any(Conflict, (names.exists(TERM, name) for name in writing.named(wanted, TERM)))


def _check_circle(writing: Writing, guid: str, parent: str | None, line: CsvTerm) -> None:
    if parent is None:
        return
    rows = writing.rows([guid, parent], TERM)
    place = f"line {line.line}"
    if fault := hierarchy.circle_fault(writing, rows[guid]["id"], rows[parent], hierarchy.TERM_TREE, place):
        raise Invalid(fault)
