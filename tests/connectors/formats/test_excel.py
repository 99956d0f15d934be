"""Excel: which cells are read, what columns are called, which types they get."""

from __future__ import annotations

import datetime
import gzip
from typing import Any

import openpyxl
import pytest

from connectors.formats.rooms import Room
from headwater.connectors.formats.registry import format_from_dataset
from headwater.errors import ConnectorError

DAY = datetime.datetime(2024, 2, 29)


def book(room: Room, name: str = "a.xlsx", **sheets: list[list[Any]]) -> None:
    """Write a workbook; each sheet is its rows from A1."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(room.folder / name)


def read(room: Room, **properties: Any) -> list[dict[str, Any]]:
    format_ = format_from_dataset("Excel", properties)
    assert format_ is not None
    return room.read(format_, "a.xlsx")


def test_columns_get_the_type_that_all_their_cells_have(room: Room) -> None:
    header = ["whole", "real", "text", "flag", "at", "day", "mixed", "empty", "time"]
    rows = [
        [1, 1.5, "a", True, DAY.replace(hour=1), DAY.date(), 1, None, datetime.time(5)],
        [2, 2, "ü", False, DAY, DAY.date(), "x", None, None],
    ]
    book(room, s=[header, *rows])
    found = read(room, sheetName="s", firstRowAsHeader=True)
    assert found[0] == {
        "whole": 1, "real": 1.5, "text": "a", "flag": True, "at": DAY.replace(hour=1), "day": DAY.date(),
        "mixed": "1", "empty": None, "time": datetime.time(5),
    }  # fmt: skip
    assert found[1]["mixed"] == "x"
    assert isinstance(found[0]["whole"], int)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, [("r1", "k1"), ("r2", "k2"), ("r3", "k3")]),
        ({"range": "B3"}, [("r1", "k1"), ("r2", "k2"), ("r3", "k3")]),
        ({"range": "B4"}, [("r2", "k2"), ("r3", "k3")]),
        ({"range": "$B$3:$C$4"}, [("r1", "k1"), ("r2", "k2")]),
        ({"range": "C5:C5"}, [("k3",)]),
        ({"range": "B3:D3"}, [("r1", "k1", None)]),
        ({"nullValue": "r2"}, [("r1", "k1"), (None, "k2"), ("r3", "k3")]),
    ],
    ids=str,
)
def test_range_says_which_cells_are_the_table(
    properties: dict[str, Any], expected: list[tuple[object, ...]], room: Room
) -> None:
    book(room, s=[[], [], [None, "r1", "k1"], [None, "r2", "k2"], [None, "r3", "k3"]])
    found = read(room, **properties)
    assert [tuple(row.values()) for row in found] == expected
    assert list(found[0]) == [f"Prop_{index}" for index in range(len(expected[0]))]


def test_sheet_goes_by_name_of_any_case_or_by_index(room: Room) -> None:
    book(room, First=[["a"], [1]], Second=[["a"], [2]])
    assert read(room, sheetName="second", firstRowAsHeader=True) == [{"a": 2}]
    assert read(room, sheetIndex=1, firstRowAsHeader=True) == [{"a": 2}]
    assert read(room, sheetIndex="0", firstRowAsHeader=True) == [{"a": 1}]


@pytest.mark.parametrize("properties", [{"sheetName": "third"}, {"sheetIndex": 2}], ids=str)
def test_absent_sheet_is_told_with_those_that_there_are(properties: dict[str, Any], room: Room) -> None:
    book(room, First=[["a"]], Second=[["a"]])
    with pytest.raises(ConnectorError, match="'First', 'Second'") as caught:
        read(room, **properties)
    assert caught.value.code == "CON-023"
    assert "a.xlsx" in str(caught.value)


def test_header_gives_names_to_what_has_none_and_refuses_one_twice(room: Room) -> None:
    book(room, s=[["a", None, 3], [1, 2, 3]])
    assert read(room, firstRowAsHeader=True) == [{"a": 1, "Prop_1": 2, "3": 3}]
    book(room, s=[["a", "a"], [1, 2]])
    with pytest.raises(ConnectorError, match="more than once"):
        read(room, firstRowAsHeader=True)


def test_empty_rows_between_others_are_left_out(room: Room) -> None:
    book(room, s=[["a"], [1], [None], [2]])
    assert read(room, firstRowAsHeader=True) == [{"a": 1}, {"a": 2}]


def test_empty_sheet_and_other_files_are_told(room: Room) -> None:
    book(room, s=[])
    with pytest.raises(ConnectorError, match="empty"):
        read(room)
    room.put("a.xlsx", "a,b\n1,2\n")
    with pytest.raises(ConnectorError, match=r"a\.xlsx.*cannot be read as Excel") as caught:
        read(room)
    assert caught.value.code == "CON-022"


def test_compressed_workbook_is_read(room: Room) -> None:
    book(room, s=[["a"], [1]])
    room.put("a.xlsx", gzip.compress((room.folder / "a.xlsx").read_bytes()))
    assert read(room, firstRowAsHeader=True, compression={"type": "gzip"}) == [{"a": 1}]
