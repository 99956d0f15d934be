"""What all leaves of the filter tree share: how they are built, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog.types import TypeSet
from headwater.errors import Fault, Invalid, Place

HIGHEST = 2**63
Condition = ColumnElement[bool]
Leaf = Callable[[Mapping[str, object], TypeSet, str], Condition]
"""Makes the condition of an object that has this leaf; the text says where it stands."""


def texts(tree: Mapping[str, object], leaf: str, path: str) -> list[str]:
    """Return the value of a leaf, a string or several. Raises Invalid for anything else."""
    value = tree[leaf]
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) and comparable(item) for item in values):
        raise unreadable(f"'{leaf}' takes a string or a list of strings", path)
    return [str(item) for item in values]


def comparable(value: object) -> bool:
    """Tell whether a database can compare with the value: PostgreSQL knows no NUL, and neither takes any number."""
    if isinstance(value, str):
        return "\0" not in value
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < HIGHEST)


def is_true(value: object) -> bool:
    return value in (True, "true", "True")


def unreadable(what: str, path: str) -> Invalid:
    return Invalid(Fault("CAT-029", f"The search cannot be read: {what}", Place(path=path), "Mend the filter."))
