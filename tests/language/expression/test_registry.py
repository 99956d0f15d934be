"""The table of functions is complete, sorted and documented."""

from __future__ import annotations

import re

import pytest

from headwater.language.expression.ast import Call
from headwater.language.expression.functions.function import Function
from headwater.language.expression.functions.registry import FUNCTIONS, find_function
from headwater.language.expression.parser import parse_value
from language.expression.expression_fixtures import function_pairs, read

NAMES: dict[str, list[str]] = read("documented_names.json")
DOCUMENTED = [name for family, names in NAMES.items() if family != "accessors" for name in names]


def test_registry_has_every_documented_function_and_accessor() -> None:
    assert len(DOCUMENTED) == 84
    assert sorted(FUNCTIONS) == sorted((*DOCUMENTED, *NAMES["accessors"]))


def test_registry_is_sorted() -> None:
    assert list(FUNCTIONS) == sorted(FUNCTIONS, key=str.lower)


def test_find_function_ignores_case() -> None:
    assert find_function("UTCNOW") is FUNCTIONS["utcNow"]
    assert find_function("nothing") is None


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_function_signature_agrees_with_its_arity(function: Function) -> None:
    first = function.signature.split(" or ")[0]
    parts = [part for part in re.sub(r"^\w+\(|\)$", "", first).split(", ") if part]
    required = [part for part in parts if not part.endswith("?") and part != "…"]
    assert first.startswith(f"{function.name}(")
    assert (function.most is None) == ("…" in parts)
    assert function.least == len(required) or function.most is None
    assert function.most in {None, len(parts)}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_function_doc_is_one_sentence(function: Function) -> None:
    assert function.doc.endswith(".")
    assert function.doc[0].isupper()


def test_every_function_has_a_fixture() -> None:
    called: set[str] = set()
    for pair in function_pairs():
        value, faults = parse_value(f"@{pair['expr']}")
        assert faults == (), pair
        called |= _names(value.tree)  # type: ignore[union-attr]
    assert sorted({name.lower() for name in FUNCTIONS} - called) == []


def _names(tree: object) -> set[str]:
    if isinstance(tree, Call):
        return {tree.name.lower(), *(name for arg in tree.args for name in _names(arg))}
    return {name for part in ("base", "index") if hasattr(tree, part) for name in _names(getattr(tree, part))}
