"""The history of an entity: every change told, and each earlier state found again by undoing what came after it."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from headwater.catalog.history import HistoryPage
from headwater.catalog.model import Entity, RelationshipInput
from headwater.errors import NotFound

TEXTS = st.sampled_from(["", "a", "b", "c"])
CHANGES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"description": TEXTS | st.none(), "extra": st.none() | st.lists(TEXTS, max_size=2)}),
        st.fixed_dictionaries({"customAttributes": st.dictionaries(TEXTS, TEXTS, max_size=2)}),
        st.fixed_dictionaries({"contacts": st.just({"Owner": [{"id": "someone"}]}) | st.just({})}),
        st.fixed_dictionaries({"inputs": st.sets(st.sampled_from(["a", "b", "c"]))}),
        st.sampled_from([{"deleted": True}, {"restored": True}, {"moved": "sales"}, {"moved": "contoso"}]),
    ),
    max_size=8,
)


def act(desk: Desk, guid: str, change: dict[str, Any]) -> None:
    entities = desk.catalog.entities
    active = entities.get(guid).entity.status == "ACTIVE"
    if "restored" in change:
        entities.restore([guid], by="tester")
    elif "deleted" in change:
        entities.delete([guid], by="tester")
    elif "moved" in change and active:
        desk.catalog.moves.move([guid], change["moved"], by="tester")
    elif "inputs" in change and active:
        inputs = [ref("DataSet", name) for name in sorted(change["inputs"])]
        desk.write({"typeName": "Process", "guid": guid, "relationshipAttributes": {"inputs": inputs}})
    elif active and "moved" not in change:
        beside = {name: value for name, value in change.items() if name in {"customAttributes", "contacts"}}
        desk.write({"typeName": "Process", "guid": guid, "attributes": {} if beside else change, **beside})


def told(entity: Entity) -> dict[str, object]:
    """Return what history promises of an entity; guids of relationships change when they are restored."""
    inputs = entity.relationship_attributes["inputs"]
    return {
        "attributes": {name: value for name, value in entity.attributes.items() if name != "inputs"},
        "inputs": sorted(reference["qualifiedName"] for reference in inputs),
        "beside": (entity.custom_attributes or {}, entity.contacts, entity.collection_id, entity.status),
        "stamp": (entity.version, entity.updated_by, entity.update_time),
    }


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(changes=CHANGES)
def test_each_earlier_state_is_found_backwards_from_now(desk: Desk, changes: list[dict[str, Any]]) -> None:
    if not desk.rows("SELECT 1 FROM collections WHERE name = 'sales'"):
        desk.catalog.collections.put("sales", parent="contoso", friendly_name="sales", description="", by="tester")
    desk.write(*(entity("DataSet", name) for name in "abc"))
    name = f"process {len(desk.rows('SELECT 1 FROM entities'))}"
    guid = desk.write(entity("Process", name, "-1")).guid_assignments["-1"]
    states = {1: told(desk.catalog.entities.get(guid).entity)}
    for change in changes:
        act(desk, guid, change)
        now = desk.catalog.entities.get(guid).entity
        states[now.version] = told(now)
    for version, state in states.items():
        past = desk.catalog.history.as_of_version(guid, version)
        assert (told(past.entity), past.unknown) == (state, ())
        assert told(desk.catalog.history.as_of(guid, past.entity.update_time).entity) == state
    made = [entry.version for entry in desk.catalog.history.changes(guid).entries]
    assert made == list(range(max(states), 0, -1))


def changed(page: HistoryPage) -> list[tuple[str, list[tuple[str, str, object, object]]]]:
    return [
        (entry.action, [(each.part, each.name, each.old, each.new) for each in entry.changes]) for entry in page.entries
    ]


def test_history_tells_who_changed_what_from_what(desk: Desk) -> None:
    guid = desk.write(entity("DataSet", "q", "-1", description="old"), by="maker").guid_assignments["-1"]
    desk.write(entity("DataSet", "q", description="new"), by="changer")
    page = desk.catalog.history.page(guid)
    assert changed(page) == [("UPDATE", [("attributes", "description", "old", "new")]), ("CREATE", [])]
    assert [(entry.by, entry.version) for entry in page.entries] == [("changer", 2), ("maker", 1)]


def test_history_tells_when_relationships_began_and_ended(desk: Desk) -> None:
    desk.write(entity("DataSet", "a"), entity("DataSet", "b"))
    desk.write(entity("Process", "p", inputs=[ref("DataSet", "a")]), by="maker")
    desk.write(entity("Process", "p", inputs=[ref("DataSet", "b")]), by="changer")
    page = desk.catalog.history.page(desk.guid("a"))
    assert [(entry.action, entry.by, entry.version) for entry in page.entries] == [
        ("RELATIONSHIP_REMOVE", "changer", None),
        ("RELATIONSHIP_ADD", "maker", None),
        ("CREATE", "tester", 1),
    ]
    assert {entry.relationship.end.unique_attributes["qualifiedName"] for entry in page.entries[:2]} == {"p"}


def test_history_comes_in_pages_that_are_the_whole_together(desk: Desk) -> None:
    guid = desk.write(entity("DataSet", "q", "-1")).guid_assignments["-1"]
    for number in range(4):
        desk.write(entity("DataSet", "q", description=str(number)))
    whole = desk.catalog.history.page(guid).entries
    pages, offset = [], 0
    while offset is not None:
        page = desk.catalog.history.page(guid, limit=2, offset=offset)
        pages.extend(page.entries)
        offset = page.next_offset
    assert (tuple(pages), len(pages)) == (whole, 5)


def test_secrets_and_large_texts_are_told_of_and_never_kept(desk: Desk) -> None:
    before = {"password": "s3cret-word", "columnLineage": "[]", "description": "old"}
    made = {**entity("azure_synapse_operation", "q", "-1", **before), "customAttributes": {"apiKey": "s3cret-word"}}
    guid = desk.write(made).guid_assignments["-1"]
    after = entity("azure_synapse_operation", "q", password="other", columnLineage="[ ]", description="new")
    desk.write({**after, "customAttributes": {"apiKey": "other", "note": "n"}})
    entry = desk.catalog.history.page(guid).entries[0]
    assert [(each.name, each.kept) for each in entry.changes] == [
        ("description", True),
        ("columnLineage", False),
        ("password", False),
        ("note", True),
    ]
    assert "s3cret-word" not in json.dumps([list(row) for row in desk.rows("SELECT replaced FROM entity_changes")])
    past = desk.catalog.history.as_of_version(guid, 1)
    assert past.unknown == ("columnLineage", "password")
    assert past.entity.attributes["description"] == "old"


def test_attributes_of_a_relationship_are_found_as_they_were(desk: Desk) -> None:
    guid = desk.write(entity("DataSet", "a", "-1"), entity("Process", "p")).guid_assignments["-1"]
    link = desk.catalog.relationships.create(linking({"note": "first"}), by="tester")
    desk.catalog.relationships.update(RelationshipInput(guid=link.guid, attributes={"note": "second"}), by="changer")
    entry = desk.catalog.history.page(guid).entries[0]
    assert [(each.part, each.name, each.old) for each in entry.changes] == [
        ("relationships", link.guid, {"note": "first"})
    ]
    now, then = (
        found.relationship_attributes["inputToProcesses"][0]["relationshipAttributes"]["attributes"]
        for found in (
            desk.catalog.entities.get(guid).entity,
            desk.catalog.history.as_of(guid, link.create_time).entity,
        )
    )
    assert (now, then) == ({"note": "second"}, {"note": "first"})


def linking(attributes: dict[str, object]) -> RelationshipInput:
    ends = {"end1": ref("DataSet", "a"), "end2": ref("Process", "p")}
    return msgspec.convert({"typeName": "dataset_process_inputs", "attributes": attributes, **ends}, RelationshipInput)


def test_changes_written_before_history_was_whole_are_read(desk: Desk) -> None:
    guid = desk.write(entity("DataSet", "q", "-1", description="old")).guid_assignments["-1"]
    desk.write(entity("DataSet", "q", description="new"))
    with desk.catalog.store.write() as connection:
        old = json.dumps({"description": "old", "contacts": None})
        connection.exec_driver_sql(f"UPDATE entity_changes SET replaced = '{old}'")
    assert desk.catalog.history.as_of_version(guid, 1).entity.attributes["description"] == "old"


def test_version_whose_changes_are_no_longer_kept_is_not_guessed(desk: Desk) -> None:
    guid = desk.write(entity("DataSet", "q", "-1", description="1")).guid_assignments["-1"]
    for number in ("2", "3", "4"):
        desk.write(entity("DataSet", "q", description=number))
    with desk.catalog.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM entity_changes WHERE version < 4")
    history = desk.catalog.history
    assert history.as_of_version(guid, 3).entity.attributes["description"] == "3"
    with pytest.raises(NotFound) as refused:
        history.as_of_version(guid, 2)
    assert refused.value.code == "CAT-043"
    with pytest.raises(NotFound):
        history.as_of(guid, desk.catalog.entities.get(guid).entity.create_time)
    assert [entry.version for entry in history.page(guid).entries] == [4, 1]


@pytest.mark.parametrize("version", [0, 2, -1])
def test_version_that_never_was_is_not_found(version: int, desk: Desk) -> None:
    guid = desk.write(entity("DataSet", "q", "-1")).guid_assignments["-1"]
    with pytest.raises(NotFound) as refused:
        desk.catalog.history.as_of_version(guid, version)
    assert refused.value.code == "CAT-043"
    with pytest.raises(NotFound):
        desk.catalog.history.as_of(guid, 1)
