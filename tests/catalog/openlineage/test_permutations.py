"""Whatever the order of a job's events, and however often they come, the graph is the same."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.openlineage.world import LAKE, SQL, Json, World, columns, dataset, dataset_event, event, job_event, schema

HIVE = "hive://metastore:9083"
PLACES = {"t": HIVE, "v": SQL}
FACETS: tuple[Json, ...] = (
    {},
    {"schema": schema("x", "y")},
    {"schema": schema("y", "z")},
    {"columnLineage": columns({"y": [("a", "x")]})},
    {"columnLineage": columns({"y": [("b", "x")], "z": [("a", "x")]})},
    {"symlinks": {"identifiers": [{"namespace": HIVE, "name": "db.dbo.t", "type": "TABLE"}]}},
    {"symlinks": {"identifiers": []}},
    {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}},
    {
        "lifecycleStateChange": {
            "lifecycleStateChange": "RENAME",
            "previousIdentifier": {"namespace": LAKE, "name": "a"},
        },
        "schema": schema("x"),
    },
    {"lineage": {"inputs": [{"namespace": LAKE, "name": "c", "type": "DATASET", "field": "k"}]}},
    {"datasetType": {"datasetType": "VIEW"}, "schema": schema("x")},
    {"outputStatistics": {"rowCount": 3, "size": 30}},
    {"ownership": {"owners": [{"name": "team:a"}]}, "documentation": {"description": "text"}},
)
datasets = st.builds(
    lambda name, facets: (
        dataset(f"db.dbo.{name}", PLACES[name], **facets) if name in PLACES else dataset(name, **facets)
    ),
    st.sampled_from(("a", "b", "c", "t", "v")),
    st.sampled_from(FACETS),
)
some = st.lists(datasets, max_size=2)
parents = st.sampled_from([{}, {"parent": {"run": {"runId": "x"}, "job": {"namespace": "spark", "name": "merge"}}}])
run_events = st.builds(
    lambda kind, run, at, job, inputs, outputs, facets: event(
        kind, run, at=at, job=job, inputs=inputs, outputs=outputs, run_facets=facets
    ),
    st.sampled_from(("START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER")),
    st.sampled_from(("r1", "r2")),
    st.integers(0, 5),
    st.sampled_from(("load", "merge")),
    some,
    some,
    parents,
)
job_events = st.builds(
    lambda at, inputs, outputs: job_event(at=at, inputs=inputs, outputs=outputs), st.integers(0, 5), some, some
)
dataset_events = st.builds(lambda at, given: dataset_event(given, at=at), st.integers(0, 5), datasets)
events = st.lists(st.one_of(run_events, run_events, run_events, job_events, dataset_events), min_size=1, max_size=5)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=events, data=st.data())
def test_any_order_and_repetition_gives_the_same_graph(
    empty_account: Path, events: Sequence[Json], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(list(events)), max_size=2))
    shuffled = data.draw(st.permutations([*events, *again]))
    with tempfile.TemporaryDirectory() as folder:
        worlds = [World.open(Path(folder) / str(number), empty_account) for number in range(3)]
        one, other, batch = worlds
        for given_event in events:
            one.take(given_event)
        for given_event in shuffled:
            other.take(given_event)
        batch.take(*shuffled)
        graphs = [world.graph() for world in worlds]
        for world in worlds:
            world.catalog.close()
    assert graphs[1] == graphs[0]
    assert graphs[2] == graphs[0]
