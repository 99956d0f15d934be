"""lz4 and snappy, as the original's data flows write them: in Hadoop's blocks, with no frame of the codec's own.

    file  = block*
    block = bytes that it stands for (4, big-endian) · chunk*
    chunk = length (4, big-endian) · compressed bytes

Files in the codecs' own frames, which other tools write, are read too.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO

import cramjam

LZ4_FRAME = b"\x04\x22\x4d\x18"
SNAPPY_FRAME = b"\xff\x06\x00\x00sNaPpY"
MOST = 64 * 1024 * 1024
"""Bytes that a block may claim to stand for; a broken or hostile length would be taken for memory to get."""
BLOCK = 256 * 1024

Unpack = Callable[[bytes, int], bytes]


def lz4_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a file of lz4 stands for. Raises ValueError, EOFError or the library's error for a broken one."""
    head = file.read(4)
    if head == LZ4_FRAME:
        import pyarrow as pa  # half a second, for which reading definitions need not wait

        file.seek(0)
        framed = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "lz4")
        yield from iter(lambda: framed.read(BLOCK), b"")
    else:
        yield from _blocks(file, head, lambda data, size: bytes(cramjam.lz4.decompress_block(data, output_len=size)))


def snappy_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a file of snappy stands for. Raises as `lz4_blocks` does."""
    head = file.read(4)
    if head == SNAPPY_FRAME[:4]:
        yield from _snappy_frames(file, head)
    else:
        yield from _blocks(file, head, lambda data, _: _unpacked_snappy(data))


def packed_lz4(data: bytes) -> bytes:
    """Return one block of lz4."""
    return _block(data, bytes(cramjam.lz4.compress_block(data, store_size=False)))


def packed_snappy(data: bytes) -> bytes:
    """Return one block of snappy."""
    return _block(data, bytes(cramjam.snappy.compress_raw(data)))


def _block(data: bytes, packed: bytes) -> bytes:
    return struct.pack(">II", len(data), len(packed)) + packed


def _blocks(file: BinaryIO, head: bytes, unpack: Unpack) -> Iterator[bytes]:
    while head:
        left = _length(head)
        while left:
            packed = _exactly(file, _length(_exactly(file, 4)))
            data = unpack(packed, left)
            if not data or len(data) > left:
                raise ValueError("a block is longer than it says")
            left -= len(data)
            yield data
        head = file.read(4)


def _snappy_frames(file: BinaryIO, head: bytes) -> Iterator[bytes]:
    while head:
        kind, size = head[0], int.from_bytes(head[1:4], "little")
        data = _exactly(file, size)
        if kind in (0, 1):
            # Four bytes of checksum come first.
            yield _unpacked_snappy(data[4:]) if kind == 0 else data[4:]
        elif kind < 0x80:
            raise ValueError(f"a chunk is of the unknown kind {kind}")
        head = file.read(4)
        if head and len(head) < 4:
            raise EOFError("the compressed data ends too early")


def _unpacked_snappy(data: bytes) -> bytes:
    if cramjam.snappy.decompress_raw_len(data) > MOST:
        raise ValueError("a block is too long")
    return bytes(cramjam.snappy.decompress_raw(data))


def _length(four: bytes) -> int:
    if len(four) < 4:
        raise EOFError("the compressed data ends too early")
    length = int.from_bytes(four, "big")
    if length > MOST:
        raise ValueError("a block claims to be too long")
    return length


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise EOFError("the compressed data ends too early")
    return data
