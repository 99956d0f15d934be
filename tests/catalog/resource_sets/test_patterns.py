"""The built-in patterns and the names of sets: pairs as data, and their laws."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.catalog.resource_sets.display import display_name
from headwater.catalog.resource_sets.patterns import COMPLEX, NAMES, REPLACERS, replaced

FIXTURES = Path(__file__).parents[2] / "fixtures" / "catalog" / "resource_sets"
PATHS = json.loads((FIXTURES / "patterns.json").read_text(encoding="utf-8"))
SHOWN = json.loads((FIXTURES / "display_names.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", PATHS, ids=[case["path"] for case in PATHS])
def test_path_becomes_the_pattern_of_the_fixture(case: dict[str, str]) -> None:
    assert replaced(case["path"]) == case["set"]


@pytest.mark.parametrize("case", SHOWN, ids=[case["name"] for case in SHOWN])
def test_set_is_shown_by_its_last_words(case: dict[str, str]) -> None:
    assert display_name(case["name"]) == case["display"]


PIECES = st.sampled_from(
    ["2024", "-", "01", "_", ".", "/", "T", "10", "v1.2", "abc", "deadbeef", "en-us", "%20", "Z", "="]
)


@given(st.lists(PIECES, min_size=1, max_size=12).map("".join))
def test_pattern_of_a_pattern_is_itself(path: str) -> None:
    once = replaced(path)
    assert replaced(once) == once


@given(st.lists(PIECES, min_size=1, max_size=12).map("".join))
def test_path_keeps_its_depth_but_for_what_looks_at_several_sections(path: str) -> None:
    assert replaced(path, COMPLEX).count("/") == path.count("/")


def test_replacer_that_is_off_replaces_nothing() -> None:
    assert replaced("data/1/a2.csv", NAMES) == "data/1/a2.csv"
    assert replaced("data/1/a2.csv", ["NumberInFile"]) == "data/{N}/a2.csv"


def test_replacers_are_tried_in_purviews_order() -> None:
    assert [replacer.name for replacer in REPLACERS] == [
        "Guid",
        "Number",
        "yyyy-mm-ddThh-MM-ss",
        "yyyy-mm-ddThh",
        "yyyy-mm-ddZ",
        "yyyy-mm-dd-hhZ",
        "yyyy-mm-dd",
        "NumberBetweenDelimiter",
        "4ByteHex",
        "NumberInFile",
        "Localization",
    ]
