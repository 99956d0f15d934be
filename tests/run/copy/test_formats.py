"""Copies between formats: what a workspace's datasets say, real files, and what is there afterwards."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import fastavro
import openpyxl
import pyarrow as pa
import pytest
from pyarrow import orc

from headwater.connectors.formats.codecs import CODECS
from headwater.errors import HeadwaterError
from run.copy.workbench import Workbench

CSV: dict[str, Any] = {"firstRowAsHeader": True, "escapeChar": '"'}


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


def end(store: str, type_: str, path: str, **properties: Any) -> dict[str, Any]:
    return {"store": store, "type": type_, "path": path, "typeProperties": properties}


def workbook(bench: Workbench, path: str, rows: list[list[Any]]) -> None:
    made, file = openpyxl.Workbook(), io.BytesIO()
    made.worksheets[0].title = "Sheet"
    for row in rows:
        made.worksheets[0].append(row)
    made.save(file)
    bench.put(path, file.getvalue())


def zipped(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_workbook_becomes_text(bench: Workbench) -> None:
    workbook(bench, "landing/c/a.xlsx", [["id", "name", "price"], [1, "ü", 1.5], [2, None, 2]])
    source = end("landing", "Excel", "c/a.xlsx", sheetName="Sheet", firstRowAsHeader=True)
    result = bench.copy(source, end("lake", "DelimitedText", "o/a.csv", **CSV))
    assert (bench.root / "lake/o/a.csv").read_text() == "id,name,price\n1,ü,1.5\n2,,2.0\n"
    assert [str(edge) for edge in result.movements[0].edges] == [
        "source.id -> id  [DIRECT IDENTITY]",
        "source.name -> name  [DIRECT IDENTITY]",
        "source.price -> price  [DIRECT IDENTITY]",
    ]
    assert result.output["rowsCopied"] == 2


def test_workbook_without_header_goes_by_ordinal_into_a_table(bench: Workbench) -> None:
    workbook(bench, "landing/c/a.xlsx", [[1, "ü"], [2, "b"]])
    bench.run_sql("CREATE TABLE t (id INTEGER, name VARCHAR)")
    mappings = [
        {"source": {"ordinal": 2, "type": "String"}, "sink": {"name": "name"}},
        {"source": {"ordinal": 1, "type": "Int32"}, "sink": {"name": "id"}},
    ]
    sink = {"store": "warehouse", "type": "AzureSqlTable", "typeProperties": {"schema": "main", "table": "t"}}
    copy = {"translator": {"type": "TabularTranslator", "mappings": mappings}}
    bench.copy(end("landing", "Excel", "c/a.xlsx", sheetIndex=0), sink, copy)
    assert bench.run_sql("FROM t ORDER BY id") == [(1, "ü"), (2, "b")]


def test_document_is_spread_by_its_collection(bench: Workbench) -> None:
    bench.put("landing/c/a.xml", "<o><r k='1'><n>x</n></r><r k='2'><n>y</n></r></o>")
    mappings = [
        {"source": {"path": "['@k']"}, "sink": {"name": "k"}},
        {"source": {"path": "['n']"}, "sink": {"name": "n"}},
    ]
    copy = {
        "translator": {"type": "TabularTranslator", "mappings": mappings, "collectionReference": "$['o']['r']"},
        "source": {"formatSettings": {"type": "XmlReadSettings", "detectDataType": False, "validationMode": "none"}},
    }
    bench.copy(end("landing", "Xml", "c/a.xml"), end("lake", "DelimitedText", "o/a.csv", **CSV), copy)
    assert (bench.root / "lake/o/a.csv").read_text() == "k,n\n1,x\n2,y\n"


@pytest.mark.parametrize("type_", ["Avro", "Orc"])
def test_text_becomes_typed_rows_and_text_again(type_: str, bench: Workbench) -> None:
    text = "id,name\r\n1,ü\r\n2,b\r\n"
    bench.put("landing/c/a.csv", text)
    mappings = [
        {"source": {"name": "id"}, "sink": {"name": "id", "type": "Int64"}},
        {"source": {"name": "name"}, "sink": {"name": "name"}},
    ]
    extension = type_.lower()
    bench.copy(
        end("landing", "DelimitedText", "c/a.csv", **CSV),
        end("lake", type_, f"o/a.{extension}"),
        {"translator": {"type": "TabularTranslator", "typeConversion": True, "mappings": mappings}},
    )
    written = (bench.root / f"lake/o/a.{extension}").open("rb")
    found = list(fastavro.reader(written)) if type_ == "Avro" else orc.read_table(written).to_pylist()
    assert found == [{"id": 1, "name": "ü"}, {"id": 2, "name": "b"}]
    bench.copy(end("lake", type_, f"o/a.{extension}"), end("lake", "DelimitedText", "o/b.csv", **CSV))
    assert (bench.root / "lake/o/b.csv").read_bytes().decode() == text


def old(store: str, folder: str, file: str | None = None, **format_: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"folderPath": folder, "fileName": file}
    if format_:
        properties["format"] = format_
    return {
        "store": store,
        "type": "AzureBlob" if store == "landing" else "AzureBlobFSFile",
        "typeProperties": properties,
    }


def test_datasets_of_the_older_model_are_read_and_written(bench: Workbench) -> None:
    bench.put("landing/c/in/a.txt", 'skipped\nid|name\n1|\\N\n2|NULL\n3|\n4|"x"\n')
    bench.put("landing/c/in/b.dat", "other")
    source = old(
        "landing", "c/in/", "*.txt", type="TextFormat", columnDelimiter="|", firstRowAsHeader=True, skipLineCount=1
    )
    bench.copy(source, old("lake", "o", type="JsonFormat", filePattern="arrayOfObjects"))
    assert json.loads((bench.root / "lake/o/a.json").read_text()) == [
        {"id": "1", "name": None},
        {"id": "2", "name": None},
        {"id": "3", "name": None},
        {"id": "4", "name": '"x"'},
    ]
    sink = old("lake", "o/out", "a.txt", type="TextFormat", columnDelimiter="|")
    bench.copy(old("lake", "o", "a.json", type="JsonFormat"), sink)
    assert (bench.root / "lake/o/out/a.txt").read_text() == '1|\\N\n2|\\N\n3|\\N\n4|"x"\n'


def test_datasets_of_the_older_model_without_format_are_bytes(bench: Workbench) -> None:
    bench.put("landing/c/in/a.bin", b"\x00\x01")
    bench.copy(old("landing", "c/in"), old("lake", "o/out"))
    assert files_below(bench.root / "lake/o/out") == {"a.bin": b"\x00\x01"}


@pytest.mark.parametrize("option", [{"jsonPathDefinition": {"a": "$.b"}}, {"jsonNodeReference": "$.a"}], ids=str)
def test_older_option_that_has_no_words_today_is_refused(option: dict[str, Any], bench: Workbench) -> None:
    with pytest.raises(HeadwaterError, match=f"sets {next(iter(option))}") as caught:
        bench.copy(old("landing", "c", "a.json", type="JsonFormat", **option), old("lake", "o"))
    assert "→" in str(caught.value)


def _table(bench: Workbench, rows: int) -> dict[str, Any]:
    bench.run_sql(f"CREATE TABLE t AS SELECT i::INTEGER AS id FROM range({rows}) r(i)")
    return {"store": "warehouse", "type": "AzureSqlTable", "typeProperties": {"schema": "main", "table": "t"}}


@pytest.mark.parametrize(
    ("type_", "prefix", "names"),
    [
        ("DelimitedText", "part", ["part_00000.txt", "part_00001.txt", "part_00002.txt"]),
        ("Avro", "", ["t_00000.avro", "t_00001.avro", "t_00002.avro"]),
        ("Parquet", "p", ["p_00000.parquet", "p_00001.parquet", "p_00002.parquet"]),
    ],
)
def test_rows_are_cut_into_files_of_limited_length(type_: str, prefix: str, names: list[str], bench: Workbench) -> None:
    settings = {"type": "WriteSettings", "maxRowsPerFile": 4000, "fileNamePrefix": prefix}
    if type_ == "DelimitedText":
        settings["fileExtension"] = ".txt"
    properties = CSV if type_ == "DelimitedText" else {}
    sink = end("lake", type_, "o/out/", **properties)
    result = bench.copy(_table(bench, 10_000), sink, {"sink": {"formatSettings": settings}})
    assert sorted(path.name for path in (bench.root / "lake/o/out").iterdir()) == names
    bench.copy(end("lake", type_, "o/out/", **properties), end("lake", "Json", "o/all.json"), MERGED)
    rows = [int(json.loads(line)["id"]) for line in (bench.root / "lake/o/all.json").read_text().splitlines()]
    assert sorted(rows) == list(range(10_000))
    assert [movement.sink.rows for movement in result.movements] == [4000, 4000, 2000]
    assert (result.output["rowsRead"], result.output["rowsCopied"]) == (10_000, 10_000)
    assert result.output["filesWritten"] == 3


MERGED = {"sink": {"storeSettings": {"copyBehavior": "MergeFiles"}}}


def test_no_rows_are_one_file_and_a_named_file_is_refused(bench: Workbench) -> None:
    settings = {"sink": {"formatSettings": {"type": "WriteSettings", "maxRowsPerFile": 3}}}
    source = _table(bench, 0)
    bench.copy(source, end("lake", "DelimitedText", "o/out/", **CSV), settings)
    assert files_below(bench.root / "lake/o/out") == {"t_00000.csv": b"id\r\n"}
    with pytest.raises(HeadwaterError, match="names one file"):
        bench.copy(source, end("lake", "DelimitedText", "o/a.csv", **CSV), settings)


def test_listed_files_are_copied_with_their_paths(bench: Workbench) -> None:
    for name in ("a.csv", "deep/b.csv", "c.csv"):
        bench.put(f"landing/c/in/{name}", f"id\n{name}\n")
    bench.put("landing/c/meta/list.txt", "\ufeffa.csv\r\n\r\ndeep/b.csv\r\n")
    copy = {"source": {"storeSettings": {"type": "ReadSettings", "fileListPath": "c/meta/list.txt"}}}
    bench.copy(end("landing", "Binary", "c/in/"), end("lake", "Binary", "o/out/"), copy)
    assert list(files_below(bench.root / "lake/o/out")) == ["a.csv", "deep/b.csv"]
    bench.put("landing/c/meta/list.txt", "a.csv\nnone.csv\n")
    with pytest.raises(HeadwaterError, match=r"names 'none.csv', which 'in' does not hold"):
        bench.copy(end("landing", "Binary", "c/in/"), end("lake", "Binary", "o/other/"), copy)
    assert not (bench.root / "lake/o/other").exists()


def test_archive_is_extracted_into_a_folder_called_like_it(bench: Workbench) -> None:
    bench.put("landing/c/in/a.zip", zipped(**{"one.txt": "1", "deep/two.txt": "2"}))
    bench.put("landing/c/in/b.zip", zipped(**{"one.txt": "3"}))
    source = end("landing", "Binary", "c/in/", compression={"type": "ZipDeflate"})
    result = bench.copy(source, end("lake", "Binary", "o/out/"))
    assert files_below(bench.root / "lake/o/out") == {
        "a.zip/deep/two.txt": b"2",
        "a.zip/one.txt": b"1",
        "b.zip/one.txt": b"3",
    }
    assert [movement.inputs[0].location.path for movement in result.movements] == [  # type: ignore[union-attr]  # files
        "in/a.zip",
        "in/a.zip",
        "in/b.zip",
    ]


def test_archive_is_extracted_without_a_folder_on_demand(bench: Workbench) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        member = tarfile.TarInfo("one.csv")
        member.size = 8
        archive.addfile(member, io.BytesIO(b"a,b\n1,2\n"))
    bench.put("landing/c/a.tar.gz", target.getvalue())
    settings = {"type": "TarGZipReadSettings", "preserveCompressionFileNameAsFolder": False}
    bench.copy(
        end("landing", "DelimitedText", "c/a.tar.gz", compressionCodec="TarGzip", **CSV),
        end("lake", "Json", "o/out/"),
        {"source": {"formatSettings": {"type": "DelimitedTextReadSettings", "compressionProperties": settings}}},
    )
    assert files_below(bench.root / "lake/o") == {"out/one.json": b'{"a":"1","b":"2"}\n'}


def test_archive_of_one_compression_on_both_sides_moves_as_it_is(bench: Workbench) -> None:
    content = zipped(**{"1.csv": "id\n1\n"})
    bench.put("landing/c/a.zip", content)
    dataset = {"compressionCodec": "ZipDeflate", **CSV}
    source = end("landing", "DelimitedText", "c/a.zip", **dataset)
    bench.copy(source, end("lake", "DelimitedText", "o/a.zip", **dataset))
    assert (bench.root / "lake/o/a.zip").read_bytes() == content


def test_members_of_archives_go_into_one_table(bench: Workbench) -> None:
    bench.put("landing/c/a.zip", zipped(**{"1.csv": "id\n1\n", "2.csv": "id\n2\n"}))
    bench.run_sql("CREATE TABLE t (id INTEGER)")
    sink = {"store": "warehouse", "type": "AzureSqlTable", "typeProperties": {"schema": "main", "table": "t"}}
    bench.copy(end("landing", "DelimitedText", "c/a.zip", compressionCodec="ZipDeflate", **CSV), sink)
    assert bench.run_sql("FROM t ORDER BY id") == [(1,), (2,)]


def test_hostile_archive_leaves_nothing_behind(bench: Workbench) -> None:
    bench.put("landing/c/a.zip", zipped(**{"../../evil.txt": "1"}))
    before = bench.snapshot()
    with pytest.raises(HeadwaterError, match="outside of the folder"):
        bench.copy(end("landing", "Binary", "c/a.zip", compression={"type": "ZipDeflate"}), end("lake", "Binary", "o"))
    assert bench.snapshot() == before


@pytest.mark.parametrize(("codec", "pack"), [("bzip2", bz2.compress), ("gzip", gzip.compress)])
def test_binary_files_are_packed_and_unpacked(codec: str, pack: Any, bench: Workbench) -> None:
    content, extension = bytes(range(256)) * 100, CODECS[codec].extension
    bench.put("landing/c/a.bin", pack(content))
    packed = end("landing", "Binary", "c/a.bin", compression={"type": codec})
    bench.copy(packed, end("lake", "Binary", "o/plain.bin"))
    assert (bench.root / "lake/o/plain.bin").read_bytes() == content
    bench.copy(end("lake", "Binary", "o/plain.bin"), end("lake", "Binary", "o/again/", compression={"type": codec}))
    bench.copy(
        end("lake", "Binary", f"o/again/plain.bin{extension}", compression={"type": codec}),
        end("lake", "Binary", "o/last.bin"),
    )
    assert (bench.root / "lake/o/last.bin").read_bytes() == content


def test_same_codec_on_both_sides_moves_the_bytes_as_they_are(bench: Workbench) -> None:
    content = bz2.compress(b"a,b\n1,2\n")
    bench.put("landing/c/a.csv.bz2", content)
    dataset = {"compressionCodec": "bzip2", **CSV}
    bench.copy(
        end("landing", "DelimitedText", "c/a.csv.bz2", **dataset), end("lake", "DelimitedText", "o/x.bz2", **dataset)
    )
    assert (bench.root / "lake/o/x.bz2").read_bytes() == content


def test_codec_and_encoding_change_on_the_way(bench: Workbench) -> None:
    bench.put("landing/c/a.csv", "id♥name♠1♥ü♠".encode("utf-16"))
    source = end(
        "landing", "DelimitedText", "c/a.csv",
        columnDelimiter="♥", rowDelimiter="♠", encodingName="UTF-16", quoteChar="", firstRowAsHeader=True,
    )  # fmt: skip
    sink = end("lake", "DelimitedText", "o", compressionCodec="bzip2", encodingName="windows-1252", **CSV)
    bench.copy(source, sink)
    assert bz2.decompress((bench.root / "lake/o/a.csv.bz2").read_bytes()) == "id,name\r\n1,ü\r\n".encode("cp1252")


@pytest.mark.parametrize(
    ("type_", "properties", "content", "says"),
    [
        ("Avro", {}, b"Obj\x01 broken", "'a.x' in 'c' cannot be read as Avro"),
        ("DelimitedText", {"compressionCodec": "bzip2"}, b"BZh9 broken", "'a.x' in 'c' cannot be read as bzip2"),
        (
            "DelimitedText",
            {"compressionCodec": "ZipDeflate"},
            b"PK broken",
            "'a.x' in 'c' cannot be read as zipDeflate",
        ),
        ("Excel", {"sheetName": "s"}, b"PK broken", "'a.x' in 'c' cannot be read as Excel"),
        ("Orc", {}, b"ORC broken", "'a.x' in 'c' cannot be read as Orc"),
        ("Xml", {}, b"<a><b></a>", "'a.x' in 'c' cannot be read as Xml"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken_file_is_told_and_the_target_stays(
    type_: str, properties: dict[str, Any], content: bytes, says: str, bench: Workbench
) -> None:
    bench.put("landing/c/a.x", content)
    bench.put("lake/o/a.csv", "what was there\n")
    before = bench.snapshot()
    with pytest.raises(HeadwaterError) as caught:
        bench.copy(end("landing", type_, "c/a.x", **properties), end("lake", "DelimitedText", "o/a.csv", **CSV))
    told = str(caught.value)
    assert says in told
    assert "CON-022" in told
    assert "→" in told
    assert bench.snapshot() == before


def test_file_that_breaks_in_the_middle_is_told_and_the_target_stays(bench: Workbench) -> None:
    file = io.BytesIO()
    schema = {"type": "record", "name": "r", "fields": [{"name": "a", "type": "string"}]}
    fastavro.writer(file, schema, ({"a": f"text {n}"} for n in range(100_000)))
    bench.put("landing/c/a.avro", file.getvalue()[:-5_000])
    before = bench.snapshot()
    with pytest.raises(HeadwaterError, match=r"CON-022 File 'a.avro' in 'c' cannot be read as Avro"):
        bench.copy(end("landing", "Avro", "c/a.avro"), end("lake", "DelimitedText", "o/a.csv", **CSV))
    assert bench.snapshot() == before


@pytest.mark.parametrize("type_", ["Excel", "Xml"])
def test_format_that_is_only_a_source_is_no_sink(type_: str, bench: Workbench) -> None:
    bench.put("landing/c/a.csv", "a\n1\n")
    with pytest.raises(HeadwaterError, match=f"{type_} files can be read, but not written"):
        bench.copy(end("landing", "DelimitedText", "c/a.csv", **CSV), end("lake", type_, "o/a"))
    assert not (bench.root / "lake").exists()


def test_orc_of_others_keeps_its_types(bench: Workbench) -> None:
    table = pa.table({"d": pa.array(["1.25"], pa.string()).cast(pa.decimal128(9, 2)), "t": pa.array([[1, 2]])})
    bench.put("landing/c/.keep", "")
    orc.write_table(table, bench.root / "landing/c/a.orc", compression="zlib")
    bench.copy(end("landing", "Orc", "c/a.orc"), end("lake", "Json", "o/a.json"))
    assert (bench.root / "lake/o/a.json").read_text() == '{"d":1.25,"t":[1,2]}\n'
