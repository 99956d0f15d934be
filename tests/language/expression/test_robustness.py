"""Whatever comes in, the outcome is a value or faults, never another exception."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import LanguageError
from headwater.language.expression.ast import Expr, Expression
from headwater.language.expression.evaluate import evaluate
from headwater.language.expression.moment import parse_moment
from headwater.language.expression.parser import parse_value
from headwater.language.expression.references import references
from headwater.language.source import Source
from language.expression.expression_fixtures import context
from language.expression.expression_trees import TREES

PIECES = st.lists(
    st.sampled_from(
        ["@", "@{", "}", "'", "(", ")", "[", "]", ".", "?.", "?[", ",", "concat", "item", "1", "-", " ", "\n"]
    )
    | st.text(max_size=3)
).map("".join)


@given(PIECES)
def test_parse_value_any_text_gives_value_or_faults(text: str) -> None:
    value, faults = parse_value(text)
    assert all(fault.cure and fault.place.line for fault in faults)
    references(value)


@given(TREES)
@settings(max_examples=300, deadline=None)
def test_evaluate_any_tree_gives_json_or_language_error(tree: Expr) -> None:
    with contextlib.suppress(LanguageError):
        evaluate(Expression(tree, Source("")), context())


@given(st.from_regex(r"[0-9/:T.Z +-]{0,30}") | st.datetimes().map(str))
def test_parse_moment_any_text_gives_moment_or_none(text: str) -> None:
    parse_moment(text)


@given(st.datetimes())
def test_parse_moment_iso_text_gives_that_moment(value: object) -> None:
    moment = parse_moment(str(value))
    assert moment is not None
    assert moment.to_datetime() == value
