"""Compressed bodies: opened within bounds, whatever they claim to hold."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from types import MappingProxyType

from litestar.types import Receive

from headwater.errors import Fault

MAX_BODY = 64 * 1024 * 1024
"""Bytes, as sent and as opened."""
TOO_LARGE = Fault(
    "CAT-039", f"The body is larger than {MAX_BODY:,} bytes", cure="Send it in several requests: bulks can be split."
)
_GZIP = 16 + zlib.MAX_WBITS
# Content coding → how zlib reads it. RFC 9110 calls `deflate` what is in zlib's format.
CODINGS: Mapping[str, int] = MappingProxyType({"deflate": zlib.MAX_WBITS, "gzip": _GZIP, "x-gzip": _GZIP})


class Refused(Exception):
    """A body that is not read, and the status that says so."""

    def __init__(self, status: int, fault: Fault) -> None:
        super().__init__(fault.message)
        self.status = status
        self.fault = fault


async def opened(receive: Receive, coding: str) -> bytes:
    """Return the body. Raises Refused: 415 for an unknown coding, 413 for too much, 400 for what cannot be opened."""
    if coding not in CODINGS:
        cure = f"Send it plain, or in {', '.join(CODINGS)}."
        raise Refused(415, Fault("CAT-039", f"Bodies in '{coding}' are not read", cure=cure))
    opener = _Opener(CODINGS[coding])
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise _broken("the client went away")
        more = message.get("more_body", False)
        opener.take(message.get("body", b""))
    return opener.whole()


class _Opener:
    """Opens what comes in pieces. A gzip body may be several members, one after the other (RFC 1952)."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._member = zlib.decompressobj(bits)
        self._pieces: list[bytes] = []
        self._size = 0

    def take(self, data: bytes) -> None:
        while data:
            if self._member.eof:
                if self._bits != _GZIP:
                    raise _broken("other bytes follow it")
                self._member = zlib.decompressobj(self._bits)
            try:
                piece = self._member.decompress(data, MAX_BODY - self._size + 1)
            except zlib.error as error:
                raise _broken("it is not what Content-Encoding says") from error
            self._size += len(piece)
            if self._size > MAX_BODY:
                raise Refused(413, TOO_LARGE)
            self._pieces.append(piece)
            data = self._member.unused_data

    def whole(self) -> bytes:
        if not self._member.eof:
            raise _broken("it ends too early")
        return b"".join(self._pieces)


def _broken(why: str) -> Refused:
    cure = "Compress it anew, or send it plain."
    return Refused(400, Fault("CAT-028", f"The body cannot be opened: {why}", cure=cure))
