"""The formats."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from contracts.format import FormatContract
from headwater.connectors.engine import open_engine
from headwater.connectors.formats.avro import avro_from_properties
from headwater.connectors.formats.binary import Binary
from headwater.connectors.formats.delimited_text import DelimitedText, delimited_text_from_properties
from headwater.connectors.formats.json import Json, json_from_properties
from headwater.connectors.formats.opening import copy_statement
from headwater.connectors.formats.orc import orc_from_properties
from headwater.connectors.formats.parquet import Parquet, parquet_from_properties
from headwater.connectors.formats.protocol import Format
from headwater.connectors.formats.registry import format_from_dataset
from headwater.connectors.statements import run_statement
from headwater.errors import ConnectorError
from headwater.settings import EngineSettings


class TestParquet(FormatContract):
    @pytest.fixture(params=["snappy", "zstd", "gzip", "brotli", "lz4", "none"])
    def format(self, request: pytest.FixtureRequest) -> Format:
        return parquet_from_properties({"compressionCodec": request.param})


class TestAvro(FormatContract):
    @pytest.fixture(params=["none", "deflate", "snappy"])
    def format(self, request: pytest.FixtureRequest) -> Format:
        return avro_from_properties({"avroCompressionCodec": request.param})


class TestOrc(FormatContract):
    @pytest.fixture(params=["none", "zlib", "snappy"])
    def format(self, request: pytest.FixtureRequest) -> Format:
        return orc_from_properties({"orcCompressionCodec": request.param})


class TestDelimitedText(FormatContract):
    @pytest.fixture(
        params=[
            {"escapeChar": '"', "nullValue": "NA"},
            {},
            {"columnDelimiter": "\t", "compressionCodec": "gzip"},
            {"columnDelimiter": "||", "rowDelimiter": "\r\n"},
            {"columnDelimiter": "♥", "rowDelimiter": "♠"},
            {"columnDelimiter": "<column>", "compressionCodec": "bzip2", "compressionLevel": "Fastest"},
            {"compressionCodec": "deflate", "encodingName": "UTF-16"},
            {"compressionCodec": "lz4"},
            {"compressionCodec": "snappy", "encodingName": "windows-1252"},
            {"compressionCodec": "zstd", "encodingName": "UTF-16BE"},
        ],
        ids=str,
    )
    def format(self, request: pytest.FixtureRequest) -> Format:
        return delimited_text_from_properties({"firstRowAsHeader": True, **request.param})


class TestJson(FormatContract):
    @pytest.fixture(
        params=[
            {"filePattern": "setOfObjects"},
            {"filePattern": "arrayOfObjects"},
            {"filePattern": "documentPerLine"},
            {"compression": {"type": "bzip2"}},
            {"compression": {"type": "gzip"}, "encodingName": "UTF-16"},
            {"encodingName": "ISO-8859-1", "singleQuoted": True},
        ],
        ids=str,
    )
    def format(self, request: pytest.FixtureRequest) -> Format:
        return json_from_properties(request.param)


def test_text_has_the_defaults_of_the_original() -> None:
    assert format_from_dataset("DelimitedText", {}) == DelimitedText(
        delimiter=",", quote='"', escape="\\", header=False, null_value="", encoding="utf-8", codec="none"
    )


def test_defaults_of_the_others() -> None:
    assert format_from_dataset("Parquet", {}) == Parquet("snappy")
    assert format_from_dataset("Json", {}) == Json("setOfObjects", "none")
    assert format_from_dataset("Binary", {"compression": {"type": "GZip"}}) == Binary("gzip")


def test_headerless_text_has_numbered_columns(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("1,2\n3,4\n")
    engine = open_engine(EngineSettings(), tmp_path)
    assert DelimitedText().describe(engine, [str(file)]).names == ("Prop_0", "Prop_1")
    engine.close()


def test_header_is_described_though_a_row_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1\n2,3,4\n")
    engine = open_engine(EngineSettings(), tmp_path)
    assert DelimitedText(header=True).describe(engine, [str(file)]).names == ("a", "b")
    engine.close()


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("DelimitedText", {"encodingName": "IBM870"}),
        ("DelimitedText", {"escapeChar": "ab"}),
        ("DelimitedText", {"firstRowAsHeader": "perhaps"}),
        ("DelimitedText", {"nullValue": 1}),
        ("Json", {"filePattern": "scattered"}),
        ("Avro", {"avroCompressionCodec": "lzo"}),
        ("DelimitedText", {"compressionCodec": "rar"}),
        ("DelimitedText", {"compressionLevel": "Best"}),
        ("DelimitedText", {"columnDelimiter": "", "rowDelimiter": ""}),
        ("Excel", {"range": "A3:"}),
        ("Excel", {"range": "C3:A1"}),
        ("Excel", {"sheetIndex": -1}),
        ("Json", {"singleQuoted": "perhaps"}),
        ("Orc", {"orcCompressionCodec": "lzo"}),
        ("Parquet", {"compressionCodec": "lzo"}),
        ("Xml", {"namespacePrefixes": "a"}),
        ("Xml", {"validationMode": "xsd"}),
    ],
    ids=str,
)
def test_option_that_is_not_built_is_refused(type_: str, properties: dict[str, object]) -> None:
    with pytest.raises(ConnectorError) as caught:
        format_from_dataset(type_, properties)  # type: ignore[arg-type]  # JSON
    assert caught.value.code == "CON-021"


_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=8
)
_COUNTER = itertools.count()


@pytest.mark.parametrize("escape", ['"', "\\"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(_TEXT, st.one_of(st.none(), _TEXT)), min_size=1, max_size=5))
def test_text_written_is_text_read(escape: str, rows: list[tuple[str, str | None]], tmp_path: Path) -> None:
    format_ = DelimitedText(header=True, escape=escape, null_value="<null>", newline="\r\n")
    file = str(tmp_path / f"{next(_COUNTER)}.csv")
    engine = open_engine(EngineSettings(), tmp_path)
    values = exp.values([tuple(exp.convert(v) for v in row) for row in rows], alias="v", columns=["a", "b"])
    # A row of which all is null is text too, so both columns are cast.
    query = exp.select("a::VARCHAR AS a", "b::VARCHAR AS b", dialect="duckdb").from_(values)
    run_statement(engine, copy_statement(query, file, format_.copy_options()))
    schema = format_.describe(engine, [file])
    found = run_statement(engine, exp.select("*").from_(format_.scan_as([file], schema)))
    engine.close()
    assert found == rows
