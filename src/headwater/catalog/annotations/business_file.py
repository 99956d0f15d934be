"""The file by which business metadata of many entities is set, and what became of its lines. Pure.

One line an attribute of an entity:

    EntityType,EntityUniqueAttributeValue,BusinessAttributeName,BusinessAttributeValue,EntityUniqueAttributeName[optional]
    azure_sql_table,mssql://s/d/dbo/t,operations.expenseCode,4711,

The values of an attribute with several stand between `|`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from headwater.catalog.model import Shape
from headwater.catalog.types import TypeSet
from headwater.errors import Fault, Invalid

TEMPLATE = (
    "EntityType,EntityUniqueAttributeValue,BusinessAttributeName,BusinessAttributeValue,"
    "EntityUniqueAttributeName[optional]"
)
NEEDED = 4


class ImportInfo(Shape, frozen=True, kw_only=False):
    """What became of a line, or of an entity: the names that it is about, and the number of the line or -1."""

    parent_object_name: str
    child_object_name: str
    import_status: Literal["SUCCESS", "FAILED"]
    remarks: str
    row_number: int


class Imported(Shape, frozen=True, kw_only=False):
    """Failures by line, successes by entity."""

    failed_import_info_list: tuple[ImportInfo, ...]
    success_import_info_list: tuple[ImportInfo, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says: an attribute of business metadata for the entity of this type and qualified name."""

    number: int
    type_name: str
    name: str
    metadata: str
    attribute: str
    value: str

    def value_for(self, types: TypeSet) -> object:
        """Return the value: a list where the attribute takes one."""
        metadata = types.business_metadata.get(self.metadata)
        known = metadata.attributes.get(self.attribute) if metadata else None
        if known and known.definition.type_name.startswith("array<"):
            return [part for part in self.value.split("|") if part]
        return self.value

    def failed(self, why: str) -> ImportInfo:
        return ImportInfo(self.name, f"{self.metadata}.{self.attribute}", "FAILED", why, self.number)


def read_lines(file_name: str, content: bytes) -> tuple[list[Line], list[ImportInfo]]:
    """Return the lines, and those that cannot be read as failures. Raises Invalid for a file that is no such CSV."""
    if not file_name.lower().endswith(".csv"):
        message = f"The provided file type: '{file_name}' is not supported. Expected file format is .csv."
        raise Invalid(Fault("CAT-081", message, cure="GET …/businessmetadata/import/template gives one to fill in."))
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(Fault("CAT-081", f"Invalid csv file: {error}", cure="Send CSV in UTF-8.")) from error
    lines: list[Line] = []
    failed: list[ImportInfo] = []
    for number, row in _filled(rows):
        line = _line(number, [cell.strip() for cell in row])
        if isinstance(line, Line):
            lines.append(line)
        else:
            failed.append(line)
    if not lines and not failed:
        cure = "The first line is the heading; send at least one more."
        raise Invalid(Fault("CAT-081", "No data found in the uploaded file", cure=cure))
    return lines, failed


def _filled(rows: list[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines below the heading that say anything, with their numbers in the file."""
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            yield number, row


def _line(number: int, cells: list[str]) -> Line | ImportInfo:
    shown = cells[1] if len(cells) > 1 else ""
    if len(cells) < NEEDED or not all(cells[:3]):
        why = f"Line #{number}: the first four columns are needed: {', '.join(TEMPLATE.split(',')[:NEEDED])}"
        return ImportInfo(shown, "", "FAILED", why, number)
    metadata, dot, attribute = cells[2].partition(".")
    if not dot or not metadata or not attribute:
        why = f"Line #{number}: '{cells[2]}' is not <business metadata>.<attribute>"
        return ImportInfo(shown, cells[2], "FAILED", why, number)
    if len(cells) > NEEDED and cells[NEEDED] not in ("", "qualifiedName"):
        why = f"Line #{number}: '{cells[NEEDED]}' is no unique attribute; entities are found by qualifiedName"
        return ImportInfo(shown, cells[2], "FAILED", why, number)
    return Line(number, cells[0], cells[1], metadata, attribute, cells[3])
