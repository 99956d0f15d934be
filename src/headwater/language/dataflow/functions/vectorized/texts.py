"""Unicode: decomposed characters, and the capitals that change a text's length."""

from __future__ import annotations

import unicodedata

from headwater.language.dataflow.functions.vectorized.function import Vectorized


def normalize(text: str) -> str:
    """Return the canonical decomposition: a letter, then its accents."""
    return unicodedata.normalize("NFD", text)


FUNCTIONS: tuple[Vectorized, ...] = (Vectorized("normalize", ("VARCHAR",), "VARCHAR", normalize),)
