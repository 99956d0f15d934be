r"""Escapes in delimited text that the engine would take for more than they are.

The original keeps `"C:\temp"` as it is, since its escape only counts before a quote or itself; the engine would drop
the backslash, and nobody would notice. Files without such a value, nearly all, are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from headwater.connectors.formats.codecs import BLOCK
from headwater.connectors.formats.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Escapes:
    """A dialect with quotes, and an escape that is not the quote."""

    dialect: Dialect

    def is_needed(self, file: BinaryIO) -> bool:
        """Return whether a value in quotes holds an escape before a character that needs none. Reads the file."""
        escape, quote = self.dialect.escape.encode(), self.dialect.quote.encode()
        if not any(escape in block for block in iter(lambda: file.read(BLOCK), b"")):
            return False
        file.seek(0)
        token = re.compile(b"(?s)" + re.escape(escape) + b"(.)|" + re.escape(quote))
        quoted = False
        for line in file:
            for found in token.finditer(line):
                if found[1] is None:
                    quoted = not quoted
                elif quoted and found[1] not in (escape, quote):
                    return True
        return False

    def decode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield the same rows with every escape in quotes doubled."""
        return self.dialect.encode(self.dialect.decode(texts))

    def encode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield the text as it is: the engine writes it well."""
        return texts
