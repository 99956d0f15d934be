"""Finding a definition by name, without regard to case, and the cure when there is none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def find(things: Mapping[str, T], name: str) -> T | None:
    """Return the thing of this name, ignoring case as Synapse does."""
    if name in things:
        return things[name]
    lower = name.lower()
    return next((thing for key, thing in things.items() if key.lower() == lower), None)


def cure_for_name(name: str, names: Iterable[str]) -> str:
    """Return advice that names the nearest of the names there are, or all of them."""
    names = sorted(names)
    if not names:
        return "There is none."
    if near := difflib.get_close_matches(name.lower(), [known.lower() for known in names], n=1):
        best = next(known for known in names if known.lower() == near[0])
        return f'Did you mean "{best}"?'
    shown = ", ".join(f'"{known}"' for known in names[:10])
    return f"There are: {shown}{' …' if len(names) > 10 else ''}"
