"""What goes through sets: the walk, the list and the shortest way all mean the same, on any graph with any sets."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from catalog.lineage.events import DATASETS, Event, Fed, Pair, derived_levels, events, flows, moment, moments, tell
from headwater.catalog import clock
from headwater.catalog.lineage import Path, Question, Sought
from headwater.catalog.lineage.ways import Hop
from headwater.errors import CatalogError

LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SET, FILE, OPERATION = "resource_set", "resource_set_file", "azure_synapse_operation"
GATHERED = {
    "name": "gathered_by_hand",
    "relationshipCategory": "ASSOCIATION",
    "options": {"membersEnd": "1"},
    "endDef1": {"type": "DataSet", "name": "partOf", "cardinality": "SET"},
    "endDef2": {"type": "DataSet", "name": "partsOfIt", "cardinality": "SET"},
}
datasets = st.integers(0, DATASETS - 1)
gathered = st.frozensets(st.tuples(datasets, datasets).filter(lambda pair: pair[0] != pair[1]), max_size=4)


@pytest.fixture
def gathering(desk: Desk) -> Desk:
    """Any dataset may gather any others."""
    desk.catalog.types.create({"relationshipDefs": [GATHERED]}, by="tester")
    return desk


def gather(desk: Desk, run: str, pairs: frozenset[Pair]) -> None:
    for member in {member for member, _ in pairs}:
        wholes = [ref("DataSet", f"{run}d{whole}") for one, whole in sorted(pairs) if one == member]
        desk.write(entity("DataSet", f"{run}d{member}", rel_partOf=wholes))


def one_way(source: int, sink: int, process: int) -> Event:
    return Event(process, frozenset({Fed(source, "a", sink, "a")}))


# d0 → d1 ∈ d2 ∋ d3 → d4: from one member over the whole to another no data flows.
ACROSS = [one_way(0, 1, 0), one_way(3, 4, 1)]
# d0 leads to the whole too, but later: from there data flows to each member.
ROUND = [one_way(0, 1, 0), one_way(1, 2, 1), one_way(3, 4, 2)]
BOTH_IN_D2 = frozenset({(1, 2), (3, 2)})


@LAW
@given(told=events, pairs=gathered, start=datasets, end=datasets, as_of=moments, depth=st.sampled_from([1, 2, 100]))
@example(told=ACROSS, pairs=BOTH_IN_D2, start=0, end=4, as_of=None, depth=100)
@example(told=ROUND, pairs=BOTH_IN_D2, start=0, end=4, as_of=None, depth=100)
def test_way_between_any_assets_goes_through_sets_as_a_plain_reading_does(
    told: list[Event],
    pairs: frozenset[Pair],
    start: int,
    end: int,
    as_of: int | None,
    depth: int,
    gathering: Desk,
) -> None:
    run = tell(gathering, told)
    gather(gathering, run, pairs)
    # The events lie in the past, when nothing was gathered yet.
    bonds = pairs if as_of is None else frozenset()
    ends = [gathering.guid(f"{run}d{n}", "DataSet") for n in (start, end)]
    sought = Sought(start=ends[0], end=ends[1], depth=depth, as_of=moment(as_of), derived=True)
    found = gathering.catalog.paths.between(sought)
    distance = derived_levels(flows(told, as_of), bonds, start, up=False).get(end)
    if distance is None:
        assert found.outcome == "NONE" or (found.outcome == "NONE_WITHIN_DEPTH" and depth < 100)
    elif distance > depth:
        assert found.outcome == "NONE_WITHIN_DEPTH"
    else:
        assert (found.outcome, found.distance) == ("FOUND", distance)
        check_way(found.path, start, end, run, flows(told, as_of), bonds, up=False)
        assert sum(not hop.derived for hop in found.path) == distance


def check_way(
    path: Sequence[Hop], start: int, end: int, run: str, arrows: set[Pair], bonds: frozenset[Pair], *, up: bool
) -> None:
    """Each hop is an edge, or a bond with none right before it; the way leads from start to end."""
    here, was_bond = start, False
    for hop in path:
        there = int(str(hop.asset.name).removeprefix(f"{run}d"))
        if hop.derived:
            assert not was_bond
            assert hop.operation is None
            assert {(here, there), (there, here)} & bonds
        else:
            assert hop.relationship_id
            assert ((there, here) if up else (here, there)) in arrows
        here, was_bond = there, hop.derived
    assert here == end


@LAW
@given(told=events, pairs=gathered, start=datasets, up=st.booleans(), as_of=moments)
@example(told=ACROSS, pairs=BOTH_IN_D2, start=0, up=False, as_of=None)
@example(told=ROUND, pairs=BOTH_IN_D2, start=0, up=False, as_of=None)
@example(told=ROUND, pairs=BOTH_IN_D2, start=4, up=True, as_of=None)
def test_list_and_walk_go_through_sets_as_a_plain_reading_does(
    told: list[Event], pairs: frozenset[Pair], start: int, up: bool, as_of: int | None, gathering: Desk
) -> None:
    run = tell(gathering, told)
    gather(gathering, run, pairs)
    bonds = pairs if as_of is None else frozenset()
    guid, at = gathering.guid(f"{run}d{start}", "DataSet"), moment(as_of)
    expected = derived_levels(flows(told, as_of), bonds, start, up=up)
    way = "INPUT" if up else "OUTPUT"
    found = gathering.catalog.impact.of(guid, Question(way=way, derived=True, as_of=at))
    levels = {int(str(one.asset.name).removeprefix(f"{run}d")): one.distance for one in found.value}
    assert {start: 0} | levels == expected
    for one in found.value:
        end = int(str(one.asset.name).removeprefix(f"{run}d"))
        check_way(one.path, start, end, run, flows(told, as_of), bonds, up=up)
        assert sum(not hop.derived for hop in one.path) == one.distance
    walk = gathering.catalog.lineage.walk(guid, direction=way, depth=50, width=-1, derived=True, as_of=at)
    names = {gathering.name(node).removeprefix(run) for node in walk.guid_entity_map}
    assert {name for name in names if name[0] == "d"} == {f"d{n}" for n in expected}


def op(name: str, reads: tuple[str, str], writes: tuple[str, str]) -> dict[str, object]:
    return entity(OPERATION, name, inputs=[ref(*reads)], outputs=[ref(*writes)])


@pytest.fixture
def files(desk: Desk) -> Desk:
    """x → o1 → f1 ∈ s, f2 ∈ s, s → o2 → y, f2 → o3 → z; w → o4 → s."""
    desk.write(*(entity("DataSet", name) for name in "wxyz"), entity(SET, "s"))
    desk.write(*(entity(FILE, name, rel_resourceSet=ref(SET, "s")) for name in ("f1", "f2")))
    desk.write(
        op("o1", ("DataSet", "x"), (FILE, "f1")),
        op("o2", (SET, "s"), ("DataSet", "y")),
        op("o3", (FILE, "f2"), ("DataSet", "z")),
        op("o4", ("DataSet", "w"), (SET, "s")),
    )
    return desk


def way(desk: Desk, start: str, end: str, **asked: object) -> Path:
    guids = [desk.guid(name, "DataSet") for name in (start, end)]
    return desk.catalog.paths.between(Sought(start=guids[0], end=guids[1], **{"derived": True, **asked}))


@pytest.mark.parametrize(
    ("start", "end", "distance", "hops"),
    [
        ("x", "y", 2, [("o1", "f1"), (None, "s"), ("o2", "y")]),
        ("x", "s", 1, [("o1", "f1"), (None, "s")]),
        ("f1", "y", 1, [(None, "s"), ("o2", "y")]),
        ("f1", "s", 0, [(None, "s")]),
        ("s", "f1", 0, [(None, "f1")]),
        ("s", "z", 1, [(None, "f2"), ("o3", "z")]),
        ("w", "z", 2, [("o4", "s"), (None, "f2"), ("o3", "z")]),
        ("w", "f1", 1, [("o4", "s"), (None, "f1")]),
        ("w", "y", 2, [("o4", "s"), ("o2", "y")]),
        ("s", "s", 0, []),
    ],
)
def test_way_tells_where_it_goes_from_a_file_to_its_set_or_back(
    start: str, end: str, distance: int, hops: list[tuple[str | None, str]], files: Desk
) -> None:
    found = way(files, start, end)
    assert (found.outcome, found.distance) == ("FOUND", distance)
    assert [(hop.operation and hop.operation.name, hop.asset.name) for hop in found.path] == hops
    assert [hop.derived for hop in found.path] == [operation is None for operation, _ in hops]


@pytest.mark.parametrize(("start", "end"), [("x", "z"), ("f1", "f2"), ("f1", "z"), ("x", "f2"), ("y", "x")])
def test_no_way_leads_from_a_file_over_its_set_to_another(start: str, end: str, files: Desk) -> None:
    assert (way(files, start, end).outcome, way(files, start, end).path) == ("NONE", ())


@pytest.mark.parametrize(("start", "end"), [("x", "y"), ("x", "s"), ("f1", "y"), ("w", "z"), ("s", "f1")])
def test_way_does_not_go_through_sets_unasked(start: str, end: str, files: Desk) -> None:
    assert way(files, start, end, derived=False).outcome == "NONE"


def test_way_through_a_set_that_was_left_is_there_as_of_then(files: Desk) -> None:
    before = clock.now()
    while clock.now() <= before + 1:
        pass
    files.catalog.entities.delete([files.guid("s", SET)], by="tester")
    x, y = files.guid("x", "DataSet"), files.guid("y", "DataSet")
    now = files.catalog.paths.between(Sought(start=x, end=y, derived=True))
    then = files.catalog.paths.between(Sought(start=x, end=y, derived=True, as_of=clock.moment(before + 1)))
    assert (now.outcome, then.outcome) == ("NONE", "FOUND")


def test_bond_costs_no_depth(files: Desk) -> None:
    assert way(files, "x", "y", depth=2).outcome == "FOUND"
    assert way(files, "x", "y", depth=1).outcome == "NONE_WITHIN_DEPTH"


def test_set_that_may_not_be_read_has_no_name_on_the_way(files: Desk) -> None:
    files.catalog.collections.put("secret", parent=files.catalog.name, friendly_name="secret", by="tester")
    files.catalog.moves.move([files.guid("s", SET)], "secret", by="tester")
    ends = [files.guid(name, "DataSet") for name in ("x", "y")]
    sought = Sought(start=ends[0], end=ends[1], derived=True)
    found = files.catalog.paths.between(sought, frozenset({files.catalog.name}))
    assert [hop.asset.name for hop in found.path] == ["f1", None, "y"]
    assert (found.path[1].asset.type_name, found.path[1].derived) == (SET, True)


def test_set_of_very_many_files_is_given_up_and_said_so(desk: Desk) -> None:
    desk.write(entity(SET, "s"), entity("DataSet", "y"))
    desk.write(*(entity(FILE, f"f{n}", rel_resourceSet=ref(SET, "s")) for n in range(12)))
    desk.write(op("o", (FILE, "f3"), ("DataSet", "y")))
    assert way(desk, "s", "y").outcome == "FOUND"
    assert way(desk, "y", "s", most=5).outcome == "GAVE_UP"


def test_columns_are_not_looked_for_through_sets(files: Desk) -> None:
    with pytest.raises(CatalogError) as refused:
        way(files, "x", "y", start_column="a", end_column="a")
    assert refused.value.code == "CAT-026"
