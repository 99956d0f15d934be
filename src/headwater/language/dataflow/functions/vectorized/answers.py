"""Answers of services that nobody asks: a rehearsal's stand-in for an external call, made of the request alone.

Equal requests get equal answers. No plan of a run lets a call pass, so that no run ever sees one of these.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from headwater.language.dataflow.functions.vectorized.function import Vectorized
from headwater.language.expression.ast import Json

_WHOLE = frozenset({"BIGINT", "INT", "SMALLINT", "TINYINT"})
_FRACTION = frozenset({"DOUBLE", "FLOAT", "REAL"})
_DAYS = 28


def answer(request: str, shape: str) -> str:
    """Return a JSON value of a shape such as `{"a": ["TEXT"]}`, in which a leaf is a type as the engine spells it."""
    return json.dumps(_value(json.loads(shape), _numbers(request)))


def _numbers(request: str) -> Iterator[int]:
    """Yield numbers below 256 that a request decides, without end."""
    seed = hashlib.sha256(request.encode()).digest()
    while True:
        yield from seed
        seed = hashlib.sha256(seed).digest()


def _value(shape: Json, numbers: Iterator[int]) -> Json:
    match shape:
        case dict():
            return {name: _value(inner, numbers) for name, inner in shape.items()}
        case list():
            return [_value(shape[0], numbers) for _ in range(1 + next(numbers) % 2)]
        case _:
            return _leaf(str(shape), next(numbers), next(numbers))


def _leaf(type_: str, number: int, more: int) -> Json:
    if type_ in _WHOLE:
        return number % 100
    if type_ in _FRACTION or type_.startswith("DECIMAL"):
        return number % 10 + more % 4 / 4
    if type_ == "BOOLEAN":
        return number % 2 == 0
    if type_ in ("DATE", "TIMESTAMP"):
        return f"2024-{1 + number % 12:02}-{1 + more % _DAYS:02}"
    return {} if type_.startswith("MAP") else f"answer {number * 256 + more}"


FUNCTIONS: tuple[Vectorized, ...] = (Vectorized("answer", ("VARCHAR", "VARCHAR"), "VARCHAR", answer),)
