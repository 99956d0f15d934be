"""Orders and bits: what a lambda of the engine cannot express."""

from __future__ import annotations

import functools

from headwater.language.dataflow.functions.vectorized.function import Vectorized

_WORD = 64


def order(comparisons: list[list[int | None]]) -> list[int]:
    """Return the places, from 1, in the order that all comparisons of two items make; ties keep their order."""

    def compare(left: int, right: int) -> int:
        return comparisons[left][right] or 0

    return [place + 1 for place in sorted(range(len(comparisons)), key=functools.cmp_to_key(compare))]


def set_bits(words: list[int | None], bits: list[int | None]) -> list[int]:
    """Return words of 64 bits with these bits set; bit n is bit n % 64 of word n / 64."""
    result = [word or 0 for word in words]
    for bit in bits:
        if bit is None or bit < 0:
            continue
        result.extend([0] * (bit // _WORD + 1 - len(result)))
        result[bit // _WORD] |= 1 << bit % _WORD
    return [_signed(word) for word in result]


def _signed(word: int) -> int:
    word &= 2**_WORD - 1
    return word - 2**_WORD if word >= 2 ** (_WORD - 1) else word


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("order", ("INTEGER[][]",), "INTEGER[]", order),
    Vectorized("set_bits", ("BIGINT[]", "BIGINT[]"), "BIGINT[]", set_bits),
)
