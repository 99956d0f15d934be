"""Marks the found words in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headwater.catalog.search.keywords import Term
from headwater.catalog.writing.documents import split_words

_WORD = re.compile(r"[^\W_]+")
OPEN, CLOSE = "<em>", "</em>"


def marked(text: str, terms: Sequence[Term]) -> str | None:
    """Return the text with every found word in `<em>`, or None if no word is found."""
    pieces: list[str] = []
    at = 0
    for word in _WORD.finditer(text):
        if _is_found(word[0], terms):
            pieces += [text[at : word.start()], OPEN, word[0], CLOSE]
            at = word.end()
    return "".join([*pieces, text[at:]]) if pieces else None


def _is_found(word: str, terms: Sequence[Term]) -> bool:
    forms = {word.casefold(), *split_words(word).casefold().split()}
    return any(
        form.startswith(asked) if term.prefix and asked == term.words[-1] else form == asked
        for term in terms
        for asked in (part.casefold() for part in term.words)
        for form in forms
    )
