"""Xml: documents as data, as in tests/fixtures/formats/xml.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.formats.rooms import Room
from headwater.connectors.formats.registry import format_from_dataset
from headwater.errors import ConnectorError

CASES = json.loads((Path(__file__).parents[2] / "fixtures" / "formats" / "xml.json").read_text())


@pytest.mark.parametrize("case", [pytest.param(case, id=case["title"]) for case in CASES])
def test_document_gives_the_rows_of_the_fixture(case: dict[str, Any], room: Room) -> None:
    room.put("a.xml", case["xml"])
    format_ = format_from_dataset("Xml", case.get("properties", {}))
    assert format_ is not None
    if "fault" in case:
        with pytest.raises(ConnectorError, match=case["fault"]) as caught:
            room.read(format_, "a.xml")
        assert "a.xml" in str(caught.value)
        return
    assert room.read(format_, "a.xml") == case["rows"]


def test_encoding_of_the_document_counts_unless_the_dataset_names_one(room: Room) -> None:
    room.put("a.xml", "<?xml version='1.0' encoding='iso-8859-1'?><a>ü</a>".encode("latin-1"))
    room.put("b.xml", "<a>ü</a>".encode("cp1252"))
    plain, given = format_from_dataset("Xml", {}), format_from_dataset("Xml", {"encodingName": "windows-1252"})
    assert plain is not None
    assert given is not None
    assert room.read(plain, "a.xml") == room.read(given, "b.xml") == [{"a": "ü"}]
