"""What a value looks at, without evaluating it."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import Place
from headwater.language.expression.parser import parse_value
from headwater.language.expression.references import mentions, references
from language.expression.expression_fixtures import read


@pytest.mark.parametrize("pair", read("references.json"), ids=lambda pair: str(pair["value"]))
def test_references_value_lists_what_it_looks_at(pair: dict[str, Any]) -> None:
    value, faults = parse_value(pair["value"])
    assert faults == ()
    found = sorted(([m.kind, m.name] for m in references(value)), key=str)
    assert found == sorted(pair["references"], key=str)


def test_mentions_place_points_at_the_first_character() -> None:
    value, _ = parse_value("x @{variables('v')}", Place("f.json", "$.a"))
    (mention,) = mentions(value)
    assert (mention.place.path, mention.place.column) == ("$.a", 5)
