"""Purview's asset normalization, section by section: what makes two spellings of one place the same.

Pipelines name what they touch by these rules, and the catalog compares names by them, so that both mean one thing.
Applying a rule twice changes nothing.
"""

from __future__ import annotations

import re

_ENCODED = {" ": "%20", "{": "%7B", "}": "%7D"}
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")


def section(text: str) -> str:
    """Return one section of a name: trimmed, without square brackets, spaces and curly brackets encoded."""
    return encoded(bare(text))


def bare(text: str) -> str:
    """Return a section trimmed and without square brackets around it."""
    text = text.strip()
    while len(text) > 2 and text.startswith("[") and text.endswith("]"):
        text = text[1:-1].strip()
    return text


def encoded(text: str) -> str:
    """Return the text with spaces and curly brackets as `%20`, `%7B` and `%7D`."""
    return "".join(_ENCODED.get(character, character) for character in text)


def host(endpoint: str) -> str:
    """Return a host in lower case without spaces, scheme, `tcp:` or SQL Server's own port; another port after `:`."""
    name = "".join(endpoint.split())
    name = _SCHEME.sub("", name).rstrip("/").lower()
    name = name.removeprefix("tcp:").removesuffix(",1433")
    return name.replace(",", ":")


def path(text: str) -> str:
    """Return a path without empty sections, each of them normalized."""
    return "/".join(part for part in (section(piece) for piece in text.split("/")) if part)


def with_lower_extension(name: str) -> str:
    """Return a file's name with its extension in lower case; a name that only begins with a dot has none."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}.{extension.lower()}" if dot and stem else name


def file_name(text: str) -> str:
    """Return a file's name as a section, its extension in lower case."""
    return with_lower_extension(section(text))
