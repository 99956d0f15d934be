"""Excel: one range of one worksheet of an .xls, .xlsx, .xlsb or .ods file. Only a source, as in the original.

A worksheet is read whole: its cells lie in a compressed file in no order that could be read in pieces. A column gets
the one type that all its cells have, and else is text.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, NoReturn, TypeAlias

import pyarrow as pa
import python_calamine as calamine

from headwater.connectors.formats.malformed import malformed, malformed_as, not_written
from headwater.connectors.formats.options import option_codec, option_count, option_flag, option_text
from headwater.connectors.formats.recoding import Recoding
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

Cell: TypeAlias = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta
Rows: TypeAlias = Sequence[Sequence[Cell | None]]

_KINDS = (calamine.CalamineError, ValueError, OSError)
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d*)(?::\$?([A-Za-z]{1,3})\$?([1-9]\d*))?\Z")
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Region:
    """Cells of a worksheet, counted from 0; what ends nowhere is None."""

    top: int
    left: int
    bottom: int | None = None
    right: int | None = None


@dataclass(frozen=True, slots=True)
class Excel:
    """Options of one dataset: the sheet by name, or by index from 0."""

    sheet_name: str = ""
    sheet_index: int = 0
    region: Region | None = None
    header: bool = False
    null_value: str = ""
    codec: str = "none"

    @property
    def name(self) -> str:
        return "Excel"

    @property
    def extension(self) -> str:
        return ".xlsx"

    @property
    def is_whole(self) -> bool:
        return True

    @property
    def has_names(self) -> bool:
        return self.header

    def plain(self) -> tuple[Excel, Recoding | None]:
        return (self, None) if self.codec == "none" else (replace(self, codec="none"), Recoding(self.codec))

    def read(self, file: BinaryIO, what: str) -> pa.RecordBatchReader:
        with malformed_as(_KINDS, what, self.name):
            book = calamine.load_workbook(file)
        sheet = self._sheet(book, what)
        with malformed_as(_KINDS, what, self.name):
            rows = _region(sheet.to_python(skip_empty_area=False), self.region)
        table = self._table(rows, what)
        return table.to_reader()

    def write(self, file: BinaryIO, rows: pa.RecordBatchReader, what: str) -> NoReturn:  # noqa: ARG002 the protocol names them
        raise not_written(self.name)

    def _sheet(self, book: calamine.CalamineWorkbook, what: str) -> calamine.CalamineSheet:
        names = book.sheet_names
        known = f"The file has {', '.join(repr(name) for name in names)}."
        if self.sheet_name:
            # Excel itself does not tell the case of sheet names apart.
            found = [index for index, name in enumerate(names) if name.lower() == self.sheet_name.lower()]
            if not found:
                message = f"{what[:1].upper()}{what[1:]} has no worksheet '{self.sheet_name}'"
                raise ConnectorError(Fault("CON-023", message, cure=f"{known} Correct sheetName."))
            index = found[0]
        elif self.sheet_index < len(names):
            index = self.sheet_index
        else:
            message = f"{what[:1].upper()}{what[1:]} has no worksheet of index {self.sheet_index}"
            raise ConnectorError(Fault("CON-023", message, cure=f"{known} sheetIndex begins at 0."))
        with malformed_as(_KINDS, what, self.name):
            return book.get_sheet_by_index(index)

    def _table(self, rows: Rows, what: str) -> pa.Table:
        if self.header and not rows:
            raise malformed(what, self.name, "the worksheet, or its range, is empty and has no header")
        width = max((len(row) for row in rows), default=0)
        names = _header(rows[0], width, what) if self.header else [f"Prop_{index}" for index in range(width)]
        body = [row for row in (rows[1:] if self.header else rows) if any(cell not in ("", None) for cell in row)]
        columns = [
            _column([self._value(row[index]) if index < len(row) else None for row in body]) for index in range(width)
        ]
        if not columns:
            raise malformed(what, self.name, "the worksheet, or its range, is empty")
        return pa.table(columns, names=names)

    def _value(self, cell: Cell | None) -> Cell | None:
        return None if cell == "" or (self.null_value and cell == self.null_value) else cell


def _region(rows: Rows, region: Region | None) -> Rows:
    """Return the cells of a region; without one, from the first row and column that hold anything."""
    if region is None:
        full = [index for index, row in enumerate(rows) if any(cell != "" for cell in row)]
        if not full:
            return []
        left = min(index for row in rows for index, cell in enumerate(row) if cell != "")
        region = Region(full[0], left)
    bottom = None if region.bottom is None else region.bottom + 1
    right = None if region.right is None else region.right + 1
    found = [list(row[region.left : right]) for row in rows[region.top : bottom]]
    if right is not None:
        return [row + [None] * (right - region.left - len(row)) for row in found]
    # What stands to the right of the table's last cell is empty, and no column.
    width = max((index + 1 for row in found for index, cell in enumerate(row) if cell != ""), default=0)
    return [row[:width] for row in found]


def _header(row: Sequence[Cell | None], width: int, what: str) -> list[str]:
    cells = [*row, *([None] * (width - len(row)))]
    names = [_text(cell) if cell not in ("", None) else f"Prop_{index}" for index, cell in enumerate(cells)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise malformed(what, "Excel", f"its header has {', '.join(repr(name) for name in twice)} more than once")
    return names


def _column(values: Sequence[Cell | None]) -> pa.Array:
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        numbers = [None if value is None else float(value) for value in values]  # type: ignore[arg-type]  # only numbers are left
        whole = all(number is None or (number.is_integer() and abs(number) < _EXACT) for number in numbers)
        return pa.array([None if n is None else int(n) for n in numbers] if whole else numbers)
    if len(kinds) == 1 and (type_ := _TYPES.get(next(iter(kinds)))):
        return pa.array(values, type_)
    if kinds == {datetime.date, datetime.datetime}:
        return pa.array([_moment(value) for value in values], pa.timestamp("us"))
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _moment(value: Cell | None) -> Cell | None:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time())
    return value


def _text(cell: Cell | None) -> str:
    """Return a cell as a person reads it: whole numbers without a point, dates as ISO 8601."""
    if isinstance(cell, bool):
        return "True" if cell else "False"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return str(cell)


_TYPES: Mapping[type, pa.DataType] = {
    bool: pa.bool_(),
    datetime.date: pa.date32(),
    datetime.datetime: pa.timestamp("us"),
    datetime.time: pa.time64("us"),
    str: pa.string(),
}


def excel_from_properties(properties: Mapping[str, Json]) -> Excel:
    """Return the options of an Excel dataset. Raises ConnectorError for one that does not fit."""
    return Excel(
        sheet_name=option_text(properties, "sheetName", "", "Excel"),
        sheet_index=option_count(properties, "sheetIndex", 0, "Excel"),
        region=_named_region(option_text(properties, "range", "", "Excel")),
        header=option_flag(properties, "firstRowAsHeader", False, "Excel"),
        null_value=option_text(properties, "nullValue", "", "Excel"),
        codec=option_codec(properties, "Excel"),
    )


def _named_region(text: str) -> Region | None:
    if not text.strip():
        return None
    found = _RANGE.match(text.strip())
    if found is None:
        raise ConnectorError(Fault("CON-021", f"Excel: 'range' is {text!r}", cure="Write A3, A3:H5 or A3:A3."))
    left, top, right, bottom = found.groups()
    region = Region(int(top) - 1, _index(left), int(bottom) - 1 if bottom else None, _index(right) if right else None)
    if (bottom and int(bottom) < int(top)) or (right and _index(right) < region.left):
        raise ConnectorError(Fault("CON-021", f"Excel: 'range' {text!r} ends before it begins", cure="Swap its ends."))
    return region


def _index(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
