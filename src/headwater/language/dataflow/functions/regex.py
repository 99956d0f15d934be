"""Java's patterns for engines with RE2: what both read alike passes, the rest is refused."""

from __future__ import annotations

import re

from headwater.data import types
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.scope import Resolved

# What Java has and RE2 has not, or reads otherwise.
_FOREIGN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\(\?<?[=!]"), "look-ahead and look-behind"),
    (re.compile(r"\(\?>"), "atomic groups"),
    (re.compile(r"\\[1-9]|\\k<"), "back references"),
    (re.compile(r"[*+?}]\+"), "possessive quantifiers"),
    (re.compile(r"\[[^\]]*&&"), "intersections of character classes"),
    (re.compile(r"\\[hHRXZGNuvV]"), "these escapes"),
)
_ESCAPED = re.compile(r"\\\\|\\[^1-9kKhHRXZGNuvV]")
_REPLACEMENT = re.compile(r"\\(.)|\$(\d)|\$\{|(\\$)", re.DOTALL)


def pattern(value: Resolved, argument: int) -> str:
    """Return the constant pattern of an argument. Raises Refused where RE2 would read it otherwise."""
    text = sql.constant(value)
    if value.type != types.STRING or not isinstance(text, str):
        raise Refused("LNG-031", "The pattern must be a constant", "Write it as a string or `…`.", argument)
    bare = _ESCAPED.sub("x", text)
    for foreign, what in _FOREIGN:
        if foreign.search(bare):
            cure = "Write the pattern without them, or match in two steps."
            raise Refused("LNG-033", f"The pattern '{text}' uses {what}, which the engine cannot match", cure, argument)
    try:
        re.compile(
            re.sub(r"\\p\{\w+\}|\\P\{\w+\}|\[:\w+:\]|\(\?<(?=[A-Za-z])", lambda m: "(?P<" if "(" in m[0] else "x", text)
        )
    except re.error as error:
        cure = "Mend the pattern; write `…` to do without escapes."
        raise Refused("LNG-033", f"The pattern '{text}' is not valid: {error}", cure, argument) from error
    return text


def replacement(value: Resolved, argument: int) -> str:
    r"""Return the constant replacement with Java's `$1` as RE2's `\1`. Raises Refused for what has no counterpart."""
    text = sql.constant(value)
    if not isinstance(text, str):
        raise Refused("LNG-031", "The replacement must be a constant", "Write it as a string.", argument)
    return _REPLACEMENT.sub(lambda match: _replaced(match, text, argument), text)


def _replaced(match: re.Match[str], text: str, argument: int) -> str:
    escaped, group = match.group(1), match.group(2)
    if group is not None:
        return f"\\{group}"
    if escaped is not None:
        return "\\\\" if escaped == "\\" else escaped
    raise Refused("LNG-033", f"The replacement '{text}' cannot be read", "Refer to groups as $1 … $9.", argument)
