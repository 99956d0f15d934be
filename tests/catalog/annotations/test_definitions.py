"""Definitions of classifications and business metadata: what is refused when they are made, and when they change."""

import copy

import pytest

from catalog.annotations.conftest import TYPES
from catalog.desk import Desk, entity
from headwater.catalog.model import ClassificationInput
from headwater.catalog.typedefs.checks import faults_of
from headwater.catalog.types import Category
from headwater.errors import Fault, Invalid

FOR_TABLES = {"classificationDefs": [{"name": "Of tables", "entityTypes": ["azure_sql_table"]}]}


def attribute(**said: object) -> dict[str, object]:
    options = {"applicableEntityTypes": '["DataSet"]', "maxStrLength": "8"}
    found = {"name": "a", "typeName": "string", **said}
    found["options"] = {**options, **said.get("options", {})}
    return found


def faults(name: str, category: Category, definition: dict[str, object]) -> list[Fault]:
    """Return what is wrong with a definition beside an entity type and a classification."""
    known = {
        "DataSet": ("ENTITY", {"name": "DataSet"}),
        "Personal": ("CLASSIFICATION", {"name": "Personal"}),
        name: (category, {"name": name, **definition}),
    }
    return list(faults_of(name, category, known[name][1], known))


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"typeName": "DataSet"}, "attributeDefs[0]"),
        ({"typeName": "map<string,string>"}, "attributeDefs[0]"),
        ({"isOptional": False}, "attributeDefs[0]"),
        ({"options": {"maxStrLength": ""}}, "attributeDefs[0]"),
        ({"options": {"maxStrLength": "0"}}, "attributeDefs[0]"),
        ({"options": {"maxStrLength": "²"}}, "attributeDefs[0]"),
        ({"options": {"maxStrLength": "9" * 30}}, "attributeDefs[0]"),
        ({"options": {"validPattern": "a+"}}, "attributeDefs[0]"),
        ({"options": {"applicableEntityTypes": "DataSet"}}, "attributeDefs[0]"),
        ({"options": {"applicableEntityTypes": '["Nothing"]'}}, "attributeDefs[0]"),
        ({"options": {"applicableEntityTypes": "[1]"}}, "attributeDefs[0]"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_attribute_that_makes_no_sense_is_refused(said: dict[str, object], path: str) -> None:
    found = faults("ops", "BUSINESS_METADATA", {"attributeDefs": [attribute(**said)]})
    assert [(fault.code, fault.place.path) for fault in found] == [("CAT-030", path)]


@pytest.mark.parametrize("allowed", ["DataSet", ["Nothing"], [1], ["Personal"]])
def test_restriction_to_what_is_no_entity_type_is_refused(allowed: object) -> None:
    assert faults("Other", "CLASSIFICATION", {"entityTypes": allowed})


@pytest.mark.parametrize("way", ["UP", "one_to_two", 1, []])
def test_way_of_propagation_that_is_none_is_refused(way: object) -> None:
    ends = {"endDef1": {"type": "DataSet", "name": "ones"}, "endDef2": {"type": "DataSet", "name": "twos"}}
    assert not faults("pair", "RELATIONSHIP", {"propagateTags": "BOTH", **ends})
    assert faults("pair", "RELATIONSHIP", {"propagateTags": way, **ends})


def test_restriction_can_grow_and_not_shrink(desk: Desk) -> None:
    types = desk.catalog.types
    types.create(FOR_TABLES, by="tester")
    types.update({"classificationDefs": [{"name": "Of tables", "entityTypes": ["azure_sql_table", "Process"]}]}, by="x")
    for fewer in (["Process"], []):
        with pytest.raises(Invalid):
            types.update({"classificationDefs": [{"name": "Of tables", "entityTypes": fewer}]}, by="tester")


def test_business_metadata_can_grow_and_not_shrink(typed: Desk) -> None:
    def with_options(**options: str) -> dict[str, list[dict[str, object]]]:
        found = copy.deepcopy(TYPES["businessMetadataDefs"])
        found[0]["attributeDefs"][0]["options"] = options
        return {"businessMetadataDefs": found}

    typed.catalog.types.update(
        with_options(maxStrLength="20", applicableEntityTypes='["DataSet", "Process"]'), by="tester"
    )
    for less in (
        with_options(maxStrLength="19", applicableEntityTypes='["DataSet", "Process"]'),
        with_options(maxStrLength="20", applicableEntityTypes='["Process"]'),
    ):
        with pytest.raises(Invalid):
            typed.catalog.types.update(less, by="tester")


def test_restriction_holds_for_what_inherits_it(desk: Desk) -> None:
    desk.catalog.types.create(FOR_TABLES, by="tester")
    desk.catalog.types.create({"classificationDefs": [{"name": "Below", "superTypes": ["Of tables"]}]}, by="tester")
    types = desk.catalog.types.current
    below = types.classifications["Below"]
    fits = {name: below.fits(types.entities[name]) for name in ("azure_sql_table", "azure_sql_view", "DataSet")}
    assert fits == {"azure_sql_table": True, "azure_sql_view": False, "DataSet": False}


def test_classification_is_shown_with_what_is_above_and_below_it(typed: Desk) -> None:
    shown = typed.catalog.types.definition("Mail")
    assert (shown["superTypes"], shown["subTypes"], shown["entityTypes"]) == (["Personal"], ["Private mail"], [])
    assert typed.catalog.types.update({"classificationDefs": [shown]}, by="tester")["classificationDefs"][0]["subTypes"]


def test_classifications_of_purview_can_be_given_by_their_names(desk: Desk) -> None:
    desk.write(entity("DataSet", "d"))
    given = ClassificationInput(type_name="MICROSOFT.FINANCIAL.CREDIT_CARD_NUMBER", attributes={"confidence": 7})
    desk.catalog.classifications.add([desk.guid("d")], [given], by="tester")
    header = desk.catalog.entities.header(desk.guid("d"))
    assert header.classifications[0]["attributes"] == {"confidence": 7}
    with pytest.raises(Invalid):
        desk.catalog.types.delete(["MICROSOFT.PERSONAL.EMAIL"])
