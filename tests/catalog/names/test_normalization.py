"""Names and the keys by which they compare: pairs as data, and the laws of the rules."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.catalog.names.rules import RULES, normalize
from headwater.catalog.names.stores import KINDS, Kind

FIXTURES = Path(__file__).parents[2] / "fixtures" / "catalog" / "names"
KEYS = json.loads((FIXTURES / "keys.json").read_text(encoding="utf-8"))
ABOVE = {"adf_pipeline": "data_pipeline", "azure_data_factory": "data_pipeline_workspace"}


def kind(type_name: str) -> Kind:
    return KINDS.get(ABOVE.get(type_name, type_name), Kind(type_name, ()))


@pytest.mark.parametrize("case", KEYS, ids=[f"{case['type']}: {case['name']}" for case in KEYS])
def test_key_of_a_name_is_as_the_fixture_says(case: dict[str, object]) -> None:
    found = kind(str(case["type"])).key(str(case["name"]))
    assert (found.name, list(found.rules)) == (case["key"], case["rules"])


PIECES = st.sampled_from(
    ["/", "//", ":", ":1433", " ", "[", "]", "{", "}", ".", "#", "A", "b", "CSV", "servers", "É", "%"]
)
NAMES = st.tuples(
    st.sampled_from(["https://", "MSSQL://", "mssql://tcp:", "postgresql://", "/subscriptions/", "s3://", ""]),
    st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=10).map("".join),
).map("".join)


@given(name=NAMES, type_name=st.sampled_from(sorted(KINDS)))
def test_rules_applied_twice_change_nothing(name: str, type_name: str) -> None:
    once = KINDS[type_name].key(name)
    assert KINDS[type_name].key(once.name).name == once.name


@given(name=NAMES, type_name=st.sampled_from(sorted(KINDS)))
def test_rules_fire_only_where_the_name_changes(name: str, type_name: str) -> None:
    found = KINDS[type_name].key(name)
    assert bool(found.rules) == (found.name != name)


@given(name=NAMES, type_name=st.sampled_from(sorted(KINDS)))
def test_quick_look_agrees_with_every_rule_in_turn(name: str, type_name: str) -> None:
    rules = KINDS[type_name].rules
    slow = name
    for _ in range(8):
        for rule in rules:
            slow = RULES[rule].apply(slow)
    assert normalize(name, rules).name == slow


def test_rules_stand_sorted() -> None:
    assert list(RULES) == sorted(RULES)
    assert list(KINDS) == sorted(KINDS)
    assert all(set(found.rules) <= RULES.keys() for found in KINDS.values())
