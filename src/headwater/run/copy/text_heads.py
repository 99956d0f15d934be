"""Looking into text files before the engine does, for what it would read otherwise than the original."""

from __future__ import annotations

import gzip
import re
from typing import BinaryIO

from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.connectors.protocol import FileStore
from headwater.errors import Fault, RunError
from headwater.run.copy.attempt import sentence

_BLOCK = 8 * 1024 * 1024


def can_count_lines(format_: DelimitedText) -> bool:
    """Return whether lines can be told apart without the engine."""
    return format_.codec in {"gzip", "none"} and format_.encoding != "utf-16"


def lines_to_skip(head: BinaryIO, wanted: int, format_: DelimitedText, where: str) -> int:
    """Return how many lines of the file `skipLineCount` stands for: it counts lines that are not empty.

    Empty lines before the header are skipped with them, because the engine would take one for the header. Raises
    RunError for a compression or encoding in which lines cannot be counted here.
    """
    if not can_count_lines(format_):
        message = f"skipLineCount is not built for {format_.codec} files in {format_.encoding}"
        raise RunError(Fault("RUN-100", message, cure="Skip the lines before the copy."))
    lines = gzip.GzipFile(fileobj=head) if format_.codec == "gzip" else head
    skipped = full = 0
    for line in lines:
        empty = not line.strip(b"\r\n")
        if full == wanted and not empty:
            return skipped
        skipped += 1
        full += not empty
    raise RunError(Fault("RUN-107", f"{sentence(where)} has no more than {skipped} lines", cure="Lower skipLineCount."))


def refuse_lossy_escapes(store: FileStore, container: str, path: str, format_: DelimitedText, where: str) -> None:
    r"""Raise RunError if a quoted value holds an escape before a character that needs none.

    The original keeps `"C:\temp"` as it is; the engine would drop the backslash, and nobody would notice.
    """
    if format_.codec != "none" or not format_.escape or not format_.quote or format_.escape == format_.quote:
        return
    escape = format_.escape.encode()
    with store.open(container, path) as file:
        if not any(escape in block for block in iter(lambda: file.read(_BLOCK), b"")):
            return
    with store.open(container, path) as file:
        line = _lossy_line(file, escape, format_.quote.encode())
    if line is not None:
        raise RunError(
            Fault(
                "RUN-108",
                f"{sentence(where)}, line {line}: '{format_.escape}' before an ordinary character in a quoted value",
                cure=f"Set escapeChar to '{format_.quote}', or double each '{format_.escape}' in the file.",
            )
        )


def _lossy_line(file: BinaryIO, escape: bytes, quote: bytes) -> int | None:
    token = re.compile(b"(?s)" + re.escape(escape) + b"(.)|" + re.escape(quote))
    quoted = False
    for number, line in enumerate(file, 1):
        for found in token.finditer(line):
            if found[1] is None:
                quoted = not quoted
            elif quoted and found[1] not in (escape, quote):
                return number
    return None
