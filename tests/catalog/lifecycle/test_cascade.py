"""Deleting with all that hangs on it: the preview tells what the delete does, and others' lineage is untouched."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from catalog.lifecycle.factory import WORKSPACE, fresh, report
from headwater.catalog.lifecycle import Asked, Consequences, Definitions, PipelineNames, Reader
from headwater.errors import Fault, Forbidden, Invalid, NotFound

PIPELINE = f"{WORKSPACE}/pipelines/p"


def asked(desk: Desk, *names: str, **how: bool) -> Asked:
    return Asked(guids=tuple(desk.guid(name) for name in names), **how)


def delete(desk: Desk, *names: str, **how: bool) -> Consequences:
    return desk.catalog.lifecycle.delete(asked(desk, *names, **how), by="tester")


def living(desk: Desk) -> set[str]:
    return {str(row[0]) for row in desk.rows("SELECT qualified_name FROM entities WHERE status = 0")}


@pytest.fixture
def two(desk: Desk) -> Desk:
    """p reads s and writes t; q reads t and writes u; both stand in one workspace."""
    report(desk, 1, "p", "x", {"a": ("s", "t")})
    report(desk, 1, "q", "y", {"b": ("t", "u")})
    return desk


def test_preview_tells_what_goes_and_changes_nothing(two: Desk) -> None:
    before = living(two)
    told = delete(two, PIPELINE, cascade=True, dry_run=True)
    assert living(two) == before
    assert (told.dry_run, told.entities, told.lineage_edges, told.column_edges) == (True, 3, 2, 1)
    assert told.by_type == {"azure_synapse_copy_activity": 1, "azure_synapse_operation": 1, "azure_synapse_pipeline": 1}
    assert told.samples["azure_synapse_pipeline"] == (PIPELINE,)
    assert [(one.qualified_name, one.because) for one in told.orphaned] == [("s", "")]
    assert [(one.qualified_name, one.because) for one in told.kept] == [("t", "/w/pipelines/q/activities/y#b uses it")]


def test_delete_does_what_its_preview_told(two: Desk) -> None:
    told = delete(two, PIPELINE, cascade=True, dry_run=True)
    done = delete(two, PIPELINE, cascade=True)
    assert (done.entities, done.guids, done.by_type) == (told.entities, told.guids, told.by_type)
    assert living(two) == {
        WORKSPACE,
        "s",
        "t",
        "u",
        f"{WORKSPACE}/pipelines/q",
        f"{WORKSPACE}/pipelines/q/activities/y",
        f"{WORKSPACE}/pipelines/q/activities/y#b",
    }
    assert two.catalog.lineage.walk(two.guid("s")).relations == ()
    assert len(two.catalog.lineage.walk(two.guid("t")).relations) == 2


def test_without_cascade_only_what_is_asked_for_goes(two: Desk) -> None:
    told = delete(two, PIPELINE)
    assert (told.entities, told.by_type) == (1, {"azure_synapse_pipeline": 1})


def test_orphans_go_only_when_asked_and_nothing_else_holds_them(two: Desk) -> None:
    two.write({**entity("DataSet", "described"), "contacts": {"Owner": [{"id": "me"}]}})
    report(two, 2, "p", "x", {"a2": ("described", "mine")})
    told = delete(two, PIPELINE, cascade=True, orphans=True)
    assert {"s", "mine"}.isdisjoint(living(two))
    assert {"t", "u", "described"} <= living(two)
    assert [(one.qualified_name, one.because) for one in told.orphaned] == [("described", "people have described it")]


def test_contained_assets_that_others_use_are_told(two: Desk) -> None:
    two.write(entity("azure_sql_schema", "dbo"))
    two.write(
        entity("azure_sql_table", "dbo/t", rel_dbSchema=ref("azure_sql_schema", "dbo")),
        entity("azure_sql_column", "dbo/t#c", rel_table=ref("azure_sql_table", "dbo/t")),
        entity("Process", "user", inputs=[ref("azure_sql_table", "dbo/t")]),
    )
    told = delete(two, "dbo", cascade=True, dry_run=True)
    assert told.by_type == {"azure_sql_column": 1, "azure_sql_schema": 1, "azure_sql_table": 1}
    assert [(one.qualified_name, one.because) for one in told.still_used] == [("dbo/t", "user uses it")]


def test_rights_are_asked_for_all_that_goes_before_anything_does(two: Desk) -> None:
    two.catalog.collections.put("secret", friendly_name="Secret", parent="contoso", by="tester")
    operation = two.guid(f"{PIPELINE}/activities/x#a")
    two.catalog.moves.move([operation, two.guid("s")], "secret", by="tester")

    def refuse(names: frozenset[str]) -> None:
        if "secret" in names:
            raise Forbidden(Fault("ACC-003", "no"))

    before = living(two)
    for dry_run in (True, False):
        with pytest.raises(Forbidden):
            two.catalog.lifecycle.delete(asked(two, PIPELINE, cascade=True, dry_run=dry_run), by="t", permit=refuse)
    assert living(two) == before
    everywhere = frozenset({"contoso"})
    told = two.catalog.lifecycle.delete(
        asked(two, PIPELINE, cascade=True, orphans=True, dry_run=True), by="t", reader=Reader(everywhere, everywhere)
    )
    assert "s" not in str(told.orphaned) + str(told.samples.get("DataSet"))


def test_unknown_guid_is_refused_and_a_deleted_one_passed_over(two: Desk) -> None:
    with pytest.raises(NotFound):
        two.catalog.lifecycle.delete(Asked(guids=("none",)), by="tester")
    guid = two.guid(PIPELINE)
    delete(two, PIPELINE, cascade=True)
    assert two.catalog.lifecycle.delete(Asked(guids=(guid,), cascade=True), by="tester").entities == 0


def test_pipelines_and_activities_that_a_workspace_no_longer_has_go(two: Desk) -> None:
    report(two, 2, "q", "old", {"c": ("u", "v")})
    now = Definitions(WORKSPACE, (PipelineNames("Q", ("Y",)), PipelineNames("never ran")), dry_run=True)
    told = two.catalog.lifecycle.reconcile(now, by="tester")
    assert told.by_type == {"azure_synapse_copy_activity": 2, "azure_synapse_operation": 2, "azure_synapse_pipeline": 1}
    assert two.catalog.lifecycle.reconcile(Definitions(now.workspace, now.pipelines), by="tester").guids == told.guids
    assert {name for name in living(two) if "#" in name} == {f"{WORKSPACE}/pipelines/q/activities/y#b"}
    assert two.catalog.lifecycle.reconcile(now, by="tester").entities == 0


def test_workspace_that_says_nothing_of_activities_keeps_them(two: Desk) -> None:
    now = Definitions(WORKSPACE, (PipelineNames("p"), PipelineNames("q")))
    assert two.catalog.lifecycle.reconcile(now, by="tester").entities == 0


def test_definitions_that_cannot_be_are_refused(two: Desk) -> None:
    with pytest.raises(NotFound):
        two.catalog.lifecycle.reconcile(Definitions("/nobody", ()), by="tester")
    twice = Definitions(WORKSPACE, (PipelineNames("p"), PipelineNames("P")))
    with pytest.raises(Invalid):
        two.catalog.lifecycle.reconcile(twice, by="tester")


FLOW = st.tuples(st.sampled_from("pq"), st.sampled_from("xy"), st.sampled_from("stuv"), st.sampled_from("stuv"))

# Every reference from one row to an entity, and when it no longer counts.
REFERENCES = {
    "parents": "SELECT parent_id FROM entities WHERE status = 0 AND parent_id IS NOT NULL",
    "links": """SELECT end1_id FROM relationships WHERE status = 0
        UNION SELECT end2_id FROM relationships WHERE status = 0""",
    "edges": """SELECT source_id FROM lineage_edges WHERE ended_at IS NULL
        UNION SELECT target_id FROM lineage_edges WHERE ended_at IS NULL""",
    "column edges": """SELECT operation_id FROM column_edges WHERE ended_at IS NULL
        UNION SELECT entity_id FROM lineage_columns JOIN column_edges ON lineage_columns.id IN (source_id, sink_id)
        WHERE ended_at IS NULL""",
    "annotations": "SELECT entity_id FROM annotation_index",
    "documents": "SELECT id FROM documents",
}


def edges_of_others(desk: Desk) -> set[tuple[object, ...]]:
    query = """SELECT operation.qualified_name, column_edges.id, first_seen FROM column_edges
        JOIN entities AS operation ON operation.id = operation_id
        WHERE ended_at IS NULL AND operation.qualified_name NOT LIKE '/w/pipelines/p/%'"""
    walks = """SELECT a.qualified_name, b.qualified_name, first_seen FROM lineage_edges
        JOIN entities AS a ON a.id = source_id JOIN entities AS b ON b.id = target_id
        WHERE ended_at IS NULL AND NOT (a.qualified_name || b.qualified_name LIKE '%/pipelines/p/%')"""
    return {*desk.rows(query), *desk.rows(walks)}


@settings(max_examples=20, deadline=None)
@given(flows=st.lists(FLOW, min_size=1, max_size=8), orphans=st.booleans())
def test_nothing_points_to_what_a_deleted_pipeline_made_and_others_keep_theirs(
    flows: list[tuple[str, str, str, str]], orphans: bool, template: Path
) -> None:
    with fresh(template) as desk:
        report(desk, 1, "p", "x", {"0": ("s", "t")})
        for number, (pipeline, activity, source, sink) in enumerate(flows, 2):
            report(desk, number, pipeline, activity, {f"{source}{sink}": (source, sink)})
        others = edges_of_others(desk)
        told = delete(desk, PIPELINE, cascade=True, orphans=orphans)
        gone = {row[0] for row in desk.rows("SELECT id FROM entities WHERE status = 1")}
        assert len(gone) == told.entities
        for name, query in REFERENCES.items():
            assert not gone & {row[0] for row in desk.rows(query)}, name
        assert edges_of_others(desk) == others
        assert not any(name.startswith(PIPELINE) for name in living(desk))
        used = {name for pipeline, _, *ends in flows if pipeline == "q" for name in ends}
        if orphans:
            assert {name for name in living(desk) if len(name) == 1} == used
        counts = desk.catalog.entities.counts()
        assert sum(counts.values()) == len(living(desk))
