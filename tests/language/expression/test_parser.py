"""Text to trees, and every way in which a text can be wrong."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import LanguageError, Place
from headwater.language.expression.ast import Call, Expr, Index, Literal, Member
from headwater.language.expression.parser import MAX_DEPTH, parse_expression, parse_value
from language.expression.expression_fixtures import read


def as_lists(tree: Expr) -> list[Any]:
    match tree:
        case Literal(value):
            return ["lit", value]
        case Call(name, args):
            return ["call", name, *map(as_lists, args)]
        case Member(base, name, null_safe):
            return ["member?" if null_safe else "member", as_lists(base), name]
        case Index(base, index, null_safe):
            return ["index?" if null_safe else "index", as_lists(base), as_lists(index)]


@pytest.mark.parametrize("pair", read("trees.json"), ids=lambda pair: pair["text"])
def test_parse_expression_text_gives_tree(pair: dict[str, Any]) -> None:
    assert as_lists(parse_expression(pair["text"])) == pair["tree"]


@pytest.mark.parametrize("case", read("faults.json"), ids=lambda case: case["text"])
def test_parse_value_faulty_text_points_at_each_fault(case: dict[str, Any]) -> None:
    _, faults = parse_value(case["text"], Place("f.json", "$.x"))
    assert len(faults) == len(case["faults"]), faults
    for fault, expected in zip(faults, case["faults"], strict=True):
        flat = {**fault.to_json(), **fault.to_json()["place"]}  # type: ignore[dict-item]
        assert {key: flat[key] for key in expected} == expected
        assert (fault.place.file, fault.place.path) == ("f.json", "$.x")
        assert fault.cure


def test_parse_value_syntax_fault_keeps_the_text() -> None:
    value, faults = parse_value({"a": "@concat('x'", "b": "@add(1, 2)"})
    assert value["a"] == "@concat('x'"  # type: ignore[index,call-overload]
    assert len(faults) == 1


def test_parse_value_nested_fault_has_its_json_path() -> None:
    _, faults = parse_value({"a": [1, {"b c": {"value": "@x(", "type": "Expression"}}]}, Place(path="$.p"))
    assert [fault.place.path for fault in faults] == ["$.p.a[1]['b c'].value"]


def test_parse_expression_faulty_text_raises_all_faults() -> None:
    with pytest.raises(LanguageError) as caught:
        parse_expression("concat(foo(), bar(), add(1))")
    assert [fault.code for fault in caught.value.faults] == ["LNG-101", "LNG-101", "LNG-102"]


@pytest.mark.parametrize(
    "text",
    ["string(" * 5000 + "1" + ")" * 5000, "item()" + ".a" * 5000, "item()" + "[item()" * 5000],
    ids=["calls", "members", "indexes"],
)
def test_parse_expression_too_deep_is_refused(text: str) -> None:
    with pytest.raises(LanguageError) as caught:
        parse_expression(text)
    assert caught.value.code == "LNG-106"


def test_parse_value_too_deep_json_is_refused() -> None:
    deep: Any = "x"
    for _ in range(MAX_DEPTH + 2):
        deep = [deep]
    _, faults = parse_value(deep)
    assert [fault.code for fault in faults] == ["LNG-106"]


def test_parse_expression_deepest_allowed_parses() -> None:
    text = "string(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1)
    assert parse_expression(text) is not None
