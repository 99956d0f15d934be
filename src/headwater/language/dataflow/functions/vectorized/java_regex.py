"""Matching by Java's regular expressions where the engine's RE2 cannot: look-around, back references, and the rest.

`java_syntax` writes a pattern as Python's `re` reads it. As in Spark, extracting nothing gives '' and a group that
took no part in a match is ''.
"""

from __future__ import annotations

import functools
import re

from headwater.language.dataflow.functions.vectorized.function import Vectorized
from headwater.language.dataflow.functions.vectorized.java_syntax import python_pattern

_REPLACEMENT = re.compile(r"\\(.)|\$(\d+)|\$\{([A-Za-z][A-Za-z0-9]*)\}", re.DOTALL)


@functools.lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return Java's pattern, compiled. Raises ValueError for one that is not valid or has no counterpart."""
    try:
        return re.compile(python_pattern(pattern), re.ASCII)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern '{pattern}' cannot be read: {error}") from error


def matches(text: str, pattern: str) -> bool:
    return compiled(pattern).search(text) is not None


def extract(text: str, pattern: str, group: int) -> str:
    """Return a group of the first match. Raises ValueError for a group that the pattern has not."""
    found = compiled(pattern)
    if not 0 <= group <= found.groups:
        raise ValueError(f"the pattern '{pattern}' has no group {group}")
    match = found.search(text)
    return (match.group(group) or "") if match else ""


def replace(text: str, pattern: str, replacement: str) -> str:
    found = compiled(pattern)
    parts = _parts(replacement, found)
    return found.sub(lambda match: "".join(p if isinstance(p, str) else match.group(*p) or "" for p in parts), text)


def split(text: str, pattern: str) -> list[str]:
    """Return the parts between matches; an empty match at the start splits nothing off."""
    result: list[str] = []
    start = 0
    for match in compiled(pattern).finditer(text):
        if match.end() == 0:
            continue
        result.append(text[start : match.start()])
        start = match.end()
    return [*result, text[start:]]


@functools.lru_cache(maxsize=256)
def _parts(replacement: str, pattern: re.Pattern[str]) -> tuple[str | tuple[int | str], ...]:
    """Return the texts and groups that a replacement is made of. Raises ValueError for what it cannot refer to."""
    parts: list[str | tuple[int | str]] = []
    position = 0
    for match in _REPLACEMENT.finditer(replacement):
        parts.append(_plain(replacement[position : match.start()], replacement))
        escaped, digits, name = match.groups()
        if escaped is not None:
            parts.append(escaped)
        elif name is not None:
            parts.append((_group_name(name, pattern),))
        else:
            group, rest = _group_number(digits, pattern)
            parts.extend([(group,), rest])
        position = match.end()
    parts.append(_plain(replacement[position:], replacement))
    return tuple(part for part in parts if part)


def _plain(text: str, replacement: str) -> str:
    if "$" in text or "\\" in text:
        raise ValueError(f"the replacement '{replacement}' has a lonely $ or backslash")
    return text


def _group_name(name: str, pattern: re.Pattern[str]) -> str:
    if name not in pattern.groupindex:
        raise ValueError(f"the pattern '{pattern.pattern}' has no group '{name}'")
    return name


def _group_number(digits: str, pattern: re.Pattern[str]) -> tuple[int, str]:
    """Return the group that the digits name, and the digits behind it: as many as there are groups for."""
    length = 1
    if int(digits[:1]) > pattern.groups:
        raise ValueError(f"the pattern '{pattern.pattern}' has no group {digits[:1]}")
    while length < len(digits) and int(digits[: length + 1]) <= pattern.groups:
        length += 1
    return int(digits[:length]), digits[length:]


def check_replacement(pattern: str, replacement: str) -> None:
    """Raise ValueError where a replacement refers to what the pattern has not."""
    _parts(replacement, compiled(pattern))


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("regex_extract", ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR", extract),
    Vectorized("regex_matches", ("VARCHAR", "VARCHAR"), "BOOLEAN", matches),
    Vectorized("regex_replace", ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", replace),
    Vectorized("regex_split", ("VARCHAR", "VARCHAR"), "VARCHAR[]", split),
)
