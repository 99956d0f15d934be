"""The documented examples of every function, and that every documented function is known."""

from __future__ import annotations

import decimal
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.errors import LanguageError
from headwater.language.dataflow.evaluate import Evaluator, evaluator
from headwater.language.dataflow.functions import registry
from headwater.language.dataflow.spelling import CONSTANTS
from language.dataflow.lines import function_lines, lines

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[4] / "shared"))
TRUTH = SHARED / "truth" / "dataflow_functions.json"
pytestmark = pytest.mark.skipif(not TRUTH.is_file(), reason="the documented functions are not here")

UNSUPPORTED = {line["expr"]: line["code"] for line in lines("expressions/documented__unsupported.jsonl")}


def documented() -> list[dict[str, object]]:
    return json.loads(TRUTH.read_text(encoding="utf-8")) if TRUTH.is_file() else []


def examples() -> list[tuple[str, str]]:
    """Return the expressions that have a certain result, with it."""
    found = []
    for function in documented():
        for example in function["examples"]:
            certain = example["kind"] in ("value", "boolean") or example.get("stable")
            if certain or example.get("corrected_expr"):
                found.append((example.get("corrected_expr") or example["expr"], example["expected"]))
            elif example["kind"] == "doc-error" and example.get("right") and not example["expr"].startswith("is"):
                found.append((example["expr"], example["right"]))
    return found


EXAMPLES = examples()


def same(value: object, expected: object) -> bool:
    numbers = (float, int, decimal.Decimal)
    if isinstance(value, numbers) and isinstance(expected, numbers):
        return math.isclose(float(value), float(expected), rel_tol=1e-12, abs_tol=1e-12)
    return value == expected


@pytest.fixture(scope="module")
def engine() -> Iterator[Evaluator]:
    with evaluator() as opened:
        yield opened


@pytest.mark.parametrize(("expr", "expected"), EXAMPLES, ids=[expr for expr, _ in EXAMPLES])
def test_documented_example_evaluated_gives_documented_result(engine: Evaluator, expr: str, expected: str) -> None:
    if expr in UNSUPPORTED:
        with pytest.raises(LanguageError) as caught:
            engine.literal(expr)
        assert caught.value.code == UNSUPPORTED[expr]
    else:
        assert same(engine.literal(expr)[0], engine.literal(expected)[0])


def test_documented_examples_counted() -> None:
    exprs = [expr for expr, _ in EXAMPLES]
    refused = [expr for expr in exprs if expr in UNSUPPORTED]
    print(f"{len(exprs) - len(refused)} of {len(exprs)} documented examples give the documented result")
    assert set(refused) == set(UNSUPPORTED)
    assert len(exprs) - len(refused) >= 278


@pytest.mark.parametrize("name", sorted({str(function["name"]) for function in documented()}))
def test_documented_function_is_known(name: str) -> None:
    assert registry.canonical(name) is not None or name in registry.CACHED or name in CONSTANTS


def test_function_supported_has_an_example() -> None:
    """Aggregates and window functions need rows; `test_rows.py` has theirs. So does `unfold`, as a transformation."""
    texts = " ".join([*(line["expr"] for line in function_lines()), *(expr for expr, _ in EXAMPLES)]).lower()
    scalars = [name for name, function in registry.FUNCTIONS.items() if function.role == "scalar"]
    operators = {"add", "multiply", "divide", "minus", "mod", "unfold"}
    assert [name for name in scalars if f"{name.lower()}(" not in texts and name not in operators] == []
