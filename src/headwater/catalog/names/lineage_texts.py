"""Column lineage as operations tell it, in other words: under the names that the datasets have, whatever was written.

The text itself stays as it was sent, so that a client that reads it back finds what it wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

_NAMES = frozenset({"Sink", "Source", "sink", "source"})
"""Keys that hold a dataset's name; in Purview's form, those inside `DatasetMapping`."""


def in_own_names(text: str, names: Mapping[str, str]) -> str:
    """Return column lineage with other names of datasets as their own; what cannot be read stays as it was sent."""
    if not any(_quoted(name) in text for name in names):
        return text
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
    return msgspec.json.encode(list(_renamed(document, names)) if isinstance(document, list) else document).decode()


def _quoted(name: str) -> str:
    return msgspec.json.encode(name).decode()


def _renamed(entries: Iterable[object], names: Mapping[str, str]) -> Iterator[object]:
    for entry in entries:
        if not isinstance(entry, dict):
            yield entry
        elif isinstance(mapping := entry.get("DatasetMapping"), dict):
            yield {**entry, "DatasetMapping": _replaced(mapping, names)}
        else:
            yield _replaced(entry, names)


def _replaced(entry: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    return {
        key: names.get(value, value) if key in _NAMES and isinstance(value, str) else value
        for key, value in entry.items()
    }
