"""Formats that are decoded here, off and onto a real blob service."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from headwater.connectors.protocol import TableWrite
from headwater.connectors.registry import connect, folder_tables
from headwater.data.batch import schema_from_arrow
from headwater.data.locations import Store, TableLocation
from headwater.errors import HeadwaterError
from headwater.settings import Binding
from run.copy.workbench import Workbench
from servers.azurite import Azurite

pytestmark = pytest.mark.server

CSV = {"firstRowAsHeader": True, "escapeChar": '"'}


@pytest.fixture
def blobs(azurite: Azurite, azurite_key: str) -> Binding:
    return Binding(url=azurite.binding_url, password_env=azurite_key)


@pytest.fixture
def bench(tmp_path: Path, blobs: Binding) -> Workbench:
    return Workbench(tmp_path, bindings={"lake": blobs})


def end(store: str, type_: str, path: str, **properties: Any) -> dict[str, Any]:
    return {"store": store, "type": type_, "path": path, "typeProperties": properties}


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("Avro", {"avroCompressionCodec": "deflate"}),
        ("DelimitedText", {"compressionCodec": "bzip2", "encodingName": "UTF-16", **CSV}),
        ("Json", {"compression": {"type": "zipDeflate"}}),
        ("Orc", {}),
    ],
)
def test_rows_go_onto_blobs_and_back(type_: str, properties: dict[str, Any], bench: Workbench, container: str) -> None:
    text = "a,b\r\n" + "".join(f"{n},ü{n}\r\n" for n in range(5_000))
    bench.put("landing/c/a.csv", text)
    bench.copy(end("landing", "DelimitedText", "c/a.csv", **CSV), end("lake", type_, f"{container}/o/x", **properties))
    bench.copy(end("lake", type_, f"{container}/o/x", **properties), end("landing", "DelimitedText", "c/back/", **CSV))
    (back,) = (path for path in (bench.root / "landing/c/back").rglob("*") if path.is_file())
    assert back.read_bytes().decode() == text


def test_workbook_in_an_archive_on_a_blob_is_read(bench: Workbench, container: str) -> None:
    book, workbook, archive = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.worksheets[0].append(["a"])
    book.worksheets[0].append([1])
    book.save(workbook)
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("in/b.xlsx", workbook.getvalue())
    bench.put("landing/c/a.zip", archive.getvalue())
    bench.copy(end("landing", "Binary", "c/a.zip"), end("lake", "Binary", f"{container}/"))
    source = end("lake", "Excel", f"{container}/a.zip", compression={"type": "ZipDeflate"}, firstRowAsHeader=True)
    bench.copy(source, end("landing", "Json", "c/out/"))
    assert (bench.root / "landing/c/out/a.zip/in/b.json").read_text() == '{"a":1}\n'


def test_broken_blob_leaves_the_target(bench: Workbench, container: str) -> None:
    bench.put("landing/c/a.avro", b"Obj\x01 broken")
    bench.copy(end("landing", "Binary", "c/a.avro"), end("lake", "Binary", f"{container}/a.avro"))
    with pytest.raises(HeadwaterError, match=f"File 'a.avro' in '{container}' cannot be read as Avro"):
        bench.copy(end("lake", "Avro", f"{container}/a.avro"), end("landing", "Json", "c/out.json"))
    assert not (bench.root / "landing/c/out.json").exists()


def test_delta_table_lives_on_blobs(blobs: Binding, container: str, tmp_path: Path) -> None:
    store = Store("lake", "AzureBlobFS")
    files: Any = connect(store, {}, blobs, tmp_path)
    tables = folder_tables("Delta", files, {})
    at, rows = TableLocation(store, container, "deep/t"), pa.table({"id": [1, 2], "name": ["a", None]})
    for key in ("k1", "k2"):
        staged = tables.stage(at, TableWrite(schema_from_arrow(rows.schema), key))
        staged.write(rows.to_reader())
        assert not tables.committed(staged.token)
        staged.commit()
        assert tables.committed(staged.token)
    with tables.read(at, ["id"]) as found:
        assert sorted(found.read_all().to_pydict()["id"]) == [1, 1, 2, 2]
    with folder_tables("Delta", files, {"versionAsOf": 0}).read(at) as found:
        assert found.read_all().num_rows == 2
    assert "key" not in repr(files.address(container, "deep/t")).lower()
