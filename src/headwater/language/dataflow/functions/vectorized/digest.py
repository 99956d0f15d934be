"""Digests that the engine lacks, of bytes that a builder has already laid out."""

from __future__ import annotations

import hashlib
import zlib

from headwater.language.dataflow.functions.vectorized.function import Vectorized

BLAKE2B_BITS = range(8, 513, 8)
SHA2 = {224: hashlib.sha224, 384: hashlib.sha384, 512: hashlib.sha512}


def crc32(data: bytes) -> int:
    return zlib.crc32(data)


def blake2b(data: bytes, bits: int) -> bytes:
    return hashlib.blake2b(data, digest_size=bits // 8).digest()


def sha2(data: bytes, bits: int) -> bytes:
    return SHA2[bits](data).digest()


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("blake2b", ("BLOB", "BIGINT"), "BLOB", blake2b),
    Vectorized("crc32", ("BLOB",), "BIGINT", crc32),
    Vectorized("sha2", ("BLOB", "BIGINT"), "BLOB", sha2),
)
