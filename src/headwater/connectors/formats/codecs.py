"""Compression of whole files, as streams: what a dataset's codec is called, how its bytes are read and written.

Nothing here holds more than a block of a file, however large it is once it is unpacked.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, cast

import cramjam

from headwater.connectors.formats.block_codecs import lz4_blocks, packed_lz4, packed_snappy, snappy_blocks

BLOCK = 1024 * 1024
PIECE = 64 * 1024
BROKEN = (EOFError, OSError, ValueError, cramjam.DecompressionError, lzma.LZMAError, zlib.error)
"""What unpacking raises for bytes that are not what they should be."""


@dataclass(frozen=True, slots=True)
class Codec:
    """`extension` is put behind a file's own. `engine` is the engine's name for a codec that it reads and writes."""

    extension: str
    engine: str | None = None
    reader: Callable[[BinaryIO], BinaryIO] | None = None
    writer: Callable[[BinaryIO, bool], BinaryIO] | None = None
    """Takes a file and whether to be fast; closing what it gives leaves the file open."""
    is_archive: bool = False
    """One file holds several, by name."""


class Unpacked(io.RawIOBase):
    """The bytes that blocks give, as a file."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks = blocks
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # the buffer is always a memoryview here
        while not self._ready:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._ready = memoryview(block)
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


class Packing(io.RawIOBase):
    """Takes bytes and writes what they are packed to; closing it ends the stream and leaves the file open."""

    def __init__(self, file: BinaryIO, pack: Callable[[bytes], bytes], finish: Callable[[], bytes]) -> None:
        super().__init__()
        self._file = file
        self._pack = pack
        self._finish = finish

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # what is written here is bytes
        self._file.write(self._pack(bytes(data)))
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.write(self._finish())
            super().close()


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    head = file.read(PIECE)
    # .NET's deflate has no header; files of other tools often have zlib's.
    wrapped = len(head) > 1 and head[0] & 0x0F == 8 and (head[0] << 8 | head[1]) % 31 == 0
    unpack = zlib.decompressobj() if wrapped else zlib.decompressobj(-zlib.MAX_WBITS)
    while head:
        # A small input may stand for a large output, so that this is bounded and not only what is read.
        yield unpack.decompress(head, BLOCK)
        head = unpack.unconsumed_tail or (b"" if unpack.eof else file.read(PIECE))
    if not unpack.eof:
        raise EOFError("the compressed data ends too early")


def _unpacking(blocks: Callable[[BinaryIO], Iterator[bytes]]) -> Callable[[BinaryIO], BinaryIO]:
    return lambda file: cast(BinaryIO, io.BufferedReader(Unpacked(blocks(file)), BLOCK))


def _deflate(file: BinaryIO, fast: bool) -> BinaryIO:
    packer = zlib.compressobj(1 if fast else 6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return cast(BinaryIO, Packing(file, packer.compress, packer.flush))


def _gzip(file: BinaryIO, fast: bool) -> BinaryIO:
    # No name and no time go into the header, so that the same rows give the same bytes.
    return cast(BinaryIO, gzip.GzipFile("", "wb", 1 if fast else 6, file, mtime=0))


def _bzip2(file: BinaryIO, fast: bool) -> BinaryIO:
    packer = bz2.BZ2Compressor(1 if fast else 9)
    return cast(BinaryIO, Packing(file, packer.compress, packer.flush))


def _blocked(pack: Callable[[bytes], bytes]) -> Callable[[BinaryIO, bool], BinaryIO]:
    def writer(file: BinaryIO, fast: bool) -> BinaryIO:  # noqa: ARG001 these codecs have one level
        return cast(BinaryIO, io.BufferedWriter(Packing(file, pack, lambda: b""), BLOCK))

    return writer


def _unzstd(file: BinaryIO) -> BinaryIO:
    import pyarrow as pa  # half a second, for which reading definitions need not wait

    return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd"))


def _zstd(file: BinaryIO, fast: bool) -> BinaryIO:
    packer = cramjam.zstd.Compressor(level=1 if fast else 3)

    def pack(data: bytes) -> bytes:
        packer.compress(data)
        return bytes(packer.flush())

    return cast(BinaryIO, Packing(file, pack, lambda: bytes(packer.finish())))


CODECS: Mapping[str, Codec] = {
    "bzip2": Codec(".bz2", None, lambda file: cast(BinaryIO, bz2.BZ2File(file)), _bzip2),
    "deflate": Codec(".deflate", None, _unpacking(_inflated), _deflate),
    "gzip": Codec(".gz", "gzip", lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file)), _gzip),
    "lz4": Codec(".lz4", None, _unpacking(lz4_blocks), _blocked(packed_lz4)),
    "none": Codec("", "none"),
    "snappy": Codec(".snappy", None, _unpacking(snappy_blocks), _blocked(packed_snappy)),
    "tar": Codec(".tar", is_archive=True),
    "tarGzip": Codec(".tar.gz", is_archive=True),
    "zipDeflate": Codec(".zip", is_archive=True),
    "zstd": Codec(".zst", "zstd", _unzstd, _zstd),
}
