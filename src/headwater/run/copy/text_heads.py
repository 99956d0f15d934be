"""Looking into text files before the engine does, for what it would read otherwise than the original."""

from __future__ import annotations

import gzip
from typing import BinaryIO

from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.errors import Fault, RunError
from headwater.run.copy.attempt import sentence


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
