"""Terms as lines of a CSV file, in the columns of Purview's template.

Several values of a cell are separated by `;`. A contact is `id:info`, a resource `name:address`, and a value of a
term template stands in a column `[Attribute][<template>]<attribute>`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headwater.catalog.glossary.shapes import Term, TermHeader
from headwater.catalog.model import Attributes
from headwater.errors import Fault, Invalid, Place, raise_if_any

COLUMNS = (
    "Nick Name",
    "Name",
    "Definition",
    "IsDefinitionRichText",
    "Status",
    "Related Terms",
    "Synonyms",
    "Acronym",
    "Experts",
    "Stewards",
    "Resources",
    "Parent Term Name",
    "Term Template Names",
)
_ATTRIBUTE = re.compile(r"\[Attribute\]\[(?P<template>[^\]]+)\](?P<name>.+)", re.IGNORECASE)
_RESOURCE = re.compile(r'\s*"?(?P<name>[^"]*?)"?\s*:\s*"?(?P<url>[A-Za-z][\w+.-]*://[^"\s]+)"?\s*')
_TRUTHS = {"": None, "false": False, "true": True}


@dataclass(frozen=True, slots=True)
class CsvTerm:
    """A line: cells by column, template values by template and attribute. Columns that the file lacks are not there."""

    line: int
    cells: Mapping[str, str]
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The formal name: it begins with that of the term above, joined by `_`."""
        own, parent = self.cells["Name"], self.cells.get("Parent Term Name", "")
        return own if not parent or own.startswith(f"{parent}_") else f"{parent}_{own}"

    def several(self, column: str) -> list[str] | None:
        """Return the values of a cell, or None if the file does not have the column."""
        cell = self.cells.get(column)
        return None if cell is None else [part.strip() for part in cell.split(";") if part.strip()]


def parsed(content: bytes) -> list[CsvTerm]:
    """Return the lines of a file in UTF-8. Raises Invalid with every fault."""
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        cure = "Save it as CSV in UTF-8; export some terms for an example."
        raise Invalid(Fault("CAT-132", f"The file cannot be read: {error}", cure=cure)) from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise Invalid(Fault("CAT-132", "The file is empty", cure=f"Its columns are {', '.join(COLUMNS)}."))
    header = _header(rows[0])
    faults: list[Fault] = []
    found = [term for at, row in enumerate(rows[1:]) if (term := _line(header, row, at + 2, faults))]
    seen: set[str] = set()
    for term in found:
        if term.name in seen:
            faults.append(_fault(f"'{term.name}' stands twice", term.line, "Name", "Name each term once."))
        seen.add(term.name)
    raise_if_any(Invalid, faults)
    return found


def _header(row: Sequence[str]) -> list[str | tuple[str, str]]:
    known = {name.casefold(): name for name in COLUMNS}
    header: list[str | tuple[str, str]] = []
    faults = []
    for cell in (cell.strip() for cell in row):
        if found := _ATTRIBUTE.fullmatch(cell):
            header.append((found["template"].strip(), found["name"].strip()))
        elif cell.casefold() in known:
            header.append(known[cell.casefold()])
        else:
            cure = f"Known are {', '.join(COLUMNS)} and [Attribute][<template>]<attribute>."
            faults.append(_fault(f"'{cell}' is no column", 1, cell, cure))
    if not faults and "Name" not in header:
        faults.append(_fault("The column 'Name' is missing", 1, "Name", "Every term needs a name."))
    raise_if_any(Invalid, faults)
    return header


def _line(
    header: Sequence[str | tuple[str, str]], row: Sequence[str], line: int, faults: list[Fault]
) -> CsvTerm | None:
    if len(row) > len(header):
        faults.append(_fault("The line has more cells than the first one", line, "", "Quote cells that hold commas."))
        return None
    cells: dict[str, str] = {}
    attributes: dict[str, dict[str, str]] = {}
    for column, cell in zip(header, (*row, *[""] * (len(header) - len(row))), strict=True):
        if isinstance(column, str):
            cells[column] = cell.strip()
        elif cell.strip():
            attributes.setdefault(column[0], {})[column[1]] = cell.strip()
    if not cells["Name"]:
        faults.append(_fault("The term has no name", line, "Name", "Every term needs a name."))
        return None
    return CsvTerm(line, cells, attributes)


def changes_of(given: CsvTerm, keys: Mapping[str, str]) -> dict[str, object]:
    """Return the fields of a term that a line sets; `keys` are guids by name. Raises Invalid with every fault."""
    faults: list[Fault] = []
    cells = given.cells
    found: dict[str, object] = {"name": given.name}
    texts = {"nick_name": "Nick Name", "long_description": "Definition", "status": "Status", "abbreviation": "Acronym"}
    found.update({name: cells[column] or None for name, column in texts.items() if column in cells})
    if given.name != cells["Name"]:
        found.setdefault("nick_name", cells["Name"])
    for name, column in {"see_also": "Related Terms", "synonyms": "Synonyms"}.items():
        if (several := given.several(column)) is not None:
            found[name] = tuple(_headers(several, column, given.line, keys, faults))
    if (parent := cells.get("Parent Term Name")) is not None:
        found["parent_term"] = next(
            _headers([parent] if parent else [], "Parent Term Name", given.line, keys, faults), None
        )
    if (several := given.several("Resources")) is not None:
        found["resources"] = tuple(_resources(several, given.line, faults))
    if (several := given.several("Term Template Names")) is not None:
        found["template_name"] = tuple(several) or None
    if given.attributes:
        found["attributes"] = {template: dict(values) for template, values in given.attributes.items()}
    roles = {role: given.several(f"{role}s") for role in ("Expert", "Steward")}
    if any(people is not None for people in roles.values()):
        found["contacts"] = {role: tuple(_people(people or ())) for role, people in roles.items()}
    if (said := cells.get("IsDefinitionRichText")) is not None:
        if said.casefold() not in _TRUTHS:
            faults.append(
                _fault(
                    f"'{said}' is neither true nor false", given.line, "IsDefinitionRichText", "Write TRUE or FALSE."
                )
            )
        found["is_definition_rich_text"] = _TRUTHS.get(said.casefold())
    raise_if_any(Invalid, faults)
    return found


def _headers(
    names: Iterable[str], column: str, line: int, keys: Mapping[str, str], faults: list[Fault]
) -> Iterator[TermHeader]:
    for name in names:
        if name in keys:
            yield TermHeader(term_guid=keys[name])
        else:
            cure = "Name a term of this glossary or of this file."
            faults.append(_fault(f"There is no term '{name}'", line, column, cure))


def _resources(texts: Iterable[str], line: int, faults: list[Fault]) -> Iterator[Attributes]:
    for text in texts:
        if found := _RESOURCE.fullmatch(text):
            yield {"displayName": found["name"], "url": found["url"]}
        else:
            faults.append(_fault(f"'{text}' is no resource", line, "Resources", "Write name:https://address."))


def _people(texts: Iterable[str]) -> Iterator[Attributes]:
    for text in texts:
        id, _, info = text.partition(":")
        yield {"id": id.strip(), "info": info.strip()}


def rendered(terms: Sequence[Term], names: Mapping[str, str]) -> str:
    """Return terms as a file; `names` are formal names by guid, of the terms that these refer to."""
    columns = sorted(
        {(template, name) for term in terms for template, values in (term.attributes or {}).items() for name in values}
    )
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([*COLUMNS, *(f"[Attribute][{template}]{name}" for template, name in columns)])
    for term in terms:
        attributes = term.attributes or {}
        values = (attributes.get(template, {}).get(name) for template, name in columns)
        writer.writerow([*_cells(term, names), *("" if value is None else _shown(value) for value in values)])
    return stream.getvalue()


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cells(term: Term, names: Mapping[str, str]) -> list[str]:
    contacts = term.contacts or {}
    resources = (f"{one.get('displayName') or ''}:{one.get('url') or ''}" for one in term.resources or ())
    return [
        term.nick_name or term.name or "",
        term.name or "",
        term.long_description or "",
        "" if term.is_definition_rich_text is None else str(term.is_definition_rich_text).upper(),
        term.status or "",
        _joined(_named(term.see_also, names)),
        _joined(_named(term.synonyms, names)),
        term.abbreviation or "",
        _joined(_shown_people(contacts.get("Expert") or ())),
        _joined(_shown_people(contacts.get("Steward") or ())),
        _joined(resources),
        _joined(_named((term.parent_term,) if term.parent_term else (), names)).rstrip(";"),
        _joined(term.template_name or ()),
    ]


def _joined(texts: Iterable[str]) -> str:
    return ";".join(texts)


def _named(headers: Iterable[TermHeader] | None, names: Mapping[str, str]) -> Iterator[str]:
    return (names[header.term_guid] for header in headers or () if header.term_guid in names)


def _shown_people(people: Iterable[Attributes]) -> Iterator[str]:
    return (f"{one.get('id')}:{one.get('info') or ''}" for one in people)


def _fault(message: str, line: int, column: str, cure: str) -> Fault:
    return Fault("CAT-132", f"Line {line}: {message}", Place(path=column or None, line=line, column=1), cure)
