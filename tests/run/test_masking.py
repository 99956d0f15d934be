"""Secrets leave no trace in what is shown, and nothing else is changed."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.run.masking import Masker

SECRETS = st.text(string.ascii_letters + '"\\/%é ', min_size=3).filter(lambda text: text.strip())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(SECRETS, st.text(), st.text(), VALUES)
def test_secret_is_nowhere_in_what_is_shown(secret: str, before: str, after: str, value: object) -> None:
    masker = Masker({"key": secret}, frozenset({"key"}))
    document = {"a": f"{before}{secret}{after}", "b": [json.dumps({"c": secret}), value], secret: 1}
    shown = json.dumps(masker.json(document), ensure_ascii=False)
    assert secret not in shown
    assert json.dumps(secret)[1:-1] not in shown


@given(VALUES)
def test_without_secrets_nothing_is_changed(value: object) -> None:
    masker = Masker({"key": "hush"}, frozenset())
    assert masker.json(value) is value
    assert not masker.has_touched(value)


@pytest.mark.parametrize("text", ["p%40ss%2Fword", "p@ss/word"])
def test_secret_in_a_url_is_masked(text: str) -> None:
    assert Masker({"key": "p@ss/word"}, frozenset({"key"})).text(f"https://x/?sig={text}&y") == "https://x/?sig=***&y"


def test_what_was_masked_is_known_to_be() -> None:
    masker = Masker({"key": "hush"}, frozenset({"key"}))
    assert masker.has_touched(masker.json(["say hush"]))
    assert not masker.has_touched(["say nothing"])
