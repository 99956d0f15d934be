"""The built-in types: those that Purview's users know are there, and each is sound and can be filled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.desk import Desk, entity
from headwater.errors import Conflict, Invalid

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "catalog" / "purview_types.txt"


def known() -> Iterator[tuple[str, str]]:
    """Yield service and type."""
    for block in FILE.read_text(encoding="utf-8").split("\n\n"):
        service, _, names = block.strip().partition("\n")
        yield from ((service.replace("(none)", ""), name) for name in names.split())


def test_every_type_that_users_know_is_there_under_its_service(desk: Desk) -> None:
    entities = desk.catalog.types.current.entities
    found = {(entities[name].service_type if name in entities else "missing", name) for _, name in known()}
    assert found == set(known())
    assert len(found) > 100


def test_every_entity_type_comes_down_from_the_base_types(desk: Desk) -> None:
    for type in desk.catalog.types.current.entities.values():
        if type.name != "Referenceable" and not type.is_vocabulary:
            assert "Referenceable" in type.supers, type.name


def test_attribute_that_refers_up_is_one_relationship_of_each_type(desk: Desk) -> None:
    """Two relationships under one name leave it open which of them a client means."""
    for type in desk.catalog.types.current.entities.values():
        several = [name for name, links in type.links.items() if len({link.relationship for link in links}) > 1]
        assert several == [], type.name


def test_one_entity_of_every_type_is_written(desk: Desk) -> None:
    types = desk.catalog.types.current.entities.values()
    names = [type.name for type in types if not type.is_vocabulary]
    desk.write(*(entity(name, f"one://{name}") for name in names))
    counts = desk.catalog.entities.counts()
    assert {name for name, count in counts.items() if count} == set(names)


@pytest.mark.parametrize(
    ("parent", "attribute", "child", "column"),
    [
        ("oracle_table", "columns", "oracle_column", {"data_type": "NUMBER"}),
        ("hive_view", "columns", "hive_column", {"type": "int"}),
        ("sap_ecc_table", "columns", "sap_ecc_column", {"data_type": "CHAR"}),
        ("azure_data_explorer_table", "columns", "azure_data_explorer_column", {"data_type": "long"}),
        ("teradata_view", "columns", "teradata_column", {"data_type": "INTEGER"}),
    ],
)
def test_columns_of_the_other_stores_are_parts_of_their_tables(
    parent: str, attribute: str, child: str, column: dict[str, str], desk: Desk
) -> None:
    desk.write(
        {**entity(parent, "t"), "relationshipAttributes": {attribute: [{"guid": "-2"}]}},
        {**entity(child, "t#c", **column), "guid": "-2"},
    )
    found = desk.catalog.entities.get(desk.guid("t"))
    assert [part.attributes["qualifiedName"] for part in found.referred_entities.values()] == ["t#c"]


@pytest.mark.parametrize(
    "user",
    [
        {"classificationDefs": [{"name": "Only", "entityTypes": ["mine"]}]},
        {
            "businessMetadataDefs": [
                {
                    "name": "ops",
                    "attributeDefs": [
                        {
                            "name": "owner",
                            "options": {"applicableEntityTypes": '["mine"]', "maxStrLength": "20"},
                        }
                    ],
                }
            ]
        },
        {"structDefs": [{"name": "pair", "attributeDefs": [{"name": "left", "typeName": "array<mine>"}]}]},
    ],
    ids=["classification", "business metadata", "struct"],
)
def test_type_that_another_is_for_cannot_be_deleted(user: dict[str, list[dict[str, object]]], desk: Desk) -> None:
    desk.catalog.types.create({"entityDefs": [{"name": "mine", "superTypes": ["DataSet"]}]}, by="tester")
    desk.catalog.types.create(user, by="tester")
    with pytest.raises(Conflict):
        desk.catalog.types.delete(["mine"])
    desk.catalog.types.delete([definition["name"] for group in user.values() for definition in group])
    desk.catalog.types.delete(["mine"])


@pytest.mark.parametrize(
    "part",
    [
        {"options": {"lineage": 1}},
        {"endDef1": {"type": "DataSet", "name": "a", "isLegacyAttribute": "maybe"}},
        {"attributeDefs": [{"name": "x", "valuesMaxCount": "many"}]},
    ],
    ids=["option", "end", "attribute"],
)
def test_definition_that_could_not_be_loaded_again_is_never_kept(part: dict[str, object], desk: Desk) -> None:
    ends = {"endDef1": {"type": "DataSet", "name": "a"}, "endDef2": {"type": "DataSet", "name": "b"}}
    with pytest.raises(Invalid):
        desk.catalog.types.create({"relationshipDefs": [{"name": "pair", **ends, **part}]}, by="tester")
    assert "pair" not in desk.catalog.types.current.relationships


def test_null_in_a_definition_says_nothing(desk: Desk) -> None:
    attribute = {"name": "x", "typeName": None, "isOptional": None, "cardinality": None, "valuesMaxCount": None}
    end = {"type": "DataSet", "name": "a", "cardinality": None, "isContainer": None}
    desk.catalog.types.create(
        {
            "entityDefs": [{"name": "mine", "superTypes": ["DataSet"], "attributeDefs": [attribute]}],
            "relationshipDefs": [{"name": "pair", "endDef1": end, "endDef2": {**end, "name": "b"}}],
        },
        by="tester",
    )
    assert desk.catalog.types.definition("mine")["attributeDefs"][0]["typeName"] == "string"


def test_type_whose_entities_are_all_purged_is_deleted(desk: Desk) -> None:
    desk.catalog.types.create({"entityDefs": [{"name": "mine", "superTypes": ["DataSet"]}]}, by="tester")
    desk.write(entity("mine", "q"))
    guid = desk.guid("q")
    desk.catalog.entities.delete([guid], by="tester")
    desk.catalog.entities.purge([guid])
    desk.catalog.types.delete(["mine"])
    assert "mine" not in desk.catalog.types.current.entities
