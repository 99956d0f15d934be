"""Data flows between formats: their readers and writers are those of copies, and a flow knows none of them."""

from __future__ import annotations

import gzip
import io
from dataclasses import replace
from pathlib import Path

import fastavro
import openpyxl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyarrow import orc

from headwater.data.locations import TableLocation
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, HeadwaterError
from headwater.language.expression.ast import Json
from headwater.plan.resolved import ResolvedDataset
from run.engines.flow_world import LAKE, World, files, finished, plan

THROUGH = "source(allowSchemaDrift: true{options}) ~> s\ns sink(allowSchemaDrift: true{sink}) ~> out"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def through(world: World, source: ResolvedDataset, sink: ResolvedDataset, options: str = "", to: str = "") -> None:
    script = THROUGH.format(options=options, sink=to)
    finished(world, plan(script, {"s": source}, {"out": sink}))


def delta(folder: str, **properties: Json) -> ResolvedDataset:
    return ResolvedDataset("ds", "Delta", TableLocation(LAKE, "data", folder), None, Schema(), properties)


def only(world: World, suffix: str) -> Path:
    (found,) = (path for path in world.listing() if path.endswith(suffix))
    return world.files / found


@pytest.mark.parametrize("type_", ["Avro", "Orc"])
def test_rows_go_into_a_format_of_batches_and_out_of_it(type_: str, world: World) -> None:
    world.write("in/a.csv", "id,name\n1,ü\n2,NA\n")
    script = "source(output(id as integer, name as string)) ~> s\ns derive(two = id * 2) ~> d\nd sink() ~> out"
    finished(world, plan(script, {"s": files("in/a.csv")}, {"out": files("mid/", type_)}))
    written = only(world, f".{type_.lower()}").open("rb")
    found = list(fastavro.reader(written)) if type_ == "Avro" else orc.read_table(written).to_pylist()
    assert found == [{"id": 1, "name": "ü", "two": 2}, {"id": 2, "name": None, "two": 4}]
    flow = plan(THROUGH.format(options="", sink=""), {"s": files("mid/", type_)}, {"out": files("out/b.csv")})
    assert finished(world, flow).source_rows == {"s": 2}
    assert world.read("out/b.csv") == "id,name,two\n1,ü,2\n2,NA,4\n"


def test_sheet_without_header_has_the_declared_columns_by_position(world: World) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in ([1, "ü", 1.5], [2, None, 2]):
        book.worksheets[0].append(row)
    book.save(file)
    (world.files / "in").mkdir()
    (world.files / "in/a.xlsx").write_bytes(file.getvalue())
    script = "source(output(id as integer, name as string, price as decimal(5,2))) ~> s\ns sink() ~> out"
    finished(world, plan(script, {"s": files("in/a.xlsx", "Excel")}, {"out": files("out/b.csv")}))
    assert world.read("out/b.csv") == "id,name,price\n1,ü,1.50\n2,NA,2.00\n"


def test_document_is_flattened(world: World) -> None:
    world.write("in/a.xml", "<o><r k='1'><n>x</n></r><r k='2'><n>y</n></r></o>")
    script = (
        "source(output(o as (r as ({@k} as integer, n as string)[]))) ~> s\n"
        "s foldDown(unroll(o.r), mapColumn(k = o.r.{@k}, n = o.r.n)) ~> f\nf sink() ~> out"
    )
    finished(world, plan(script, {"s": files("in/a.xml", "Xml")}, {"out": files("out/b.csv")}))
    assert sorted(world.read("out/b.csv").splitlines()) == ["1,x", "2,y", "k,n"]


def test_files_of_other_codecs_and_encodings_are_read_and_written(world: World) -> None:
    (world.files / "in").mkdir()
    (world.files / "in/a.csv.gz").write_bytes(gzip.compress("id;name\n1;ü\n".encode("utf-16")))
    source = files("in/", columnDelimiter=";", compressionCodec="gzip", encodingName="UTF-16")
    through(world, source, files("out/b.csv", columnDelimiter="<>", encodingName="windows-1252"))
    assert (world.files / "out/b.csv").read_bytes() == "id<>name\n1<>ü\n".encode("cp1252")


def test_archive_is_refused_with_what_to_do(world: World) -> None:
    world.write("in/a.zip", "PK")
    with pytest.raises(ConnectorError, match="is an archive") as caught:
        through(world, files("in/a.zip", compressionCodec="ZipDeflate"), files("out/x.csv"))
    assert "Extract it in a copy" in str(caught.value)


def test_backslash_before_an_ordinary_character_stays(world: World) -> None:
    (world.files / "in").mkdir()
    for name, pack in (("a.csv", bytes), ("b.csv.gz", gzip.compress)):
        (world.files / "in" / name).write_bytes(pack(b'id\n"C:\\temp"\n'))
        codec = "gzip" if name.endswith("gz") else "none"
        through(world, files(f"in/{name}", escapeChar="\\", compressionCodec=codec), files("out/x.csv", escapeChar='"'))
        assert world.read("out/x.csv") == "id\nC:\\temp\n"


def test_column_that_a_file_lacks_is_told(world: World) -> None:
    (world.files / "in").mkdir()
    orc.write_table(pa.table({"id": [1]}), world.files / "in/a.orc")
    script = "source(output(id as integer, name as string)) ~> s\ns sink() ~> out"
    with pytest.raises(HeadwaterError, match=r"RUN-041 .*'name', which file 'in/a.orc' in 'data' does not have"):
        finished(world, plan(script, {"s": files("in/", "Orc")}, {"out": files("out/b.csv")}))


def test_file_that_breaks_in_the_middle_is_told_and_the_target_stays(world: World) -> None:
    file = io.BytesIO()
    schema = {"type": "record", "name": "r", "fields": [{"name": "a", "type": "string"}]}
    fastavro.writer(file, schema, ({"a": f"text {n}"} for n in range(60_000)))
    world.write("out/b.csv", "what was there\n")
    (world.files / "in").mkdir()
    (world.files / "in/a.avro").write_bytes(file.getvalue()[:-5_000])
    with pytest.raises(ConnectorError) as caught:
        through(world, files("in/a.avro", "Avro"), files("out/b.csv"))
    assert "CON-022 File 'in/a.avro' in 'data' cannot be read as Avro" in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert world.read("out/b.csv") == "what was there\n"


def test_delta_table_is_read_at_a_version_and_written(world: World) -> None:
    write_deltalake(world.files / "t", pa.table({"id": [1], "name": ["a"]}))
    write_deltalake(world.files / "t", pa.table({"id": [2], "name": ["b"]}), mode="append")
    through(world, delta("t"), files("out/now.csv"))
    through(world, delta("t", versionAsOf=0), files("out/then.csv"))
    assert len(world.read("out/now.csv").splitlines()) == 3
    assert world.read("out/then.csv") == "id,name\n1,a\n"
    staged = delta("new/table")
    through(world, files("out/then.csv"), staged)
    assert DeltaTable(world.files / "new/table").to_pyarrow_table().to_pylist() == [{"id": "1", "name": "a"}]


def test_delta_table_takes_updates_and_deletes_by_key(world: World) -> None:
    write_deltalake(world.files / "t", pa.table({"id": pa.array([1, 2, 3], pa.int32()), "name": ["a", "b", "c"]}))
    world.write("in/a.csv", "id,name,gone\n1,A,no\n2,,yes\n4,d,no\n")
    script = """source(output(id as integer, name as string, gone as string)) ~> s
s alterRow(deleteIf(gone == 'yes'), upsertIf(true())) ~> a
a sink(allowSchemaDrift: true, deletable: true, insertable: false, updateable: false, upsertable: true, keys: ['id'],
    mapColumn(id, name)) ~> out"""
    finished(world, plan(script, {"s": files("in/a.csv", nullValue="")}, {"out": delta("t")}))
    rows = DeltaTable(world.files / "t").to_pyarrow_table().to_pylist()
    assert sorted((row["id"], row["name"]) for row in rows) == [(1, "A"), (3, "c"), (4, "d")]


def test_absent_delta_table_is_told(world: World) -> None:
    with pytest.raises(HeadwaterError, match=r"CON-031 .*'nothing'"):
        through(world, replace(delta("nothing")), files("out/b.csv"))
