"""Dialects of delimited text, loose JSON and encodings that the engine has no words for."""

from __future__ import annotations

import codecs

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.formats.rooms import Room
from headwater.connectors.formats.dialect import Dialect
from headwater.connectors.formats.encodings import ENCODINGS
from headwater.connectors.formats.loose_json import LooseJson
from headwater.connectors.formats.registry import format_from_dataset
from headwater.errors import ConnectorError


@pytest.mark.parametrize(
    ("dialect", "text", "plain"),
    [
        (Dialect("♥", "♠", "", ""), "a♥b♠1,2♥\n♠", 'a,b\n"1,2","\n"\n'),
        (Dialect(",", "|", '"', "\\"), '"a|b",c|"d\\"e",f', '"a|b",c\n"d""e",f\n'.replace('"a|b"', "a|b")),
        (Dialect("<->", "", '"', '"'), 'a<->"b<->c"\r\n1<->2\r\n', "a,b<->c\n1,2\n"),
        (Dialect(",", ";", "", "\\"), "a\\,b,c\\\\;C:\\temp,2;", '"a,b",c\\\nC:\\temp,2\n'),
        (Dialect("", "", '"', "\\"), "a,b\n1,2\n", '"a,b"\n"1,2"\n'),
        (Dialect(",", ";", '"', "\\"), '"C:\\temp",x;', "C:\\temp,x\n"),
        (Dialect(",", "||", '"', '"'), 'a,"b""||c"||d,||', 'a,"b""||c"\nd,\n'),
        (Dialect(",", ";", '"', '"'), "", ""),
    ],
    ids=str,
)
def test_dialect_is_read_as_plain_text_however_it_is_cut(dialect: Dialect, text: str, plain: str) -> None:
    for size in (1, 2, 3, 5, 1000):
        pieces = (text[start : start + size] for start in range(0, len(text), size))
        assert "".join(dialect.decode(pieces)) == plain


DIALECTS = [
    Dialect("♥", "♠", '"', "\\"),
    Dialect(",", "|", "'", "'"),
    Dialect("<->", "", '"', '"', quote_all=True),
    Dialect("::", ";;", '"', "\\"),
    Dialect(",", "|", "", "\\"),
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@given(
    rows=st.lists(
        st.lists(st.text(alphabet="ab\"'\\,|;:<->♥♠ü\n ", max_size=6), min_size=2, max_size=3), min_size=1, max_size=4
    ),
    size=st.integers(1, 9),
)
def test_rows_written_in_a_dialect_are_rows_read(dialect: Dialect, rows: list[list[str]], size: int) -> None:
    if not dialect.quote:
        # Without quotes an escaped end of a line is still the end of a line for whoever counts lines; rows end with |.
        rows = [[field.replace("\n", " ") for field in row] for row in rows]
    plain = "".join(",".join('"' + field.replace('"', '""') + '"' for field in row) + "\n" for row in rows)
    written = "".join(dialect.encode(iter([plain])))
    pieces = (written[start : start + size] for start in range(0, len(written), size))
    again = "".join(dialect.decode(pieces))
    assert list(_fields(again)) == rows


def _fields(plain: str) -> list[list[str]]:
    import csv
    import io

    return list(csv.reader(io.StringIO(plain, newline=""), strict=True))


@pytest.mark.parametrize(
    ("loose", "text", "standard"),
    [
        (LooseJson(comments=True), '{"a": 1 /* b */, // c\n "d": "/* e */"}', '{"a": 1  ,  \n "d": "/* e */"}'),
        (LooseJson(single_quotes=True), """{'a': 'it\\'s "b"', "c": "'"}""", '{"a": "it\'s \\"b\\"", "c": "\'"}'),
        (LooseJson(bare_names=True), '{a: true, b_1 : null, "c": "d: e"}', '{"a": true, "b_1" : null, "c": "d: e"}'),
        (LooseJson(backslashes=True), r'{"a": "\x\"\n\é"}', r'{"a": "x\"\né"}'),
        (LooseJson(comments=True), "", ""),
    ],
    ids=str,
)
def test_loose_json_becomes_standard_however_it_is_cut(loose: LooseJson, text: str, standard: str) -> None:
    for size in (1, 3, 7, 1000):
        pieces = (text[start : start + size] for start in range(0, len(text), size))
        assert "".join(loose.decode(pieces)) == standard


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({"singleQuoted": True, "documentForm": "arrayOfDocuments"}, "[{'a': 1}, {'a': 2}]"),
        ({"unquotedColumnNames": True}, "{a: 1}\n{a: 2}\n"),
        ({"asComments": True, "documentForm": "documentPerLine"}, '{"a": 1} // one\n{"a": 2}\n'),
        ({"documentForm": "singleDocument"}, '{"a":\n1}\n{"a":\n2}'),
    ],
    ids=str,
)
def test_json_is_read_as_its_dataset_says(properties: dict[str, object], text: str, room: Room) -> None:
    room.put("a.json", text)
    format_ = format_from_dataset("Json", properties)  # type: ignore[arg-type]  # JSON
    assert format_ is not None
    assert room.read(format_, "a.json") == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text", ['[{"a": 1}, {"a": 2}]', '{"a": 1}\n{"a": 2}'], ids=["array", "lines"])
def test_mark_of_the_encoding_before_a_document_is_no_part_of_it(text: str, room: Room) -> None:
    room.put("a.json", text.encode("utf-8-sig"))
    format_ = format_from_dataset("Json", {})
    assert format_ is not None
    assert room.read(format_, "a.json") == [{"a": 1}, {"a": 2}]


def test_every_encoding_is_one_of_python() -> None:
    assert list(ENCODINGS) == sorted(ENCODINGS)
    for name in ENCODINGS.values():
        codecs.lookup(name)


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16BE", "UTF-32", "windows-1252", "ISO-8859-15", "IBM037", "UTF-7"])
@pytest.mark.parametrize("type_", ["DelimitedText", "Json"])
def test_text_in_any_encoding_is_read_again(type_: str, encoding: str, room: Room) -> None:
    format_ = format_from_dataset(type_, {"encodingName": encoding, "firstRowAsHeader": True})
    assert format_ is not None
    file = room.write(format_, pa.table({"a": ["ü", "é,x"]}), "a")
    assert room.read(format_, "a") == [{"a": "ü"}, {"a": "é,x"}]
    assert "é" in file.read_bytes().decode(ENCODINGS[encoding.upper()])


def test_character_that_the_encoding_lacks_is_told_and_nothing_written(room: Room) -> None:
    format_ = format_from_dataset("DelimitedText", {"encodingName": "windows-1252"})
    assert format_ is not None
    with pytest.raises(ConnectorError, match=r"'♥' \(U\+2665\)") as caught:
        room.write(format_, pa.table({"a": ["♥"]}), "a")
    assert caught.value.code == "CON-032"
    assert not (room.folder / "a").exists()


def test_bytes_that_are_not_of_the_encoding_are_told(room: Room) -> None:
    room.put("a", b"a\n\x81\x82\n")
    format_ = format_from_dataset("DelimitedText", {"encodingName": "windows-1252", "firstRowAsHeader": True})
    assert format_ is not None
    with pytest.raises(ConnectorError, match="File 'a' in 'c' cannot be read as text in cp1252"):
        room.read(format_, "a")
