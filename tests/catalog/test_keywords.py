"""Pairs: what is typed → what the index is asked, or what is said where it cannot be read."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.catalog.search.keywords import Found, begins, parse
from headwater.errors import Invalid

FIXTURES = Path(__file__).parents[1] / "fixtures" / "catalog" / "keywords"


def pairs(name: str) -> list[tuple[str, str]]:
    blocks = (FIXTURES / name).read_text(encoding="utf-8").split("\n\n")
    lines = [[line for line in block.splitlines() if not line.startswith("#")] for block in blocks]
    return [(block[0], block[1]) for block in lines if block]


def shown(found: Found) -> str:
    if found.match is None:
        return "everything" if found.inverted else "nothing"
    return ("- " if found.inverted else "") + str(found.match)


@pytest.mark.parametrize(("typed", "asked"), pairs("queries.txt"))
def test_keywords_are_what_the_index_is_asked(typed: str, asked: str) -> None:
    assert shown(parse(typed).found) == asked


@pytest.mark.parametrize(("typed", "said"), pairs("unreadable.txt"))
def test_keywords_that_cannot_be_read_are_refused_with_the_reason(typed: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(typed)
    assert refused.value.message == f"The search cannot be read: {said}"


@given(st.text(max_size=40))
def test_keywords_of_any_text_are_read_or_refused(typed: str) -> None:
    with contextlib.suppress(Invalid):
        parse(typed)
    begins(typed)


@given(st.text(alphabet='ab"() *:ANDORNOT', max_size=30))
def test_keywords_of_any_syntax_are_read_or_refused(typed: str) -> None:
    with contextlib.suppress(Invalid):
        parse(typed)


def test_blank_keywords_mean_everything() -> None:
    assert parse(None).found.is_everything
    assert parse("  ").found.is_everything
