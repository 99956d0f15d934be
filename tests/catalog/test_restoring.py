"""What a deletion took along comes back with the entity, and what is purged leaves nothing behind."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger

from catalog.desk import Desk, entity, ref
from headwater.catalog.annotations import tables as annotations
from headwater.catalog.entities.purging import COLUMNS
from headwater.catalog.names import tables as names
from headwater.catalog.resource_sets import tables as resource_sets
from headwater.catalog.store import schema as store
from headwater.errors import Conflict, NotFound

FAR = 1_000_000_000
FLOWS = """
    SELECT s.qualified_name, t.qualified_name FROM lineage_edges e
    JOIN entities s ON s.id = e.source_id JOIN entities t ON t.id = e.target_id WHERE e.ended_at IS NULL ORDER BY 1, 2
"""
EDGES = """
    SELECT o.qualified_name, sa.qualified_name, s.name, ta.qualified_name, t.name, e.subtype, e.expression, e.steps
    FROM column_edges e JOIN entities o ON o.id = e.operation_id
    JOIN lineage_columns s ON s.id = e.source_id JOIN lineage_columns t ON t.id = e.sink_id
    JOIN entities sa ON sa.id = s.entity_id JOIN entities ta ON ta.id = t.entity_id
    WHERE e.ended_at IS NULL ORDER BY 1, 2, 3, 4, 5
"""
LINKS = """
    SELECT r.type_id, a.qualified_name, b.qualified_name, r.attributes FROM relationships r
    JOIN entities a ON a.id = r.end1_id JOIN entities b ON b.id = r.end2_id WHERE r.status = 0 ORDER BY 1, 2, 3
"""
ENTITIES = """
    SELECT e.qualified_name, e.status, p.qualified_name, e.annotations FROM entities e
    LEFT JOIN entities p ON p.id = e.parent_id WHERE e.status = 0 ORDER BY 1
"""
COUNTS = "SELECT type_id, collection_id, entities FROM type_counts WHERE entities <> 0 ORDER BY 1, 2"
FOUND = "SELECT d.name, d.columns FROM documents d ORDER BY 1"
VALUES = "SELECT kind, value, entity_id FROM annotation_index ORDER BY 1, 2, 3"
# One writes what the next reads:  a, b ─► first ─► t (columns x, y) ─► second ─► s
NAMES = ("a", "b", "first", "t", "t#x", "t#y", "second", "s")


def line(source: str, source_column: str, sink_column: str) -> dict[str, object]:
    return {"source": source, "sourceColumn": source_column, "sinkColumn": sink_column, "steps": [{"name": "one"}]}


def flow(desk: Desk) -> None:
    table = {"table": ref("azure_sql_table", "t")}
    between = json.dumps([line("a", "k", "x"), line("b", "k", "y")])
    desk.write(
        entity("DataSet", "a"),
        entity("DataSet", "b"),
        entity("azure_sql_table", "t"),
        entity("azure_sql_column", "t#x", rel_table=table["table"]),
        entity("azure_sql_column", "t#y", rel_table=table["table"]),
        entity("DataSet", "s"),
        operation("first", ["a", "b"], "t", between),
        operation("second", ["t"], "s", json.dumps([line("t", "x", "z")])),
    )


def operation(name: str, inputs: list[str], output: str, lineage: str) -> dict[str, object]:
    reads, writes = [ref("DataSet", each) for each in inputs], [ref("DataSet", output)]
    return entity("azure_synapse_operation", name, inputs=reads, outputs=writes, columnLineage=lineage)


def picture(desk: Desk) -> list[list[tuple[object, ...]]]:
    return [desk.rows(question) for question in (ENTITIES, LINKS, FLOWS, EDGES, COUNTS, FOUND, VALUES)]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
@given(
    groups=st.lists(st.sets(st.sampled_from(NAMES), min_size=1, max_size=3), min_size=1, max_size=3), order=st.randoms()
)
def test_what_was_deleted_comes_back_as_it_was(desk: Desk, groups: list[set[str]], order: object) -> None:
    """Whatever is deleted in whatever order, and however it is restored, all is as before."""
    flow(desk)
    before = picture(desk)
    gone: list[str] = []
    for group in groups:
        guids = [desk.guid(name) for name in sorted(group) if not absent(desk, name)]
        removed = desk.catalog.entities.delete(guids, by="tester").mutated_entities.get("DELETE", [])
        gone.extend(header.guid for header in removed)
    order.shuffle(gone)
    # A column whose table stays deleted is refused: its turn comes again.
    while gone:
        guid = gone.pop(0)
        try:
            desk.catalog.entities.restore([guid], by="tester")
        except Conflict:
            gone.append(guid)
    assert picture(desk) == before


def absent(desk: Desk, name: str) -> bool:
    return desk.rows(f"SELECT 1 FROM entities WHERE status = 0 AND qualified_name = '{name}'") == []


def test_restored_entity_is_answered_with_its_parts(desk: Desk) -> None:
    flow(desk)
    guid = desk.guid("t")
    desk.catalog.entities.delete([guid], by="tester")
    found = desk.catalog.entities.restore([guid], by="tester").mutated_entities
    assert [header.display_text for header in found["RESTORE"]] == ["t", "t#x", "t#y"]
    assert {header.status for header in found["RESTORE"]} == {"ACTIVE"}
    assert desk.catalog.entities.restore([guid], by="tester").mutated_entities == {}
    assert [entry.action for entry in desk.catalog.history.changes(guid).entries] == ["RESTORE", "DELETE", "CREATE"]


def test_lineage_of_the_time_in_between_stays_told(desk: Desk) -> None:
    flow(desk)
    guid = desk.guid("first")
    made = desk.catalog.entities.get(guid).entity.update_time
    gone = desk.catalog.entities.delete([guid], by="tester") and desk.catalog.history.changes(guid).entries[0].at
    desk.catalog.entities.restore([guid], by="tester")
    history = desk.catalog.history
    inputs = [
        [each["qualifiedName"] for each in history.as_of(guid, at).entity.relationship_attributes["inputs"]]
        for at in (made, gone, history.changes(guid).entries[0].at)
    ]
    assert inputs == [["a", "b"], [], ["a", "b"]]


def test_name_that_is_taken_meanwhile_is_refused(desk: Desk) -> None:
    guid = desk.write(entity("DataSet", "q", "-1")).guid_assignments["-1"]
    other = desk.write(entity("DataSet", "other", "-1")).guid_assignments["-1"]
    desk.catalog.entities.delete([guid, other], by="tester")
    desk.write(entity("DataSet", "q"))
    with pytest.raises(Conflict) as refused:
        desk.catalog.entities.restore([guid, other], by="tester")
    assert refused.value.code == "CAT-042"
    assert absent(desk, "other")


def test_column_whose_table_stays_deleted_is_refused(desk: Desk) -> None:
    flow(desk)
    column = desk.guid("t#x")
    desk.catalog.entities.delete([desk.guid("t")], by="tester")
    with pytest.raises(Conflict) as refused:
        desk.catalog.entities.restore([column], by="tester")
    assert refused.value.code == "CAT-042"


def test_relationship_whose_place_is_taken_stays_ended(desk: Desk) -> None:
    activity = "azure_synapse_copy_activity"
    desk.write(entity(activity, "old"), entity(activity, "new"))
    desk.write(entity("azure_synapse_operation", "o", rel_parent=ref(activity, "old")))
    old = desk.guid("old")
    desk.catalog.entities.delete([old], by="tester")
    desk.write(entity("azure_synapse_operation", "o", rel_parent=ref(activity, "new")))
    desk.catalog.entities.restore([old], by="tester")
    parent = desk.catalog.entities.get(desk.guid("o")).entity.relationship_attributes["parent"]
    assert parent["qualifiedName"] == "new"


def test_relationship_that_was_taken_away_since_stays_away(desk: Desk) -> None:
    desk.write(entity("DataSet", "a"), entity("Process", "p", inputs=[ref("DataSet", "a")]))
    guids = [desk.guid("p"), desk.guid("a")]
    for guid in guids:
        desk.catalog.entities.delete([guid], by="tester")
        desk.catalog.entities.restore([guid], by="tester")
    desk.write(entity("Process", "p", inputs=[]))
    for guid in guids:
        desk.catalog.entities.delete([guid], by="tester")
        desk.catalog.entities.restore([guid], by="tester")
    assert desk.rows(FLOWS) == []


def test_guid_that_is_not_there_is_not_restored(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.catalog.entities.restore(["nowhere"], by="tester")


def test_purged_entity_leaves_no_row_in_any_table(desk: Desk) -> None:
    with desk.catalog.store.write() as connection:
        connection.exec_driver_sql(f"INSERT INTO counters (name, value) VALUES ('entities', {FAR})")
    desk.write(entity("DataSet", "kept"))
    flow(desk)
    desk.write(entity("azure_sql_table", "t", description="changed"), operation("first", ["a"], "t", "[]"))
    purged = ["t", "first"]
    guids = [desk.guid(name) for name in purged]
    keys = [row[0] for row in desk.rows("SELECT id FROM entities WHERE qualified_name IN ('t', 't#x', 't#y', 'first')")]
    assert any(leftovers(desk, keys, guids))
    desk.catalog.entities.delete(guids, by="tester")
    found = desk.catalog.entities.purge(guids).mutated_entities["PURGE"]
    assert sorted(header.display_text for header in found) == ["first", "t", "t#x", "t#y"]
    assert leftovers(desk, keys, [*guids, *(header.guid for header in found)]) == []
    with pytest.raises(NotFound):
        desk.catalog.entities.get(guids[0])
    assert desk.catalog.lineage.walk(desk.guid("a")).relations == ()


def leftovers(desk: Desk, keys: list[object], guids: list[str]) -> list[tuple[str, object]]:
    """Return every value, in any table of the database, that names one of the entities."""
    with desk.catalog.store.read() as connection:
        every = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if connection.dialect.name == "sqlite"
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        tables = [name for (name,) in connection.exec_driver_sql(every) if "documents_index" not in name]
        found = []
        for table in tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                named = [value for value in row if value in keys or any(guid in str(value) for guid in guids)]
                found.extend((table, value) for value in named)
    return found


# Columns that look like keys of entities: of relationships and columns, and two that purging sets to nothing.
OTHERS = {
    ("blocked_classifications", "relationship_id"),
    ("column_edges", "sink_id"),
    ("column_edges", "source_id"),
    ("entities", "parent_id"),
    ("lineage_edges", "relationship_id"),
    ("resource_sets", "set_id"),
}


def test_every_column_that_names_an_entity_is_purged() -> None:
    named = set()
    for module in (annotations, names, resource_sets, store):
        for table in module.metadata.tables.values():
            for column in table.columns:
                refers = any(key.target_fullname == "entities.id" for key in column.foreign_keys)
                if refers or (isinstance(column.type, BigInteger) and column.name.endswith("_id")):
                    named.add((table.name, column.name))
    assert named == {(table.name, column.name) for table, column in COLUMNS} | OTHERS


def test_what_is_not_deleted_is_not_purged(desk: Desk) -> None:
    flow(desk)
    before = picture(desk)
    assert desk.catalog.entities.purge([desk.guid("t"), "nowhere"]).mutated_entities == {}
    assert picture(desk) == before
