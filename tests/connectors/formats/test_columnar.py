"""Avro, Orc and Parquet: what is written is what is read, also by the formats' own libraries, with all types."""

from __future__ import annotations

import datetime
import io
import itertools
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import orc, parquet

from connectors.formats.rooms import Room, room_in
from headwater.connectors.formats.registry import format_from_dataset
from headwater.errors import ConnectorError

FORMATS = ("Avro", "Orc", "Parquet")

TYPES: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "boolean": (pa.bool_(), st.booleans()),
    "bytes": (pa.binary(), st.binary(max_size=5)),
    "date": (pa.date32(), st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 1, 1))),
    "decimal": (pa.decimal128(20, 4), st.decimals(-(10**12), 10**12, places=4, allow_nan=False)),
    "double": (pa.float64(), st.floats(allow_nan=False, allow_infinity=False)),
    "integer": (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    "list": (pa.list_(pa.int64()), st.lists(st.one_of(st.none(), st.integers(-5, 5)), max_size=3)),
    "long": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "struct": (
        pa.struct([("a", pa.int64()), ("at", pa.timestamp("us"))]),
        st.fixed_dictionaries(
            {"a": st.integers(0, 9), "at": st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2200, 1, 1))}
        ),
    ),
    "text": (pa.string(), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)),
    "timestamp": (pa.timestamp("us"), st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2200, 1, 1))),
}
_COUNTER = itertools.count()


def rows() -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries({name: st.one_of(st.none(), values) for name, (_, values) in TYPES.items()})
    return st.lists(row, max_size=4)


@pytest.mark.parametrize("type_", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=rows())
def test_rows_written_are_rows_read_of_every_type(type_: str, found: list[dict[str, Any]], room: Room) -> None:
    table = pa.Table.from_pylist(found, pa.schema([(name, type_) for name, (type_, _) in TYPES.items()]))
    format_ = format_from_dataset(type_, {})
    assert format_ is not None
    name = f"{next(_COUNTER)}{format_.extension}"
    file = room.write(format_, table, name)
    assert room.read(format_, name) == found
    assert _foreign(type_, file) == found


def _foreign(type_: str, file: Path) -> list[dict[str, Any]]:
    """Read a file as other people do."""
    if type_ == "Avro":
        with file.open("rb") as opened:
            return [_without_zones(row) for row in fastavro.reader(opened)]
    table = orc.read_table(file) if type_ == "Orc" else parquet.read_table(file)
    return [_without_zones(row) for row in table.to_pylist()]


def _without_zones(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_zones(inner) for name, inner in value.items()}
    return value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value


def test_avro_of_others_is_read_with_its_logical_types(room: Room) -> None:
    schema = {
        "type": "record",
        "name": "r",
        "fields": [
            {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
            {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "local", "type": {"type": "long", "logicalType": "local-timestamp-micros"}},
            {"name": "time", "type": {"type": "int", "logicalType": "time-millis"}},
            {"name": "price", "type": {"type": "fixed", "name": "f", "size": 4, "logicalType": "decimal",
                                       "precision": 6, "scale": 2}},
            {"name": "kind", "type": ["null", {"type": "enum", "name": "e", "symbols": ["A", "B"]}]},
            {"name": "tags", "type": {"type": "map", "values": "int"}},
            {"name": "inner", "type": {"type": "record", "name": "i", "fields": [
                {"name": "k", "type": {"type": "string", "logicalType": "uuid"}},
                {"name": "m", "type": {"type": "array", "items": {"type": "map", "values": "long"}}}]}},
            {"name": "again", "type": "e"},
        ],
    }  # fmt: skip
    one = uuid.UUID(int=7)
    row = {
        "id": one,
        "at": datetime.datetime(2024, 2, 29, 1, 2, 3, tzinfo=datetime.UTC),
        "local": datetime.datetime(2024, 2, 29, 1, 2, 3, 4),
        "time": datetime.time(5, 6),
        "price": Decimal("12.34"),
        "kind": "B",
        "tags": {"x": 1, "y": 2},
        "inner": {"k": one, "m": [{"z": 9}]},
        "again": "A",
    }
    with (room.folder / "a.avro").open("wb") as file:
        fastavro.writer(file, schema, [row], codec="deflate")
    expected = row | {"id": str(one), "at": datetime.datetime(2024, 2, 29, 1, 2, 3)}
    expected["inner"] = {"k": str(one), "m": [{"z": 9}]}
    assert room.read(_avro(), "a.avro") == [expected]


def _avro() -> Any:
    return format_from_dataset("Avro", {})


def test_avro_columns_of_several_types_are_refused(room: Room) -> None:
    schema = {"type": "record", "name": "r", "fields": [{"name": "a", "type": ["int", "string"]}]}
    file = io.BytesIO()
    fastavro.writer(file, schema, [{"a": 1}])
    room.put("a.avro", file.getvalue())
    with pytest.raises(ConnectorError, match=r"File 'a.avro' in 'c' .*'int', 'string'"):
        room.describe(_avro(), "a.avro")


def test_avro_numbers_of_two_widths_are_the_wider_one(room: Room) -> None:
    fields = [{"name": "a", "type": ["null", "int", "long"]}, {"name": "b", "type": ["double", "float"]}]
    file = io.BytesIO()
    rows = [{"a": 1, "b": 1.5}, {"a": 2**40, "b": 2.5}, {"a": None, "b": 3.5}]
    fastavro.writer(file, {"type": "record", "name": "r", "namespace": "x.y", "fields": fields}, rows)
    room.put("a.avro", file.getvalue())
    assert room.read(_avro(), "a.avro") == rows


def test_avro_record_inside_itself_is_refused(room: Room) -> None:
    fields = [{"name": "next", "type": ["null", "node"]}]
    file = io.BytesIO()
    fastavro.writer(file, {"type": "record", "name": "node", "fields": fields}, [{"next": None}])
    room.put("a.avro", file.getvalue())
    with pytest.raises(ConnectorError, match="holds itself"):
        room.describe(_avro(), "a.avro")


@pytest.mark.parametrize(
    ("column", "type_"), [("a b", pa.int64()), ("1a", pa.int64()), ("m", pa.map_(pa.int64(), pa.int64()))]
)
def test_avro_names_what_it_cannot_hold(column: str, type_: pa.DataType, room: Room) -> None:
    table = pa.table([pa.array([None], type_)], names=[column])
    with pytest.raises(ConnectorError) as caught:
        room.write(_avro(), table, "a.avro")
    assert caught.value.code == "CON-021"
    assert not (room.folder / "a.avro").exists()


@pytest.mark.parametrize("type_", FORMATS)
def test_file_cut_in_half_is_told_by_its_name(type_: str, room: Room) -> None:
    format_ = format_from_dataset(type_, {})
    assert format_ is not None
    table = pa.table({"a": list(range(50_000)), "b": [f"text {n}" for n in range(50_000)]})
    whole = room.write(format_, table, "whole").read_bytes()
    for name, content in {"half": whole[: len(whole) // 2], "head": whole[:10], "other": b"id,name\n1,a\n"}.items():
        room.put(name, content)
        with pytest.raises(ConnectorError, match=name) as caught:
            room.read(format_, name)
        assert caught.value.code in {"CON-019", "CON-022"}
        assert "Traceback" not in str(caught.value)


def test_files_of_one_view_are_read_twice_and_in_batches(tmp_path: Path) -> None:
    with room_in(tmp_path / "r") as room:
        table = pa.table({"a": list(range(60_000))})
        room.write(_avro(), table, "a.avro")
        room.write(_avro(), table, "b.avro")
        assert len(room.read(_avro(), "a.avro", "b.avro")) == 120_000
