"""When two values are equal, and which of two is less."""

from __future__ import annotations

from headwater.language.expression.ast import Json


def are_equal(left: Json, right: Json) -> bool:
    """Compare by type and value; as documented a boolean equals the numbers 1 and 0."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(are_equal(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(are_equal(left[name], right[name]) for name in left)
    return type(left) is type(right) and left == right
