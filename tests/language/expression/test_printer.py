"""Printing and parsing undo each other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.language.expression.ast import Call, Expr, Expression, Index, Literal, Member, Template, Value
from headwater.language.expression.parser import parse_expression, parse_value
from headwater.language.expression.printer import print_expression, print_value
from headwater.language.source import Source
from language.expression.expression_fixtures import read
from language.expression.expression_trees import TREES


@pytest.mark.parametrize("pair", read("trees.json"), ids=lambda pair: pair["text"])
def test_print_expression_tree_gives_canonical_text(pair: dict[str, Any]) -> None:
    assert print_expression(parse_expression(pair["text"])) == pair["printed"]


@given(TREES)
def test_print_expression_any_tree_parses_back_to_it(tree: Expr) -> None:
    assert parse_expression(print_expression(tree)) == tree


@given(st.recursive(st.text("@{}ab' ") | st.none() | st.integers() | TREES, st.lists, max_leaves=4))
def test_print_value_any_value_parses_back_to_it(content: Any) -> None:
    def as_value(item: Any) -> Value:
        if isinstance(item, list):
            return tuple(as_value(inner) for inner in item)
        if isinstance(item, Literal | Call | Member | Index):
            return Expression(item, Source(""))
        return item

    value = as_value(content)
    parsed, faults = parse_value(print_value(value))
    assert (parsed, faults) == (value, ())


# "@" straight before "@{" is the escape for "@{", so no template has text that ends so before an expression.
HEADS = st.text("@{}a '", max_size=6).filter(lambda text: not text.endswith("@"))


@given(HEADS, TREES, st.text("@{}a '", min_size=1, max_size=6))
def test_print_value_any_template_parses_back_to_it(head: str, tree: Expr, tail: str) -> None:
    value = Template((head, tree, tail) if head else (tree, tail), Source(""))
    parsed, faults = parse_value(print_value(value))
    assert (parsed, faults) == (value, ())
