"""What events draw: every rule with the smallest events that show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog.desk import Desk, entity
from catalog.openlineage.world import (
    LAKE,
    SQL,
    World,
    columns,
    dataset,
    dataset_event,
    event,
    job_event,
    run_id,
    schema,
)

A, B, C, D = (f"https://acct.dfs.core.windows.net/lake/{name}.csv" for name in "abcd")
JOB = "openlineage://spark/jobs/load"
HIVE = "hive://metastore:9083"


def lake(letter: str, **facets: object) -> dict[str, object]:
    return dataset(f"/{letter}.csv", **facets)


def test_start_and_complete_of_a_run_add_up(world: World) -> None:
    world.take(event("START", inputs=[lake("a")]))
    world.take(event("COMPLETE", at=1, outputs=[lake("b")]))
    assert world.edges() == {(A, B)}
    assert len(world.names("openlineage_operation")) == 1


def test_two_runs_of_a_job_draw_no_edge_between_them(world: World) -> None:
    world.take(event("COMPLETE", "r1", inputs=[lake("a")], outputs=[lake("b")]))
    world.take(event("COMPLETE", "r2", at=1, inputs=[lake("c")], outputs=[lake("d")]))
    assert world.edges() == {(A, B), (C, D)}


def test_same_event_again_changes_nothing(world: World) -> None:
    given = event("COMPLETE", inputs=[lake("a", schema=schema("x"))], outputs=[lake("b")])
    assert world.take(given) is True
    before = world.rows("SELECT qualified_name, version, updated_at FROM entities")
    assert world.take(given) is False
    assert world.rows("SELECT qualified_name, version, updated_at FROM entities") == before


def test_schema_becomes_columns_and_a_later_one_takes_their_place(world: World) -> None:
    nested = {"fields": [{"name": "x", "type": "int"}, {"name": "s", "fields": [{"name": "t", "type": "string"}]}]}
    world.take(event("START", inputs=[lake("a", schema=nested)]))
    assert world.names("column") == [f"{A}#__tabular_schema//{name}" for name in ("s", "s.t", "x")]
    world.take(event("COMPLETE", at=1, inputs=[lake("a", schema=schema("y"))]))
    assert world.names("column") == [f"{A}#__tabular_schema//y"]


def test_older_schema_that_comes_late_does_not_win(world: World) -> None:
    world.take(event("COMPLETE", at=5, inputs=[lake("a", schema=schema("y"))]))
    world.take(event("START", at=1, inputs=[lake("a", schema=schema("x"))]))
    assert world.names("column") == [f"{A}#__tabular_schema//y"]


def test_table_gets_columns_of_its_type(world: World) -> None:
    world.take(event("COMPLETE", outputs=[dataset("db.dbo.t", SQL, schema=schema("x"))]))
    assert world.names("azure_sql_column") == ["mssql://srv.database.windows.net/db/dbo/t#x"]


def test_column_lineage_of_version_1_0_1_is_direct(world: World) -> None:
    facet = columns({"y": [("/a.csv", "x")]})
    facet["fields"]["y"].update(transformationDescription="x + 1", transformationType="MASKED")  # type: ignore[index]
    world.take(event("COMPLETE", inputs=[lake("a")], outputs=[lake("b", columnLineage=facet)]))
    assert world.column_edges() == {"a.csv.x -> b.csv.y DIRECT TRANSFORMATION x + 1 (masked)"}


def test_column_lineage_of_version_1_2_0_has_transformations_and_rows(world: World) -> None:
    how = [
        {"type": "DIRECT", "subtype": "AGGREGATION", "description": "sum(x)", "masking": False},
        {"type": "INDIRECT", "subtype": "GROUP_BY"},
    ]
    source = {"namespace": LAKE, "name": "/a.csv", "field": "x"}
    rows = [{**source, "field": "k", "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}]}]
    facet = {"fields": {"y": {"inputFields": [{**source, "transformations": how}]}}, "dataset": rows}
    world.take(event("COMPLETE", inputs=[lake("a")], outputs=[lake("b", columnLineage=facet)]))
    assert world.column_edges() == {
        "a.csv.x -> b.csv.y DIRECT AGGREGATION sum(x)",
        "a.csv.x -> b.csv.y INDIRECT GROUP_BY",
        "a.csv.k -> b.csv.* INDIRECT FILTER",
    }


def test_column_lineage_names_an_input_that_the_event_does_not(world: World) -> None:
    world.take(event("COMPLETE", outputs=[lake("b", columnLineage=columns({"y": [("/a.csv", "x")]}))]))
    assert world.edges() == {(A, B)}


def test_later_run_replaces_the_columns_of_the_same_flow(world: World) -> None:
    for number, column in enumerate("xz"):
        facet = columns({"y": [("/a.csv", column)]})
        world.take(
            event("COMPLETE", f"r{number}", at=number, inputs=[lake("a")], outputs=[lake("b", columnLineage=facet)])
        )
    assert world.column_edges() == {"a.csv.z -> b.csv.y DIRECT"}


def test_failed_run_does_not_take_columns_away(world: World) -> None:
    facet = columns({"y": [("/a.csv", "x")]})
    world.take(event("COMPLETE", "r1", inputs=[lake("a")], outputs=[lake("b", columnLineage=facet)]))
    error = {"errorMessage": {"message": "disk full", "programmingLanguage": "JAVA"}}
    world.take(event("FAIL", "r2", at=9, inputs=[lake("a")], outputs=[lake("b")], run_facets=error))
    (name,) = world.names("openlineage_operation")
    found = world.attributes(name)
    assert world.column_edges() == {"a.csv.x -> b.csv.y DIRECT"}
    assert (found["status"], found["errorMessage"]) == ("Failed", "disk full")
    assert '"written":false' in str(found["evidence"])


def test_each_run_is_an_observation_with_its_state(world: World) -> None:
    sizes = {"outputStatistics": {"rowCount": 7, "size": 70}}
    world.take(event("START", "r1", inputs=[lake("a")], outputs=[lake("b")]))
    world.take(event("COMPLETE", "r1", at=1, inputs=[lake("a")], outputs=[lake("b", **sizes)]))
    world.take(event("RUNNING", "r2", at=2, inputs=[lake("a")], outputs=[lake("b")]))
    world.take(event("ABORT", "r3", at=3, inputs=[lake("a")], outputs=[lake("b")]))
    found = {row[0]: row[1:] for row in world.rows('SELECT run_id, status, "rows", bytes FROM observations')}
    assert found == {
        run_id("r1"): ("Completed", 7, 70),
        run_id("r2"): ("InProgress", None, None),
        run_id("r3"): ("Cancelled", None, None),
    }


def test_running_after_complete_leaves_it_complete(world: World) -> None:
    world.take(event("COMPLETE", at=1, inputs=[lake("a")]))
    world.take(event("RUNNING", at=2, inputs=[lake("a")]))
    assert world.attributes(JOB)["runState"] == "COMPLETE"


def test_explicit_lineage_of_a_dataset_shuts_other_inputs_out(world: World) -> None:
    said = {"inputs": [{"namespace": LAKE, "name": "/a.csv", "type": "DATASET"}]}
    nothing: dict[str, object] = {"inputs": []}
    outputs = [lake("c", lineage=said), lake("d", lineage=nothing)]
    world.take(event("COMPLETE", inputs=[lake("a"), lake("b")], outputs=outputs))
    assert world.edges() == {(A, C)}


@pytest.mark.parametrize("key", ["entries", "lineage"])
def test_explicit_lineage_of_a_job_names_its_targets(world: World, key: str) -> None:
    source = {"namespace": LAKE, "name": "/a.csv", "type": "DATASET", "field": "x"}
    entry = {"namespace": LAKE, "name": "/c.csv", "type": "DATASET", "fields": {"y": {"inputs": [source]}}}
    told = {"lineage": {key: [entry, {"type": "JOB", "inputs": [{**source, "name": "/b.csv"}]}]}}
    world.take(event("COMPLETE", job_facets=told))
    assert world.edges() == {(A, C)}
    assert world.column_edges() == {"a.csv.x -> c.csv.y DIRECT"}
    assert (B,) in world.rows("SELECT qualified_name FROM entities WHERE status = 0")


def test_declared_lineage_is_that_of_the_last_job_event(world: World) -> None:
    world.take(job_event(at=1, inputs=[lake("a")], outputs=[lake("b")]))
    world.take(job_event(at=2, inputs=[lake("c")], outputs=[lake("b")]))
    world.take(job_event(at=0, inputs=[lake("d")], outputs=[lake("b")]))
    assert world.edges() == {(C, B)}


def test_dataset_event_makes_an_asset_without_lineage(world: World) -> None:
    about = {"documentation": {"description": "Orders."}, "ownership": {"owners": [{"name": "team:sales"}]}}
    world.take(dataset_event(lake("a", schema=schema("x"), **about)))
    found = world.attributes(A, "DataSet")
    assert (found["description"], found["owner"]) == ("Orders.", "team:sales")
    assert world.names("openlineage_job") == []


def test_symlink_makes_two_names_one_asset(world: World) -> None:
    world.take(event("COMPLETE", "r1", inputs=[dataset("db.t", HIVE)], outputs=[lake("b")]))
    link = {"symlinks": {"identifiers": [{"namespace": HIVE, "name": "db.t", "type": "TABLE"}]}}
    world.take(event("COMPLETE", "r2", at=1, job="fill", inputs=[lake("c")], outputs=[lake("a", **link)]))
    assert world.edges() == {(A, B), (C, A)}
    assert world.names("DataSet") == []


def test_dropped_table_goes_and_comes_back_with_the_next_run(world: World) -> None:
    world.take(event("COMPLETE", "r1", inputs=[lake("a")], outputs=[lake("b")]))
    drop = {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}
    world.take(event("COMPLETE", "r2", at=5, job="drop", outputs=[lake("b", **drop)]))
    assert world.names("azure_datalake_gen2_path") == [A]
    world.take(event("COMPLETE", "r3", at=9, job="again", inputs=[lake("c")], outputs=[lake("b")]))
    assert world.edges() == {(C, B)}


def test_renamed_table_comes_from_its_old_name(world: World) -> None:
    rename = {
        "lifecycleStateChange": {
            "lifecycleStateChange": "RENAME",
            "previousIdentifier": {"namespace": LAKE, "name": "/a.csv"},
        },
        "schema": schema("x"),
    }
    world.take(event("COMPLETE", outputs=[lake("b", **rename)]))
    assert world.edges() == {(A, B)}
    assert world.column_edges() == {"a.csv.x -> b.csv.x DIRECT IDENTITY"}


@pytest.mark.parametrize("key", ["parent", "parentRun"])
def test_parent_facet_puts_a_job_below_its_parent(world: World, key: str) -> None:
    parent = {key: {"run": {"runId": run_id("p")}, "job": {"namespace": "airflow", "name": "dag.task"}}}
    world.take(event("COMPLETE", inputs=[lake("a")], outputs=[lake("b")], run_facets=parent))
    above = [
        header.attributes["name"]
        for header in world.catalog.assets.parents(world.catalog.entities.guid_of("openlineage_job", JOB))
    ]
    assert above == ["airflow", "dag.task"]
    lineage = world.catalog.lineage.walk(
        world.catalog.entities.guid_of("openlineage_job", "openlineage://airflow/jobs/dag.task")
    )
    assert {str(header.attributes["qualifiedName"]) for header in lineage.guid_entity_map.values()} >= {A, B}


def test_jobs_that_are_each_others_parent_do_no_harm(world: World) -> None:
    for job, parent in (("one", "two"), ("two", "one"), ("one", "one")):
        facet = {"parent": {"run": {"runId": run_id("p")}, "job": {"namespace": "spark", "name": parent}}}
        world.take(event("COMPLETE", job, job=job, inputs=[lake("a")], outputs=[lake("b")], run_facets=facet))
    guid = world.catalog.entities.guid_of("openlineage_job", "openlineage://spark/jobs/one")
    assert world.catalog.lineage.walk(guid, include_parent=True).relations


def test_datasets_without_a_namespace_meet_only_inside_a_job(world: World) -> None:
    world.take(event("COMPLETE", "r1", job="one", outputs=[dataset("t", "")]))
    world.take(event("COMPLETE", "r2", job="two", inputs=[dataset("t", "")]))
    assert len(world.names("DataSet")) == 2
    assert world.edges() == set()


def test_column_lineage_without_a_namespace_means_the_jobs_own(world: World) -> None:
    facet = {"fields": {"y": {"inputFields": [{"namespace": "", "name": "t", "field": "x"}]}}}
    world.take(event("COMPLETE", inputs=[dataset("t", "")], outputs=[lake("b", columnLineage=facet)]))
    assert world.column_edges() == {"t.x -> b.csv.y DIRECT"}
    assert len(world.names("DataSet")) == 1


def test_job_that_explicit_lineage_names_is_no_data_set(world: World) -> None:
    said = {"inputs": [{"namespace": "spark", "name": "generator", "type": "JOB"}]}
    world.take(event("COMPLETE", inputs=[lake("a")], outputs=[lake("b", lineage=said)]))
    assert world.names("DataSet") == []
    assert world.edges() == set()


def test_unknown_facets_are_kept_and_shown(world: World) -> None:
    facet = {"_producer": "https://example.org", "anything": [1, {"deep": None}]}
    world.take(
        event(
            "COMPLETE",
            inputs=[lake("a", custom=facet, dataQualityMetrics={"rowCount": 3})],
            run_facets={"acme_run": facet},
            job_facets={"acme_job": facet, "sql": {"query": "select 1"}},
        )
    )
    assert world.custom(A, "DataSet").keys() == {"openlineage.custom", "openlineage.dataQualityMetrics"}
    assert {"openlineage.job.acme_job", "openlineage.run.acme_run"} <= world.custom(JOB).keys()
    assert world.attributes(JOB)["sql"] == "select 1"


def test_descriptive_facets_may_be_empty(world: World) -> None:
    nothing: dict[str, object] = {"sql": {"query": None}, "documentation": {}}
    assert world.take(event("FAIL", job_facets=nothing, run_facets={"errorMessage": {"message": None}}))
    assert world.attributes(JOB)["status"] == "Failed"


def test_facet_too_large_for_a_property_is_shown_by_its_size(world: World) -> None:
    world.take(event("COMPLETE", run_facets={"spark_plan": {"plan": "x" * 100_000}}))
    assert world.custom(JOB)["openlineage.run.spark_plan"] == '{"bytes":100011}'


def test_deleted_facet_is_shown_no_more(world: World) -> None:
    world.take(dataset_event(lake("a", documentation={"description": "old"}, other={"x": 1})))
    gone = {"_deleted": True}
    world.take(dataset_event(lake("a", documentation=gone, other=gone), at=1))
    assert world.custom(A, "DataSet") == {}
    assert world.attributes(A, "DataSet").get("description") is None


def test_asset_that_is_a_view_already_stays_one(world: World) -> None:
    name = "mssql://srv.database.windows.net/db/dbo/v"
    Desk(world.catalog).write(entity("azure_sql_view", name))
    world.take(event("COMPLETE", inputs=[dataset("db.dbo.v", SQL, schema=schema("x"))], outputs=[lake("b")]))
    assert world.names("azure_sql_table") == []
    assert world.edges() == {(name, B)}


def test_replay_into_another_catalog_draws_the_same_graph(world: World, empty_account: Path, tmp_path: Path) -> None:
    facet = columns({"y": [("/a.csv", "x")]})
    sizes = {"outputStatistics": {"rowCount": 7, "size": 70}}
    parent = {"parent": {"run": {"runId": run_id("p")}, "job": {"namespace": "airflow", "name": "dag"}}}
    world.take(event("START", "r1", inputs=[lake("a", schema=schema("x"))], run_facets=parent))
    world.take(event("COMPLETE", "r1", at=1, outputs=[lake("b", columnLineage=facet, **sizes)]))
    world.take(
        event("FAIL", "r2", at=2, job="other", inputs=[lake("b")], run_facets={"errorMessage": {"message": "m"}})
    )
    world.take(job_event(at=3, job="plan", inputs=[lake("b")], outputs=[lake("c")]))
    world.take(dataset_event(lake("d", schema=schema("x"), documentation={"description": "text"})))
    other = World.open(tmp_path / "other", empty_account)
    for given in world.entry.replay():
        other.take(json.loads(json.dumps(given)))
    found = other.graph()
    other.catalog.close()
    assert found == world.graph()


def test_replay_since_a_time_leaves_older_runs_out(world: World) -> None:
    world.take(event("COMPLETE", "r1", at=1, outputs=[lake("a")]))
    world.take(event("COMPLETE", "r2", at=9, outputs=[lake("a")]))
    (last,) = world.entry.replay(1772323205_000_000)
    assert last["run"]["runId"] == run_id("r2")  # type: ignore[index]
