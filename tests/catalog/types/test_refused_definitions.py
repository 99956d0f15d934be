"""Definitions that are wrong in a place that nothing reads at once: refused, so that they are in nobody's way later."""

import pytest

from catalog.desk import Desk
from headwater.errors import Invalid

ENDS = {"endDef1": {"type": "DataSet", "name": "first"}, "endDef2": {"type": "DataSet", "name": "second"}}
TEXTS_ONLY = "options are not a mapping of strings"


def messages(desk: Desk, group: str, **definition: object) -> str:
    with pytest.raises(Invalid) as refused:
        desk.catalog.types.create({group: [{"name": "wrong", **definition}]}, by="tester")
    assert all(fault.cure for fault in refused.value.faults)
    return "\n".join(fault.message for fault in refused.value.faults)


@pytest.mark.parametrize("group", ["structDefs", "enumDefs", "termTemplateDefs", "entityDefs", "classificationDefs"])
@pytest.mark.parametrize("options", [[1], {"a": [1]}, {"a": 1.5}, {"a": -1}, "text"])
def test_options_that_are_no_texts(desk: Desk, group: str, options: object) -> None:
    parts = {"elementDefs": [{"value": "a"}]} if group == "enumDefs" else {}
    assert TEXTS_ONLY in messages(desk, group, options=options, **parts)


@pytest.mark.parametrize("name", ["int", "string", "date", "array", "map"])
@pytest.mark.parametrize("group", ["structDefs", "entityDefs", "classificationDefs"])
def test_names_that_attributes_name_a_primitive_by(desk: Desk, group: str, name: str) -> None:
    assert "attributes name a primitive by this" in messages(desk, group, name=name)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"relationshipCategory": {}}, "is none of ASSOCIATION"),
        ({"propagateTags": []}, "is none of NONE"),
        ({"endDef1": {**ENDS["endDef1"], "cardinality": {}}}, "cardinality of endDef1"),
        ({"endDef2": {**ENDS["endDef2"], "cardinality": ["SET"]}}, "cardinality of endDef2"),
    ],
)
def test_objects_where_a_word_belongs(desk: Desk, said: dict[str, object], expected: str) -> None:
    assert expected in messages(desk, "relationshipDefs", **{**ENDS, **said})


@pytest.mark.parametrize(
    "kept",
    [
        {"structDefs": [{"name": "kept", "superTypes": [1], "entityTypes": 5, "attributeDefs": []}]},
        {"structDefs": [{"name": "kept", "attributeDefs": [{"name": "a", "options": {"applicableEntityTypes": "x"}}]}]},
    ],
)
def test_what_means_nothing_in_its_category_is_kept_and_in_nobodys_way(
    desk: Desk, kept: dict[str, list[dict[str, object]]]
) -> None:
    desk.catalog.types.create(kept, by="tester")
    desk.catalog.types.create({"enumDefs": [{"name": "other", "elementDefs": [{"value": "a"}]}]}, by="tester")
    desk.catalog.types.delete(["other"])
    assert desk.catalog.types.definition("kept")["name"] == "kept"
