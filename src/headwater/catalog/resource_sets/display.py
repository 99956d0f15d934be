"""The name of a resource set that people read: the last words of its path that say something."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\{[^{}/]*\}")
_BETWEEN = re.compile(r"[-_.=+:@~,;%\s]+")
_EXTENSIONS = re.compile(r"(?<=.)(?:\.[A-Za-z][A-Za-z0-9]{0,9})+$")
_SHORTEST = 2


def display_name(name: str) -> str:
    """Return the words of the last section of a set's name that has any besides what varies; else its last section."""
    scheme, _, path = name.partition("://")
    # A bucket of S3 stands where others have a host.
    sections = path.split("/")[0 if scheme == "s3" else 1 :] or [name]
    for position, section in enumerate(reversed(sections)):
        stem = _EXTENSIONS.sub("", section) if position == 0 else section
        if words := _words(stem):
            return words
    return sections[-1]


def _words(section: str) -> str:
    literal = _TOKEN.sub(" ", section)
    words = [word for word in _BETWEEN.split(literal) if word]
    if literal != section:
        # What stands between two marks, like the T of a time, names nothing.
        words = [word for word in words if len(word) >= _SHORTEST]
    return " ".join(words)
