"""Texts as bytes of another character set, as Java names the sets: what a set lacks becomes `?`."""

from __future__ import annotations

import codecs

from headwater.language.dataflow.functions.vectorized.function import Vectorized

# Names of Java for which Python has none, or means something else.
_ALIASES = {"unicode": "utf-16", "utf16": "utf-16", "x-windows-874": "cp874"}


def codec_of(name: str) -> str | None:
    """Return Python's name of a character set, or None if there is no such set."""
    lowered = name.strip().lower()
    lowered = _ALIASES.get(lowered, lowered)
    try:
        found = codecs.lookup(lowered)
    except LookupError:
        return None
    # Codecs such as rot13 or base64 are no character sets.
    return found.name if getattr(found, "_is_text_encoding", True) else None


def encode(text: str, name: str) -> bytes:
    """Return the bytes of a text; UTF-16 without a byte order has a mark and the high byte first."""
    codec = _known(name)
    if codec == "utf-16":
        return codecs.BOM_UTF16_BE + text.encode("utf-16-be", "replace")
    return text.encode(codec, "replace")


def decode(data: bytes, name: str) -> str:
    """Return the text of bytes; what is none becomes U+FFFD."""
    codec = _known(name)
    if codec == "utf-16" and data[:2] not in (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE):
        codec = "utf-16-be"
    return data.decode(codec, "replace")


def _known(name: str) -> str:
    codec = codec_of(name)
    if codec is None:
        raise ValueError(f"There is no character set '{name}'")
    return codec


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("decode", ("BLOB", "VARCHAR"), "VARCHAR", decode),
    Vectorized("encode", ("VARCHAR", "VARCHAR"), "BLOB", encode),
)
