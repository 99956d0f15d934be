"""Types: the built-in ones are sound, and users' own can be made, changed and deleted."""

from pathlib import Path

import msgspec
import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog.catalog import Catalog
from headwater.catalog.search import SearchRequest
from headwater.errors import CatalogError, Conflict, Invalid, NotFound

TABLE = {
    "entityDefs": [
        {
            "name": "my_table",
            "superTypes": ["DataSet"],
            "serviceType": "Mine",
            "attributeDefs": [{"name": "rows", "typeName": "int"}],
        }
    ]
}


def refused(desk: Desk, document: dict[str, list[dict[str, object]]]) -> list[str]:
    with pytest.raises(CatalogError) as error:
        desk.catalog.types.create(document, by="tester")
    return [fault.code for fault in error.value.faults]


def test_built_in_types_name_what_decision_1_names(desk: Desk) -> None:
    for name in ("azure_synapse_operation", "adf_copy_operation", "adf_dataflow_operation"):
        operation = desk.catalog.types.entity(name)
        assert operation.is_process
        assert {"columnMapping", "columnLineage", "steps", "runId", "evidence"} <= operation.attributes.keys()
        assert {"inputs", "outputs", "parent"} <= operation.links.keys()
    assert desk.catalog.types.entity("azure_synapse_workspace").service_type == "Azure Synapse Analytics"
    assert "azure_sql_table" in desk.catalog.types.subtypes("DataSet")


def test_every_type_whose_schema_shows_has_columns_that_are_parts(desk: Desk) -> None:
    current = desk.catalog.types.current
    for type in current.entities.values():
        if attribute := type.options.get("schemaElementsAttribute"):
            ends = {link.there.type for link in type.links[attribute]}
            assert ends
            assert all(current.entities[end].is_part for end in ends), type.name


def test_made_type_takes_entities_and_outlives_the_process(desk: Desk, place: Path) -> None:
    made = desk.catalog.types.create(TABLE, by="tester")
    assert made["entityDefs"][0]["subTypes"] == []
    desk.write(entity("my_table", "q", rows="7"))
    again = Catalog.open(place, name="x")
    assert again.types.entity("my_table").service_type == "Mine"
    assert again.entities.get(again.entities.guid_of("DataSet", "q")).entity.attributes["rows"] == 7
    again.close()


def test_definition_that_was_read_can_be_sent_back(desk: Desk) -> None:
    desk.catalog.types.create(TABLE, by="tester")
    shown = desk.catalog.types.definition("my_table")
    assert desk.catalog.types.update({"entityDefs": [shown]}, by="tester")["entityDefs"][0]["version"] == 2
    again = desk.catalog.types.definition("my_table")
    assert desk.catalog.types.update({"entityDefs": [again]}, by="tester")["entityDefs"][0]["version"] == 2


def test_changed_type_keeps_what_it_replaced(desk: Desk) -> None:
    desk.catalog.types.create(TABLE, by="tester")
    wider = msgspec.json.decode(msgspec.json.encode(TABLE))
    wider["entityDefs"][0]["attributeDefs"].append({"name": "bytes", "typeName": "long"})
    desk.catalog.types.update(wider, by="other")
    assert "bytes" in desk.catalog.types.entity("my_table").attributes
    assert desk.rows("SELECT version, replaced_by FROM type_versions") == [(1, "other")]


def test_attribute_cannot_be_taken_from_a_type(desk: Desk) -> None:
    desk.catalog.types.create(TABLE, by="tester")
    with pytest.raises(Invalid):
        desk.catalog.types.update({"entityDefs": [{"name": "my_table", "superTypes": ["DataSet"]}]}, by="tester")


def test_type_in_use_cannot_be_deleted(desk: Desk) -> None:
    desk.catalog.types.create(TABLE, by="tester")
    desk.write(entity("my_table", "q"))
    with pytest.raises(Conflict):
        desk.catalog.types.delete(["my_table"])


def test_type_that_nobody_uses_is_deleted(desk: Desk) -> None:
    desk.catalog.types.create(TABLE, by="tester")
    desk.catalog.types.delete(["my_table"])
    with pytest.raises(NotFound):
        desk.catalog.types.definition("my_table")


def test_type_above_another_cannot_be_deleted(desk: Desk) -> None:
    desk.catalog.types.create(TABLE, by="tester")
    desk.catalog.types.create({"entityDefs": [{"name": "below", "superTypes": ["my_table"]}]}, by="tester")
    with pytest.raises(Conflict):
        desk.catalog.types.delete(["my_table"])


def test_built_in_type_cannot_be_changed_or_deleted(desk: Desk) -> None:
    with pytest.raises(Invalid):
        desk.catalog.types.delete(["DataSet"])
    with pytest.raises(Invalid):
        desk.catalog.types.update({"entityDefs": [{"name": "DataSet", "superTypes": ["Asset"]}]}, by="tester")


def test_type_that_exists_is_a_conflict(desk: Desk) -> None:
    assert refused(desk, {"entityDefs": [{"name": "DataSet"}]}) == ["CAT-031"]


@pytest.mark.parametrize(
    "definition",
    [
        {"name": "1st"},
        {"name": "a", "superTypes": ["Nobody"]},
        {"name": "a", "superTypes": ["a"]},
        {"name": "a", "superTypes": "DataSet"},
        {"name": "a", "attributeDefs": [{"name": "x", "typeName": "array<nobody>"}]},
        {"name": "a", "attributeDefs": [{"name": "x"}, {"name": "x"}]},
        {"name": "a", "attributeDefs": [{"typeName": "int"}]},
        {"name": "a", "attributeDefs": "none"},
        {"name": "a", "options": {"x": 1}},
        {},
    ],
)
def test_entity_type_that_is_not_sound_is_refused(definition: dict[str, object], desk: Desk) -> None:
    assert set(refused(desk, {"entityDefs": [definition]})) == {"CAT-030"}


@pytest.mark.parametrize(
    "change",
    [
        {"endDef1": None},
        {"endDef1": {"type": "Nobody", "name": "a"}},
        {"relationshipCategory": "MARRIAGE"},
        {"relationshipCategory": "COMPOSITION"},
        {"endDef1": {"type": "DataSet", "name": "a", "isContainer": True}},
        {"endDef1": {"type": "DataSet", "name": "a", "cardinality": "LIST"}},
    ],
)
def test_relationship_type_that_is_not_sound_is_refused(change: dict[str, object], desk: Desk) -> None:
    sound = {
        "name": "mine",
        "relationshipCategory": "ASSOCIATION",
        "endDef1": {"type": "DataSet", "name": "a"},
        "endDef2": {"type": "DataSet", "name": "b"},
    }
    assert set(refused(desk, {"relationshipDefs": [{**sound, **change}]})) == {"CAT-030"}


def test_relationship_type_gives_both_ends_an_attribute(desk: Desk) -> None:
    desk.catalog.types.create(
        {
            "relationshipDefs": [
                {
                    "name": "mine",
                    "endDef1": {"type": "DataSet", "name": "copies", "cardinality": "SET"},
                    "endDef2": {"type": "DataSet", "name": "original", "cardinality": "SINGLE"},
                }
            ]
        },
        by="tester",
    )
    desk.write(entity("DataSet", "a"))
    desk.write(entity("azure_sql_table", "b", rel_original={"guid": desk.guid("a")}))
    links = desk.catalog.entities.get(desk.guid("a")).entity.relationship_attributes
    assert [end["qualifiedName"] for end in links["copies"]] == ["b"]


def test_enum_takes_its_values_only(desk: Desk) -> None:
    desk.catalog.types.create(
        {
            "enumDefs": [{"name": "colour", "elementDefs": [{"value": "red", "ordinal": 1}]}],
            "entityDefs": [
                {"name": "ball", "superTypes": ["DataSet"], "attributeDefs": [{"name": "c", "typeName": "colour"}]}
            ],
        },
        by="tester",
    )
    desk.write(entity("ball", "q", c="red"))
    with pytest.raises(Invalid):
        desk.write(entity("ball", "q", c="blue"))


def test_attribute_that_becomes_too_large_for_lists_leaves_headers_and_comes_back(desk: Desk) -> None:
    def define(**options: str) -> dict[str, list[dict[str, object]]]:
        text = {"name": "text", "options": options} if options else {"name": "text"}
        return {"entityDefs": [{"name": "page", "superTypes": ["DataSet"], "attributeDefs": [text]}]}

    desk.catalog.types.create(define(), by="tester")
    desk.catalog.types.create({"entityDefs": [{"name": "cover", "superTypes": ["page"]}]}, by="tester")
    desk.write(entity("page", "a", text="long"), entity("cover", "b", text="longer"), entity("page", "c"))
    for options, shown in (({"inHeader": "false"}, [None, None, None]), ({}, ["long", "longer", None])):
        desk.catalog.types.update(define(**options), by="tester")
        guids = [desk.guid(name) for name in "abc"]
        assert [desk.catalog.entities.header(guid).attributes.get("text") for guid in guids] == shown
        whole = [desk.catalog.entities.get(guid).entity.attributes["text"] for guid in guids]
        assert whole == ["long", "longer", None]
    assert desk.rows("SELECT * FROM entity_texts") == []


def test_filter_finds_an_attribute_that_is_too_large_for_lists(desk: Desk) -> None:
    desk.write(entity("DataSet", "d"), entity("azure_synapse_operation", "p", steps='[{"name": "join flights"}]'))
    leaf = {"attributeName": "steps", "operator": "contains", "attributeValue": "JOIN FLIGHTS"}
    found = desk.catalog.search.query(SearchRequest(filter=leaf))
    assert [hit.qualified_name for hit in found.hits] == ["p"]


def defined(desk: Desk, name: str, *attributes: dict[str, object], **more: object) -> None:
    definition = {"name": name, "superTypes": ["DataSet"], "attributeDefs": list(attributes), **more}
    desk.catalog.types.create({"entityDefs": [definition]}, by="tester")


def changed(desk: Desk, group: str, definition: dict[str, object]) -> list[str]:
    with pytest.raises(Invalid) as error:
        desk.catalog.types.update({group: [definition]}, by="tester")
    return [fault.message for fault in error.value.faults]


@pytest.mark.parametrize(
    "after",
    [
        {"attributeDefs": []},
        {"attributeDefs": [{"name": "rows", "typeName": "long"}]},
        {"attributeDefs": [{"name": "rows", "typeName": "int", "isOptional": False}]},
        {"attributeDefs": [{"name": "rows", "typeName": "int", "cardinality": "SET"}]},
        {"attributeDefs": [{"name": "rows", "typeName": "int"}, {"name": "new", "isOptional": False}]},
        {"attributeDefs": [{"name": "rows", "typeName": "int"}], "superTypes": []},
    ],
    ids=["attribute gone", "other type", "mandatory", "cardinality", "new mandatory", "super type gone"],
)
def test_change_that_takes_something_from_an_entity_type_is_refused(after: dict[str, object], desk: Desk) -> None:
    desk.catalog.types.create(TABLE, by="tester")
    assert len(changed(desk, "entityDefs", {"name": "my_table", "superTypes": ["DataSet"], **after})) == 1


def test_super_type_can_be_added(desk: Desk) -> None:
    desk.catalog.types.create(TABLE, by="tester")
    wider = {**TABLE["entityDefs"][0], "superTypes": ["DataSet", "Table"]}
    desk.catalog.types.update({"entityDefs": [wider]}, by="tester")
    assert "my_table" in desk.catalog.types.subtypes("Table")


def test_value_cannot_be_taken_from_an_enum(desk: Desk) -> None:
    red = {"value": "red", "ordinal": 1}
    desk.catalog.types.create({"enumDefs": [{"name": "colour", "elementDefs": [red]}]}, by="tester")
    blue = {"value": "blue", "ordinal": 2}
    assert changed(desk, "enumDefs", {"name": "colour", "elementDefs": [blue]}) == [
        "'red' cannot be taken from 'colour'"
    ]
    desk.catalog.types.update({"enumDefs": [{"name": "colour", "elementDefs": [red, blue]}]}, by="tester")


def test_ends_of_a_relationship_type_stay(desk: Desk) -> None:
    ends = {"endDef1": {"type": "DataSet", "name": "a"}, "endDef2": {"type": "DataSet", "name": "b"}}
    desk.catalog.types.create({"relationshipDefs": [{"name": "pair", **ends}]}, by="tester")
    moved = {"name": "pair", **ends, "endDef1": {"type": "Process", "name": "a"}}
    assert changed(desk, "relationshipDefs", moved) == ["'pair' cannot change its endDef1"]


@pytest.mark.parametrize(
    ("cardinality", "given", "kept"),
    [("SET", ["a", "b", "a"], ["a", "b"]), ("LIST", ["a", "b", "a"], ["a", "b", "a"]), ("SET", ["a"], None)],
)
def test_list_and_set_take_as_many_values_as_they_say(
    cardinality: str, given: list[str], kept: list[str] | None, desk: Desk
) -> None:
    tags = {"name": "tags", "typeName": "array<string>", "cardinality": cardinality, "valuesMinCount": 2}
    defined(desk, "tagged", {**tags, "valuesMaxCount": 3})
    if kept is None:
        with pytest.raises(Invalid, match="at least 2 values"):
            desk.write(entity("tagged", "q", tags=given))
        return
    desk.write(entity("tagged", "q", tags=given))
    assert desk.catalog.entities.get(desk.guid("q")).entity.attributes["tags"] == kept
    with pytest.raises(Invalid, match="at most 3 values"):
        desk.write(entity("tagged", "q", tags=["a", "b", "c", "d"]))


def test_default_is_the_value_of_a_new_entity_that_says_none(desk: Desk) -> None:
    defined(
        desk, "counted", {"name": "rows", "typeName": "int", "defaultValue": "7", "isOptional": False}, {"name": "x"}
    )
    desk.write(entity("counted", "silent"), entity("counted", "said", rows=9))
    rows = {name: desk.catalog.entities.get(desk.guid(name)).entity.attributes["rows"] for name in ("silent", "said")}
    assert rows == {"silent": 7, "said": 9}
    desk.write(entity("counted", "said", x="again"))
    assert desk.catalog.entities.get(desk.guid("said")).entity.attributes["rows"] == 9


@pytest.mark.parametrize(
    "attribute",
    [
        {"defaultValue": "many", "typeName": "int"},
        {"cardinality": "HEAP"},
        {"valuesMaxCount": "two"},
        {"isOptional": "maybe"},
        {"constraints": "owned"},
        {"constraints": [{"type": "ownedRef"}]},
        {"constraints": [{"type": "lentRef"}], "typeName": "array<DataSet>"},
        {"constraints": [{"type": "inverseRef", "params": {"attribute": "nobody"}}], "typeName": "DataSet"},
    ],
)
def test_attribute_that_is_not_sound_is_refused(attribute: dict[str, object], desk: Desk) -> None:
    assert refused(desk, {"entityDefs": [{"name": "a", "attributeDefs": [{"name": "x", **attribute}]}]}) == ["CAT-030"]


@pytest.mark.parametrize("elements", [[], [{"value": "red"}, {"value": "red"}], [{"ordinal": 1}], None])
def test_enum_without_distinct_values_is_refused(elements: object, desk: Desk) -> None:
    assert refused(desk, {"enumDefs": [{"name": "colour", "elementDefs": elements}]}) == ["CAT-030"]


def test_struct_is_checked_and_needs_what_is_mandatory(desk: Desk) -> None:
    size = {"name": "size", "attributeDefs": [{"name": "bytes", "typeName": "long", "isOptional": False}]}
    desk.catalog.types.create({"structDefs": [size]}, by="tester")
    defined(desk, "sized", {"name": "size", "typeName": "size"})
    desk.write(entity("sized", "q", size={"typeName": "size", "attributes": {"bytes": "12"}}))
    kept = desk.catalog.entities.get(desk.guid("q")).entity.attributes["size"]
    assert kept == {"typeName": "size", "attributes": {"bytes": 12}}
    for wrong in ({"attributes": {}}, {"bytes": "many"}, "12"):
        with pytest.raises(Invalid):
            desk.write(entity("sized", "q", size=wrong))


OWNED = {
    "entityDefs": [
        {
            "name": "old_table",
            "superTypes": ["DataSet"],
            "attributeDefs": [
                {"name": "cells", "typeName": "array<old_cell>", "constraints": [{"type": "ownedRef"}]},
                {"name": "likes", "typeName": "DataSet"},
            ],
        },
        {
            "name": "old_cell",
            "superTypes": ["Referenceable"],
            "options": {"assetPart": "true"},
            "attributeDefs": [
                {
                    "name": "table",
                    "typeName": "old_table",
                    "isOptional": False,
                    "constraints": [{"type": "inverseRef", "params": {"attribute": "cells"}}],
                }
            ],
        },
    ]
}


def test_attribute_that_refers_to_entities_is_a_relationship(desk: Desk) -> None:
    """Older types say `ownedRef` and `inverseRef` in place of a relationship definition."""
    desk.catalog.types.create(OWNED, by="tester")
    desk.write(
        {**entity("old_table", "t", likes=ref("DataSet", "d")), "guid": "-1"},
        entity("DataSet", "d"),
        entity("old_cell", "c", table={"guid": "-1"}),
    )
    table = desk.catalog.entities.get(desk.guid("t"))
    assert [cell["qualifiedName"] for cell in table.entity.attributes["cells"]] == ["c"]
    assert table.entity.attributes["likes"]["qualifiedName"] == "d"
    assert desk.guid("c") in table.referred_entities
    gone = desk.catalog.entities.delete([table.entity.guid], by="tester").mutated_entities["DELETE"]
    assert {header.type_name for header in gone} == {"old_table", "old_cell"}


def test_implied_relationship_goes_with_its_type(desk: Desk) -> None:
    desk.catalog.types.create(OWNED, by="tester")
    with pytest.raises(Conflict):
        desk.catalog.types.delete(["old_cell"])
    desk.catalog.types.delete(["old_table", "old_cell"])
    assert not [name for name in desk.catalog.types.current.relationships if name.startswith("__old")]


def test_given_relationship_takes_the_place_of_an_implied_one(desk: Desk) -> None:
    desk.catalog.types.create(OWNED, by="tester")
    given = {
        "name": "old_table_cells",
        "relationshipCategory": "COMPOSITION",
        "endDef1": {"type": "old_table", "name": "cells", "cardinality": "SET", "isContainer": True},
        "endDef2": {"type": "old_cell", "name": "table", "cardinality": "SINGLE"},
    }
    desk.catalog.types.create({"relationshipDefs": [given]}, by="tester")
    links = desk.catalog.types.entity("old_table").links["cells"]
    assert [link.relationship.name for link in links] == ["old_table_cells"]
