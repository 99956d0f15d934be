"""What the registry says of a format, which the documentation repeats, is so."""

from __future__ import annotations

import importlib
import itertools

import pyarrow as pa
import pytest

from connectors.formats.rooms import Room
from headwater.connectors.formats.codecs import CODECS
from headwater.connectors.formats.registry import FORMATS, format_from_dataset
from headwater.connectors.registry import FOLDER_TABLES
from headwater.errors import ConnectorError
from headwater.plan.inline_datasets import INLINE_TYPES

CLAIMS = [(name, codec) for name, kind in FORMATS.items() for codec in kind.codecs]
_PROPERTY = {"Avro": "avroCompressionCodec", "Orc": "orcCompressionCodec"}
ROWS = [{"a": "ü", "b": "1"}, {"a": None, "b": "2"}]


def test_formats_are_sorted_and_each_module_has_its_reader() -> None:
    assert list(FORMATS) == sorted(FORMATS)
    for kind in FORMATS.values():
        assert callable(getattr(importlib.import_module(kind.module), kind.reader))


@pytest.mark.parametrize(("type_", "codec"), CLAIMS, ids=str)
def test_codec_that_is_claimed_is_written_and_read(type_: str, codec: str, room: Room) -> None:
    properties = {_PROPERTY.get(type_, "compressionCodec"): codec, "firstRowAsHeader": True}
    format_ = format_from_dataset(type_, properties)  # type: ignore[arg-type]  # JSON
    assert format_ is not None
    if type_ == "Binary" or not FORMATS[type_].is_written or CODECS.get(codec, CODECS["none"]).is_archive:
        return
    table = pa.Table.from_pylist(ROWS)
    room.write(format_, table, f"a{format_.extension}")
    assert room.read(format_, f"a{format_.extension}") == ROWS


@pytest.mark.parametrize("type_", [name for name, kind in FORMATS.items() if not kind.is_written])
def test_format_that_is_not_written_says_so(type_: str, room: Room) -> None:
    format_ = format_from_dataset(type_, {})
    assert format_ is not None
    with pytest.raises(ConnectorError, match="can be read, but not written"):
        room.write(format_, pa.Table.from_pylist(ROWS), "a")


@pytest.mark.parametrize("type_", ["Delta", "Iceberg"])
def test_table_format_is_no_dataset_and_says_what_to_use(type_: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        format_from_dataset(type_, {})
    assert caught.value.code == "CON-020"
    assert caught.value.faults[0].cure


def test_every_inline_name_stands_for_a_format_or_a_table() -> None:
    inline = {kind.inline for kind in FORMATS.values() if kind.inline}
    tables = {name.lower() for name in FOLDER_TABLES}
    assert set(INLINE_TYPES) == {*itertools.chain(inline, tables), "table"}
