"""Compression of whole files: round trips, files of other tools, broken and hostile ones, archives."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import tarfile
import zipfile
import zlib
from pathlib import Path

import cramjam
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.formats.rooms import Room
from headwater.connectors.formats.archives import pack, unpack
from headwater.connectors.formats.codecs import BROKEN, CODECS
from headwater.connectors.formats.malformed import malformed_as
from headwater.connectors.formats.registry import format_from_dataset
from headwater.errors import ConnectorError

STREAMS = sorted(name for name, codec in CODECS.items() if codec.reader)
ARCHIVES = sorted(name for name, codec in CODECS.items() if codec.is_archive)


def packed(name: str, data: bytes, fast: bool = False) -> bytes:
    target = io.BytesIO()
    writer = CODECS[name].writer
    assert writer is not None
    with writer(target, fast) as file:
        for start in range(0, len(data), 70_000):
            file.write(data[start : start + 70_000])
    assert not target.closed
    return target.getvalue()


def unpacked(name: str, data: bytes) -> bytes:
    reader = CODECS[name].reader
    assert reader is not None
    return b"".join(iter(lambda: opened.read(100_000), b"")) if (opened := reader(io.BytesIO(data))) else b""


@pytest.mark.parametrize("name", STREAMS)
@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=400), times=st.sampled_from([1, 700]), fast=st.booleans())
def test_bytes_packed_are_bytes_unpacked(name: str, data: bytes, times: int, fast: bool) -> None:
    assert unpacked(name, packed(name, data * times, fast)) == data * times


def test_what_is_packed_is_what_other_tools_unpack() -> None:
    data = b"some text\n" * 50_000
    assert bz2.decompress(packed("bzip2", data)) == data
    assert gzip.decompress(packed("gzip", data)) == data
    assert zlib.decompress(packed("deflate", data), -zlib.MAX_WBITS) == data
    assert bytes(cramjam.zstd.decompress(packed("zstd", data))) == data


def test_what_other_tools_pack_is_unpacked() -> None:
    data = b"some text\n" * 50_000
    assert unpacked("deflate", zlib.compress(data)) == data
    assert unpacked("bzip2", bz2.compress(data) + bz2.compress(b"more")) == data + b"more"
    assert unpacked("gzip", gzip.compress(data) + gzip.compress(b"more")) == data + b"more"
    assert unpacked("lz4", pa.compress(data, "lz4", asbytes=True)) == data
    assert unpacked("snappy", bytes(cramjam.snappy.compress(data))) == data


@pytest.mark.parametrize("name", STREAMS)
def test_bytes_that_end_too_early_or_are_others_are_told(name: str) -> None:
    whole = packed(name, bytes(range(256)) * 3_000)
    for broken in (whole[:-4], whole[: len(whole) // 2], b"a,b\n1,2\n" * 9):
        with pytest.raises(BROKEN):
            unpacked(name, broken)


def test_full_disk_is_not_told_as_a_broken_file() -> None:
    with pytest.raises(ConnectorError) as caught, malformed_as(BROKEN, "file 'a'", "zipDeflate"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.code == "CON-013"
    assert "File 'a' has no room left" in str(caught.value)


@pytest.mark.parametrize("name", ["lz4", "snappy"])
def test_block_that_claims_to_be_huge_is_refused(name: str) -> None:
    with pytest.raises(BROKEN):
        unpacked(name, b"\x7f\xff\xff\xff\x00\x00\x00\x04abcd")


def _zip(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _tar(mode: str, **files: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is one of two
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def _archive(codec: str, **files: bytes) -> bytes:
    return _zip(**files) if codec == "zipDeflate" else _tar("w:gz" if codec == "tarGzip" else "w", **files)


@pytest.mark.parametrize("codec", ARCHIVES)
def test_members_are_unpacked_by_name(codec: str, tmp_path: Path) -> None:
    data = _archive(codec, **{"b/two.txt": b"2", "one.txt": b"1", "./three.txt": b""})
    found = unpack(io.BytesIO(data), codec, tmp_path, "File 'a'")
    assert {member.name: member.file.read_bytes() for member in found} == {
        "b/two.txt": b"2",
        "one.txt": b"1",
        "three.txt": b"",
    }
    assert all(member.file.parent == tmp_path for member in found)


@pytest.mark.parametrize("codec", ARCHIVES)
@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil", "..\\evil", "C:\\evil", "a/../b"])
def test_member_that_leads_elsewhere_is_refused(codec: str, name: str, tmp_path: Path) -> None:
    data = _archive(codec, **{"good": b"1", name: b"2"})
    with pytest.raises(ConnectorError, match="outside of the folder"):
        unpack(io.BytesIO(data), codec, tmp_path / "in", "File 'a'")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_links_of_an_archive_are_no_files(tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert unpack(io.BytesIO(target.getvalue()), "tar", tmp_path, "File 'a'") == ()


@pytest.mark.parametrize("codec", ARCHIVES)
def test_broken_archive_is_told(codec: str, tmp_path: Path) -> None:
    whole = _archive(codec, one=bytes(range(256)) * 400)
    for broken in (b"a,b\n1,2\n" * 200, whole[: len(whole) // 2]):
        with pytest.raises(ConnectorError, match=f"File 'a' cannot be read as {codec}"):
            unpack(io.BytesIO(broken), codec, tmp_path, "File 'a'")


@pytest.mark.parametrize("codec", ARCHIVES)
def test_archive_packed_is_one_of_others(codec: str, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.write_bytes(b"text\n" * 1000)
    target, again = io.BytesIO(), io.BytesIO()
    pack(target, codec, "a.csv", content, fast=False)
    pack(again, codec, "a.csv", content, fast=False)
    if codec == "zipDeflate":
        assert zipfile.ZipFile(io.BytesIO(target.getvalue())).read("a.csv") == content.read_bytes()
    else:
        with tarfile.open(fileobj=io.BytesIO(target.getvalue())) as archive:
            member = archive.extractfile("a.csv")
            assert member is not None
            assert member.read() == content.read_bytes()
    assert target.getvalue() == again.getvalue()


@pytest.mark.parametrize(("codec", "type_"), [("zipDeflate", "DelimitedText"), ("tar", "Json")])
def test_text_is_written_into_an_archive_by_its_own_name(codec: str, type_: str, room: Room) -> None:
    format_ = format_from_dataset(type_, {"compression": {"type": codec}, "firstRowAsHeader": True})
    assert format_ is not None
    name = f"out{format_.extension}"
    file = room.write(format_, pa.table({"a": [1]}), name)
    (member,) = unpack(io.BytesIO(file.read_bytes()), codec, room.folder / "u", "it")
    assert member.name == ("out.csv" if type_ == "DelimitedText" else "out.json")
    assert member.file.read_text() == ("a\n1\n" if type_ == "DelimitedText" else '{"a":1}\n')


def test_archive_where_a_file_is_wanted_is_refused(room: Room) -> None:
    format_ = format_from_dataset("DelimitedText", {"compressionCodec": "ZipDeflate", "firstRowAsHeader": True})
    assert format_ is not None
    room.put("a.zip", _zip(a=b"a\n1\n", b=b"a\n2\n"))
    files = room.opened(format_)
    (entry,) = files.list("c")
    assert files.holds_archives
    assert [member.path for member in files.members("c", entry)] == ["a.zip/a", "a.zip/b"]
