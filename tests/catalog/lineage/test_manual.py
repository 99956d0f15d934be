"""Lineage that somebody draws between two datasets, with the columns that flow along it."""

import json

import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog.lineage import Question, Sought
from headwater.catalog.model import ObjectId, Relationship, RelationshipInput
from headwater.errors import CatalogError

TYPE = "direct_lineage_dataset_dataset"


def draw(
    desk: Desk, source: str, sink: str, mapping: object = None, type_names: tuple[str, str] = ("DataSet", "DataSet")
) -> Relationship:
    ends = [
        ObjectId(type_name=type_name, unique_attributes={"qualifiedName": name})
        for type_name, name in zip(type_names, (source, sink), strict=True)
    ]
    attributes = {} if mapping is None else {"columnMapping": mapping}
    given = RelationshipInput(type_name=TYPE, end1=ends[0], end2=ends[1], attributes=attributes)
    return desk.catalog.relationships.create(given, by="tester")


def pairs(*found: tuple[str, str]) -> str:
    return json.dumps([{"Source": source, "Sink": sink} for source, sink in found])


def edges(desk: Desk, asset: str, column: str) -> set[tuple[str, str, str, str]]:
    """Return what is upstream of a column, as (asset, column, asset, column)."""
    graph = desk.catalog.columns.walk(desk.guid(asset, "DataSet"), [column], way="upstream", depth=10)
    return {(desk.name(e.source), e.source_column, desk.name(e.sink), e.sink_column) for e in graph.edges}


@pytest.fixture
def drawn(desk: Desk) -> Relationship:
    desk.write(*(entity("DataSet", name) for name in "abc"))
    draw(desk, "b", "c", pairs(("y", "z")))
    return draw(desk, "a", "b", pairs(("x", "y")))


def test_mapping_makes_column_edges(drawn: Relationship, desk: Desk) -> None:
    assert edges(desk, "c", "z") == {("a", "x", "b", "y"), ("b", "y", "c", "z")}
    graph = desk.catalog.columns.walk(desk.guid("b", "DataSet"), ["y"], way="upstream")
    (edge,) = graph.edges
    assert (edge.kind, edge.subtype, desk.name(edge.operation)) == ("DIRECT", "MANUAL", "b")


def test_drawn_columns_are_in_impact_path_and_evidence(drawn: Relationship, desk: Desk) -> None:
    start, end = desk.guid("a", "DataSet"), desk.guid("c", "DataSet")
    found = desk.catalog.impact.of(start, Question(columns=("x",)))
    reached = {(one.asset.name, column.name, column.kind) for one in found.value for column in one.columns}
    assert reached == {("b", "y", "DIRECT"), ("c", "z", "DIRECT")}
    assert (found.totals.assets, found.totals.operations) == (2, 0)
    assert all(hop.operation is None and hop.relationship_id for one in found.value for hop in one.path)
    assert all(not hop.derived and one.last_run is None for one in found.value for hop in one.path)
    path = desk.catalog.paths.between(Sought(start=start, end=end, start_column="x", end_column="z"))
    assert [(hop.source_column, hop.sink_column) for hop in path.columns] == [("x", "y"), ("y", "z")]
    evidence = desk.catalog.edge_evidence.of(drawn.guid)
    assert (evidence.operation, evidence.runs, evidence.last_seen) == (None, (), None)
    assert [(one.edge.source_column, one.edge.sink_column) for one in evidence.columns] == [("x", "y")]


def test_changed_mapping_ends_what_it_no_longer_says(drawn: Relationship, desk: Desk) -> None:
    changed = RelationshipInput(guid=drawn.guid, attributes={"columnMapping": pairs(("w", "y"))})
    desk.catalog.relationships.update(changed, by="tester")
    assert edges(desk, "b", "y") == {("a", "w", "b", "y")}
    ended = desk.rows("SELECT COUNT(*) FROM column_edges WHERE ended_at IS NOT NULL")
    assert ended == [(1,)]


def test_deleted_relationship_ends_its_columns_and_no_others(drawn: Relationship, desk: Desk) -> None:
    desk.catalog.relationships.delete(drawn.guid, by="tester")
    assert edges(desk, "c", "z") == {("b", "y", "c", "z")}


def test_two_edges_into_one_asset_keep_apart(drawn: Relationship, desk: Desk) -> None:
    draw(desk, "c", "b", pairs(("z", "y")))
    assert edges(desk, "b", "y") == {("a", "x", "b", "y"), ("c", "z", "b", "y"), ("b", "y", "c", "z")}
    desk.catalog.relationships.delete(drawn.guid, by="tester")
    assert edges(desk, "b", "y") == {("c", "z", "b", "y"), ("b", "y", "c", "z")}


def test_operation_into_the_same_asset_keeps_its_columns(drawn: Relationship, desk: Desk) -> None:
    line = {"source": "c", "sourceColumn": "z", "sinkColumn": "y"}
    op = {"inputs": [ref("DataSet", "c")], "outputs": [ref("DataSet", "b")], "columnLineage": json.dumps([line])}
    desk.write(entity("azure_synapse_operation", "op", **op))
    desk.catalog.relationships.delete(drawn.guid, by="tester")
    assert edges(desk, "b", "y") == {("c", "z", "b", "y"), ("b", "y", "c", "z")}


def test_mapping_in_an_entitys_relationship_attributes_makes_column_edges(desk: Desk) -> None:
    desk.write(entity("DataSet", "a"), entity("DataSet", "b"))
    sink = {**ref("DataSet", "b"), "relationshipAttributes": {"attributes": {"columnMapping": pairs(("x", "y"))}}}
    desk.write(entity("DataSet", "a", rel_sinks=[sink]))
    assert edges(desk, "b", "y") == {("a", "x", "b", "y")}


def test_columns_of_a_store_that_ignores_case_meet(desk: Desk) -> None:
    tables = ("azure_sql_table", "azure_sql_table")
    desk.write(entity("azure_sql_table", "mssql://s/d/dbo/t"), entity("azure_sql_table", "mssql://s/d/dbo/u"))
    draw(desk, "mssql://s/d/dbo/t", "mssql://s/d/dbo/u", pairs(("ID", "id")), tables)
    graph = desk.catalog.columns.walk(desk.guid("mssql://s/d/dbo/u", "azure_sql_table"), ["Id"], way="upstream")
    assert len(graph.edges) == 1


@pytest.mark.parametrize("mapping", ["", "[]", '[{"Source": "*", "Sink": "b"}]', '[{"Source": "", "Sink": "b"}]'])
def test_mapping_that_names_no_pair_makes_no_column_edge(mapping: str, desk: Desk) -> None:
    desk.write(entity("DataSet", "a"), entity("DataSet", "b"))
    draw(desk, "a", "b", mapping)
    assert desk.catalog.columns.count() == 0


@pytest.mark.parametrize("mapping", ["no JSON", "{}", '[{"Source": 1, "Sink": "b"}]', '[{"Source": "a"}]', "[" * 5000])
def test_mapping_that_cannot_be_read_is_refused(mapping: str, desk: Desk) -> None:
    desk.write(entity("DataSet", "a"), entity("DataSet", "b"))
    with pytest.raises(CatalogError) as refused:
        draw(desk, "a", "b", mapping)
    assert (refused.value.code, refused.value.status) == ("CAT-036", 400)
    assert len(desk.catalog.lineage.walk(desk.guid("a", "DataSet")).relations) == 0


@pytest.mark.parametrize("type_name", ["azure_synapse_copy_activity", "powerbi_dataset"])
def test_lineage_that_a_tool_reports_is_not_drawn_by_hand(type_name: str, desk: Desk) -> None:
    desk.write(entity("DataSet", "a"), entity(type_name, "t"))
    for ends in (("a", "t"), ("t", "a")):
        with pytest.raises(CatalogError) as refused:
            draw(desk, *ends, type_names=tuple("DataSet" if end == "a" else type_name for end in ends))
        assert (refused.value.code, refused.value.status) == ("CAT-024", 400)


def test_right_is_asked_for_at_both_ends(desk: Desk) -> None:
    desk.catalog.collections.put("other", parent=desk.catalog.name, friendly_name="other", by="tester")
    desk.write(entity("DataSet", "a"), entity("DataSet", "b"))
    desk.catalog.moves.move([desk.guid("b", "DataSet")], "other", by="tester")
    asked: list[frozenset[str]] = []
    ends = [ObjectId(guid=desk.guid(name, "DataSet")) for name in "ab"]
    given = RelationshipInput(type_name=TYPE, end1=ends[0], end2=ends[1])
    desk.catalog.relationships.create(given, by="tester", permit=asked.append)
    assert asked == [frozenset({desk.catalog.name, "other"})]
