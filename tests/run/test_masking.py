"""Secrets leave no trace in what is shown, and nothing else is changed."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator

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
    shown = "\n".join(_texts(masker.json(document)))
    assert secret not in shown
    assert json.dumps(secret)[1:-1] not in shown


def _texts(value: object) -> Iterator[str]:
    """Every text of a document; `null` and `true` are words of JSON's and give no secret away."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


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
