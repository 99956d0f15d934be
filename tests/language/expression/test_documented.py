"""The documented examples, and the expressions of real pipelines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.language.expression.parser import parse_value
from headwater.language.expression.printer import print_value
from language.expression.expression_fixtures import read

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared"))
TRUTH = SHARED / "truth" / "pipeline_functions.json"
CORPUS = SHARED / "corpus"


def examples() -> list[dict[str, Any]]:
    """Return the examples that have a result, as (expression, context, result)."""
    if not TRUTH.is_file():
        return []
    return [
        {**example, "mode": function["mode"]}
        for function in json.loads(TRUTH.read_text(encoding="utf-8"))
        for example in function["examples"]
        if example["kind"] in {"boolean", "value", "doc-error"} or "context" in example
    ]


def excepted() -> dict[str, str]:
    return {entry["expr"]: entry["reason"] for entry in read("documented_exceptions.json")}


def holds(example: dict[str, Any]) -> bool:
    text = example.get("corrected_expr", example["expr"])
    # parameters() and body() belong to Logic Apps; a pipeline has the same values elsewhere.
    text = text.replace("parameters('items')", "pipeline().parameters.items").replace(
        "body('Http')", "variables('Http')"
    )
    given = example.get("context", {})
    context = Context(
        parameters=given.get("parameters", {}),
        variables={**given.get("variables", {}), **given.get("body", {})},
        item=given.get("item"),
        in_loop="item" in given,
    )
    value, faults = parse_value(text if example["mode"] == "json-value" else f"@{text}")
    return not faults and bool(evaluate(value, context) == example.get("right", example["expected"]))


@pytest.mark.skipif(not TRUTH.is_file(), reason="the documented examples are not there (HEADWATER_SHARED)")
@pytest.mark.parametrize("example", examples(), ids=lambda example: example["expr"])
def test_documented_example_holds(example: dict[str, Any]) -> None:
    excuse = excepted().get(example.get("corrected_expr", example["expr"]))
    # An exception that holds after all is a stale exception.
    assert holds(example) == (excuse is None)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real definitions are not there (HEADWATER_SHARED)")
def test_corpus_expressions_parse_and_print_back() -> None:
    seen, faulty = 0, []
    for text in expressions():
        seen += 1
        value, faults = parse_value(text)
        if faults:
            faulty.append(text)
        else:
            assert parse_value(print_value(value))[0] == value
    assert seen > 3000
    assert sorted(set(faulty)) == ["@GF{IR}"]


def expressions() -> Iterator[str]:
    """Yield the strings of pipelines, datasets and linked services that have an expression."""
    for file in sorted(CORPUS.glob("*/*/*.json")):
        if file.parent.name in {"dataset", "linkedService", "pipeline"}:
            yield from strings(json.loads(file.read_text(encoding="utf-8-sig")))


def strings(found: object) -> Iterator[str]:
    if isinstance(found, str):
        if found.startswith("@") or "@{" in found:
            yield found
    elif isinstance(found, dict | list):
        for item in found.values() if isinstance(found, dict) else found:
            yield from strings(item)
