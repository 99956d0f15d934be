"""How alike two texts are, for engines that have no measure of their own: the one that DuckDB has built in."""

from __future__ import annotations

from headwater.language.dataflow.functions.vectorized.function import Vectorized

_PREFIX = 4
_WEIGHT = 0.1
_ALIKE = 0.7


def jaro_winkler(left: str, right: str) -> float:
    """Return 0.0 for nothing in common up to 1.0 for equal texts; a common beginning counts more."""
    likeness = _jaro(left, right)
    if likeness <= _ALIKE:
        return likeness
    prefix = 0
    for one, other in zip(left[:_PREFIX], right[:_PREFIX], strict=False):
        if one != other:
            break
        prefix += 1
    return likeness + prefix * _WEIGHT * (1 - likeness)


def _jaro(left: str, right: str) -> float:
    reach = max(max(len(left), len(right)) // 2 - 1, 0)
    taken = [False] * len(right)
    matched: list[str] = []
    for place, letter in enumerate(left):
        for other in range(max(place - reach, 0), min(place + reach + 1, len(right))):
            if not taken[other] and right[other] == letter:
                taken[other] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    counterpart = [letter for letter, is_taken in zip(right, taken, strict=True) if is_taken]
    moved = sum(one != other for one, other in zip(matched, counterpart, strict=True)) // 2
    count = len(matched)
    return (count / len(left) + count / len(right) + (count - moved) / count) / 3


FUNCTIONS: tuple[Vectorized, ...] = (Vectorized("jaro_winkler", ("VARCHAR", "VARCHAR"), "DOUBLE", jaro_winkler),)
