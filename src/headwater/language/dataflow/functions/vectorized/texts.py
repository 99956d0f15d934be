"""Unicode: decomposed characters, and edits counted in letters where the engine would count bytes."""

from __future__ import annotations

import unicodedata

from headwater.language.dataflow.functions.vectorized.function import Vectorized


def normalize(text: str) -> str:
    """Return the canonical decomposition: a letter, then its accents."""
    return unicodedata.normalize("NFD", text)


def edits(left: str, right: str) -> int:
    """Return how many letters have to be put in, taken out or changed to make one text of the other."""
    row = list(range(len(right) + 1))
    for place, letter in enumerate(left, 1):
        above, row[0] = row[0], place
        for other, sought in enumerate(right, 1):
            above, row[other] = row[other], min(row[other] + 1, row[other - 1] + 1, above + (letter != sought))
    return row[-1]


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("edits", ("VARCHAR", "VARCHAR"), "BIGINT", edits),
    Vectorized("normalize", ("VARCHAR",), "VARCHAR", normalize),
)
