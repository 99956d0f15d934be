"""Walks against brute force on generated graphs, and what the answer holds beside the graph."""

import datetime
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from headwater.errors import CatalogError

# Operations as (inputs, outputs) over datasets 0..7; cycles and empty sides are fine.
GRAPHS = st.lists(
    st.tuples(st.frozensets(st.integers(0, 7), max_size=3), st.frozensets(st.integers(0, 7), max_size=3)), max_size=8
)


def build(desk: Desk, graph: list[tuple[frozenset[int], frozenset[int]]], prefix: str = "") -> None:
    datasets = [entity("DataSet", f"{prefix}d{number}") for number in range(8)]
    processes = [
        entity(
            "Process",
            f"{prefix}p{number}",
            inputs=[ref("DataSet", f"{prefix}d{i}") for i in sorted(inputs)],
            outputs=[ref("DataSet", f"{prefix}d{i}") for i in sorted(outputs)],
        )
        for number, (inputs, outputs) in enumerate(graph)
    ]
    desk.write(*datasets, *processes)


def brute(graph: list[tuple[frozenset[int], frozenset[int]]], start: str, depth: int) -> set[tuple[str, str]]:
    """Return the edges within `depth` levels both ways, by definition: one level is dataset, process, dataset."""
    arrows = {(f"d{i}", f"p{n}") for n, (inputs, _) in enumerate(graph) for i in inputs}
    arrows |= {(f"p{n}", f"d{i}") for n, (_, outputs) in enumerate(graph) for i in outputs}
    found: set[tuple[str, str]] = set()
    for here, there in ((0, 1), (1, 0)):
        level = {start}
        for _ in range(2 * depth if start[0] == "d" else 2 * depth - 1):
            edges = {arrow for arrow in arrows if arrow[here] in level}
            found |= edges
            level = {arrow[there] for arrow in edges}
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=GRAPHS, start=st.integers(0, 7), depth=st.integers(1, 4))
def test_walk_of_any_graph_equals_brute_force(
    graph: list[tuple[frozenset[int], frozenset[int]]], start: int, depth: int, desk: Desk
) -> None:
    prefix = f"{uuid.uuid4()}/"
    build(desk, graph, prefix)
    for name in (f"d{start}", *(["p0"] if graph else [])):
        info = desk.catalog.lineage.walk(desk.guid(prefix + name), depth=depth, width=-1)
        names = {
            guid: str(header.attributes["qualifiedName"]).removeprefix(prefix)
            for guid, header in info.guid_entity_map.items()
        }
        found = {(names[arrow.from_entity_id], names[arrow.to_entity_id]) for arrow in info.relations}
        assert found == brute(graph, name, depth)
        assert len(info.relations) == len(found)


def test_walk_of_a_hub_stops_at_the_width_and_tells_how_many_there_are(desk: Desk) -> None:
    build(desk, [(frozenset({0}), frozenset({1 + number % 7})) for number in range(30)])
    info = desk.catalog.lineage.walk(desk.guid("d0"), direction="OUTPUT", depth=1, width=4)
    hub = desk.guid("d0")
    assert sum(arrow.from_entity_id == hub for arrow in info.relations) == 4
    assert info.width_counts["OUTPUT"][hub] == 30


def test_next_page_goes_on_where_the_walk_stopped(desk: Desk) -> None:
    build(desk, [(frozenset({0}), frozenset({1 + number % 7})) for number in range(10)])
    hub = desk.guid("d0")
    pages = [desk.catalog.lineage.next_page(hub, direction="OUTPUT", offset=offset, limit=4) for offset in (0, 4, 8)]
    seen = [{arrow.to_entity_id for arrow in page.relations if arrow.from_entity_id == hub} for page in pages]
    assert [len(page) for page in seen] == [4, 4, 2]
    assert len(set.union(*seen)) == 10
    assert all(any(arrow.from_entity_id != hub for arrow in page.relations) for page in pages)


# w ── p ── a ── op: what contains an operation has its lineage.
def nested(desk: Desk) -> None:
    desk.write(
        entity("DataSet", "x"),
        entity("DataSet", "y"),
        entity("azure_synapse_workspace", "w"),
        entity("azure_synapse_pipeline", "p", rel_workspace=ref("azure_synapse_workspace", "w")),
        entity("azure_synapse_copy_activity", "a", rel_pipeline=ref("azure_synapse_pipeline", "p")),
        entity(
            "azure_synapse_operation",
            "op",
            inputs=[ref("DataSet", "x")],
            outputs=[ref("DataSet", "y")],
            rel_parent=ref("azure_synapse_copy_activity", "a"),
        ),
    )


@pytest.mark.parametrize("base", ["w", "p", "a", "op", "x", "y"])
def test_walk_from_anything_around_an_operation_shows_its_edges(base: str, desk: Desk) -> None:
    nested(desk)
    info = desk.catalog.lineage.walk(desk.guid(base), depth=1)
    arrows = {(desk.name(arrow.from_entity_id), desk.name(arrow.to_entity_id)) for arrow in info.relations}
    assert arrows == {("x", "op"), ("op", "y")}


def test_walk_with_parents_names_the_chain_up_to_the_workspace(desk: Desk) -> None:
    nested(desk)
    info = desk.catalog.lineage.walk(desk.guid("x"), include_parent=True)
    chain = {(desk.name(link.child_entity_id), desk.name(link.parent_entity_id)) for link in info.parent_relations}
    assert chain == {("op", "a"), ("a", "p"), ("p", "w")}
    assert {desk.name(guid) for guid in info.guid_entity_map} == {"x", "y", "op", "a", "p", "w"}


def test_children_count_of_an_activity_is_its_operations(desk: Desk) -> None:
    nested(desk)
    assert desk.catalog.lineage.walk(desk.guid("a")).children_count == 1
    assert desk.catalog.lineage.walk(desk.guid("x")).children_count == 0


def test_walk_as_of_an_earlier_time_shows_edges_that_have_ended(desk: Desk) -> None:
    nested(desk)
    before = datetime.datetime.now(datetime.UTC) + datetime.timedelta(milliseconds=2)
    while datetime.datetime.now(datetime.UTC) < before:
        pass
    desk.catalog.entities.delete([desk.guid("y")], by="tester")
    assert len(desk.catalog.lineage.walk(desk.guid("x")).relations) == 1
    assert len(desk.catalog.lineage.walk(desk.guid("x"), as_of=before).relations) == 2


def test_direct_lineage_between_datasets_is_a_level_of_its_own(desk: Desk) -> None:
    desk.write(entity("DataSet", "a"), entity("DataSet", "b"), entity("DataSet", "c"))
    for source, sink in (("a", "b"), ("b", "c")):
        desk.write(entity("DataSet", source, rel_sinks=[ref("DataSet", sink)]))
    assert len(desk.catalog.lineage.walk(desk.guid("a"), depth=1).relations) == 1
    assert len(desk.catalog.lineage.walk(desk.guid("a"), depth=2).relations) == 2


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"depth": 0}, "CAT-026"), ({"width": 0}, "CAT-026"), ({"depth": 10_000}, "CAT-026")],
)
def test_walk_with_senseless_parameters_is_refused(asked: dict[str, int], code: str, desk: Desk) -> None:
    nested(desk)
    with pytest.raises(CatalogError) as refused:
        desk.catalog.lineage.walk(desk.guid("x"), **asked)
    assert refused.value.code == code


def test_walk_of_what_has_no_lineage_is_refused(desk: Desk) -> None:
    desk.write(entity("azure_storage_account", "s"))
    with pytest.raises(CatalogError) as refused:
        desk.catalog.lineage.walk(desk.guid("s"))
    assert refused.value.code == "CAT-027"


def test_degrees_count_open_edges_both_ways(desk: Desk) -> None:
    nested(desk)
    found = desk.catalog.lineage.degrees([desk.guid("x"), desk.guid("op"), "no such guid"])
    assert {desk.name(guid): (degree.upstream, degree.downstream) for guid, degree in found.items()} == {
        "x": (0, 1),
        "op": (1, 1),
    }
