"""Java's patterns: what RE2 reads alike goes to the engine itself, all else to the vectorized functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from sqlglot import exp

from headwater.data import types
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.functions.vectorized.java_regex import check_replacement, compiled
from headwater.language.dataflow.scope import Resolved

_Result = TypeVar("_Result")
# What Java has and RE2 has not, or reads otherwise: look-around, atomic and named groups, back references, possessive
# quantifiers, classes in classes, escapes and properties of Java's own, long repetitions.
_FOREIGN = re.compile(
    r"\(\?[<=!>]|\(\?[a-z]*[dxuU]|\\[1-9]|\\[^\W\dAbBCdDfnpPQrsStvwWxz_]|\\0|\\[pP](?!L[ulmto]?\b|\{L[ulmto]?\}"
    r"|\{(?:N[dlo]?|P[cdsefio]?|S[mcko]?|Z[slp]?|M[nce]?)\})|[*+?}]\+|\[[^\]]*(?:&&|\[)|\{\d{4,}|\$"
)
_REPLACEMENT = re.compile(r"\\(.)|\$(\d)", re.DOTALL)


def constant(value: Resolved, argument: int) -> str | None:
    """Return a pattern that is known before the run, else None. Raises Refused for one that is not valid."""
    text = sql.constant(value)
    if not isinstance(text, str):
        return None
    _checked(lambda: compiled(text), argument)
    return text


def is_shared(pattern: str | None) -> bool:
    """Return whether the engine matches a pattern as Java does."""
    return pattern is not None and _FOREIGN.search(pattern.replace("\\\\", "")) is None


def search(value: exp.Expr, pattern: Resolved, argument: int) -> exp.Expr:
    """Return whether the pattern occurs in a text."""
    text = _with_end(constant(pattern, argument))
    if text is not None and is_shared(text):
        return exp.RegexpLike(this=value, expression=sql.text(text))
    return sql.vectorized("regex_matches", value, _text(pattern))


def extract(value: exp.Expr, pattern: Resolved, group: Resolved | None) -> exp.Expr:
    """Return a group of the first match, the first one unless told."""
    text = constant(pattern, 1)
    number = 1 if group is None else sql.constant(group)
    place = sql.number(1) if group is None else group.sql
    if text is not None and isinstance(number, int):
        groups = compiled(text).groups
        if not 0 <= number <= groups:
            cure = "Give 0 for the whole match, or put the part into parentheses."
            raise Refused("LNG-033", f"The pattern '{text}' has no group {number}", cure, 1 if group is None else 2)
        shared = _with_end(text) if number else text
        if shared is not None and is_shared(shared):
            return exp.RegexpExtract(this=value, expression=sql.text(shared), group=place)
    return sql.vectorized("regex_extract", value, _text(pattern), sql.cast(place, types.LONG))


def replace(value: exp.Expr, pattern: Resolved, replacement: Resolved) -> exp.Expr:
    """Return the text with every match replaced; `$1` in the replacement is a group."""
    text, new = constant(pattern, 1), sql.constant(replacement)
    if text is not None and isinstance(new, str):
        _checked(lambda: check_replacement(text, new), 2)
        matches_nothing = compiled(text).search("") is not None
        if is_shared(text) and not matches_nothing and not re.search(r"\$(?:\d\d|\{)", new):
            return exp.RegexpReplace(
                this=value,
                expression=sql.text(text),
                replacement=sql.text(_REPLACEMENT.sub(_replaced, new)),
                modifiers=sql.text("g"),
            )
    return sql.vectorized("regex_replace", value, _text(pattern), _text(replacement))


def split(value: exp.Expr, pattern: Resolved) -> exp.Expr:
    """Return the parts between matches."""
    text = constant(pattern, 1)
    if text is not None and is_shared(text) and compiled(text).search("") is None:
        return exp.RegexpSplit(this=value, expression=sql.text(text))
    return sql.vectorized("regex_split", value, _text(pattern))


def _with_end(text: str | None) -> str | None:
    """Return a pattern that ends with `$` with RE2's words for it: the end, or before a last line break."""
    if text is None or not text.endswith("$") or re.search(r"(?:^|[^\\])(?:\\\\)*\$$", text) is None:
        return text
    return text[:-1] + r"\n?\z"


def _text(value: Resolved) -> exp.Expr:
    return sql.converted(value, types.STRING)


def _replaced(match: re.Match[str]) -> str:
    r"""Return Java's `$1` as RE2's `\1`, and an escaped character as itself."""
    escaped, group = match.groups()
    if group is not None:
        return f"\\{group}"
    return "\\\\" if escaped == "\\" else str(escaped)


def _checked(check: Callable[[], _Result], argument: int) -> _Result:
    try:
        return check()
    except ValueError as error:
        cure = "Mend it; write a pattern as `…` to do without escapes."
        message = str(error)
        raise Refused("LNG-033", message[:1].upper() + message[1:], cure, argument) from error
