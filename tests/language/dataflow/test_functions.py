"""Every function against stand-alone pairs of an expression and its value."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Iterator
from typing import Any

import pytest

from headwater.language.dataflow.evaluate import Evaluator, evaluator
from headwater.language.dataflow.functions import registry
from headwater.language.dataflow.functions.function import arity
from language.dataflow.lines import function_lines

LINES = function_lines()


def shown(value: object) -> Any:  # Any: what JSON has
    """Return a value as a fixture writes it: decimals and moments as text."""
    match value:
        case decimal.Decimal() | datetime.date():
            return str(value)
        case list():
            return [shown(item) for item in value]
        case _:
            return value


@pytest.fixture(scope="module")
def engine() -> Iterator[Evaluator]:
    with evaluator() as opened:
        yield opened


@pytest.mark.parametrize("line", LINES, ids=[line["expr"] for line in LINES])
def test_function_evaluated_gives_value_and_type(engine: Evaluator, line: dict[str, Any]) -> None:
    value, type_ = engine.literal(line["expr"])
    assert str(type_) == line["type"]
    if isinstance(line["value"], float):
        assert isinstance(value, float)
        assert math.isclose(value, line["value"], rel_tol=1e-15)
    else:
        assert shown(value) == line["value"]


def test_functions_in_registry_stand_sorted() -> None:
    names = list(registry.FUNCTIONS)
    assert names == sorted(names, key=str.lower)


@pytest.mark.parametrize("name", registry.FUNCTIONS)
def test_function_documented_has_signature_and_sentence(name: str) -> None:
    function = registry.FUNCTIONS[name]
    assert function.doc.endswith(".")
    assert function.signature.startswith(f"{name}(")
    least, most = arity(registry.PARAMETERS[name])
    assert most is None or least <= most
