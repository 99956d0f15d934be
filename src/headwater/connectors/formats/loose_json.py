"""JSON with what people put into it and the standard does not have: comments, single quotes, names without quotes.

Separate from `json.py`: the engine reads the standard only, so that a file is made standard on its way to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*")
      | (?P<single>'(?:[^'\\]|\\.)*')
      | (?P<comment>//[^\n\r]*|/\*.*?\*/)
      | (?P<name>[A-Za-z_$][\w$.-]*)(?=(?P<colon>\s*:)?)
      | (?P<other>[^"'/A-Za-z_$]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_UNKNOWN_ESCAPE = re.compile(r'\\([^"\\/bfnrtu])', re.DOTALL)
_HELD = 64


@dataclass(frozen=True, slots=True)
class LooseJson:
    """What a file may have."""

    comments: bool = False
    single_quotes: bool = False
    bare_names: bool = False
    backslashes: bool = False
    """A backslash before any character stands for that character."""

    def decode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield standard JSON; what is no such licence stays as it is, for the engine to refuse."""
        rest = ""
        for text in texts:
            done, rest = self._standard(rest + text, last=False)
            yield done
        yield self._standard(rest, last=True)[0]

    def encode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield the text as it is: what is written is the standard."""
        return texts

    def _standard(self, text: str, last: bool) -> tuple[str, str]:
        """Return the text up to the last token that is surely whole, and the rest."""
        out: list[str] = []
        here = 0
        while here < len(text):
            found = _TOKEN.match(text, here)
            assert found is not None, "every character is some token"
            # A token near the end may go on in the next piece.
            unfinished = found.end() > len(text) - _HELD or (found["other"] or "") in ('"', "'", "/")
            if not last and unfinished:
                break
            out.append(self._token(found))
            here = found.end()
        return "".join(out), text[here:]

    def _token(self, found: re.Match[str]) -> str:
        if found["comment"] and self.comments:
            return " "
        if found["single"] and self.single_quotes:
            inner = found["single"][1:-1].replace("\\'", "'")
            return self._escaped('"' + re.sub(r'(?<!\\)"', r"\"", inner) + '"')
        if found["name"] and found["colon"] is not None and self.bare_names:
            return f'"{found["name"]}"'
        return self._escaped(found[0]) if found["text"] else found[0]

    def _escaped(self, text: str) -> str:
        return _UNKNOWN_ESCAPE.sub(r"\1", text) if self.backslashes else text
