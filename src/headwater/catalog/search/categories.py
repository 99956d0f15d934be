"""The category of a classification: the second part of a name like those that Purview gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

SYSTEM = "MICROSOFT"


def category(name: str) -> str | None:
    """Return `Financial` for `MICROSOFT.FINANCIAL.CREDIT_CARD_NUMBER`; None for a name of another form."""
    parts = name.split(".")
    return parts[1].capitalize() if len(parts) > 2 and parts[0] == SYSTEM else None


def by_category(names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the classifications of each category that has any."""
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        if (of := category(name)) is not None:
            found.setdefault(of, []).append(name)
    return {of: tuple(names) for of, names in found.items()}
