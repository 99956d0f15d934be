"""Derived lineage: a set has the lineage of its files, a file that of its set, and no file that of another."""

import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog import clock
from headwater.catalog.lineage import Question
from headwater.catalog.model import LineageInfo

SET, FILE = "resource_set", "resource_set_file"


def op(name: str, reads: tuple[str, str], writes: tuple[str, str]) -> dict[str, object]:
    return entity("azure_synapse_operation", name, inputs=[ref(*reads)], outputs=[ref(*writes)])


@pytest.fixture
def gathered(desk: Desk) -> Desk:
    """x → o1 → f1 ∈ s, f2 ∈ s, s → o2 → y, f2 → o3 → z."""
    desk.write(*(entity("DataSet", name) for name in "xyz"), entity(SET, "s"))
    for file in ("f1", "f2"):
        desk.write(entity(FILE, file, rel_resourceSet=ref(SET, "s")))
    desk.write(
        op("o1", ("DataSet", "x"), (FILE, "f1")),
        op("o2", (SET, "s"), ("DataSet", "y")),
        op("o3", (FILE, "f2"), ("DataSet", "z")),
    )
    return desk


def arrows(desk: Desk, info: LineageInfo) -> set[tuple[str, str]]:
    return {(desk.name(edge.from_entity_id), desk.name(edge.to_entity_id)) for edge in info.relations}


def bound(desk: Desk, info: LineageInfo) -> set[tuple[str, str]]:
    return {(desk.name(link.child_entity_id), desk.name(link.parent_entity_id)) for link in info.parent_relations}


ALL = {("x", "o1"), ("o1", "f1"), ("s", "o2"), ("o2", "y"), ("f2", "o3"), ("o3", "z")}


@pytest.mark.parametrize(
    ("base", "derived", "expected"),
    [
        ("s", False, {("s", "o2"), ("o2", "y")}),
        ("s", True, ALL),
        ("f1", False, {("x", "o1"), ("o1", "f1")}),
        ("f1", True, {("x", "o1"), ("o1", "f1"), ("s", "o2"), ("o2", "y")}),
        ("f2", True, {("f2", "o3"), ("o3", "z"), ("s", "o2"), ("o2", "y")}),
        ("y", True, ALL - {("f2", "o3"), ("o3", "z")}),
        ("x", True, {("x", "o1"), ("o1", "f1"), ("s", "o2"), ("o2", "y")}),
    ],
)
def test_walk_goes_through_sets_once_between_edges(
    base: str, derived: bool, expected: set[tuple[str, str]], gathered: Desk
) -> None:
    info = gathered.catalog.lineage.walk(gathered.guid(base, "DataSet"), width=-1, derived=derived)
    assert arrows(gathered, info) == expected


def test_members_stand_among_the_parent_relations(gathered: Desk) -> None:
    info = gathered.catalog.lineage.walk(gathered.guid("s", SET), derived=True)
    assert bound(gathered, info) == {("f1", "s"), ("f2", "s")}
    assert info.children_count == 2
    assert gathered.catalog.lineage.walk(gathered.guid("s", SET)).parent_relations == ()


def test_next_page_of_a_set_has_the_edges_of_its_files(gathered: Desk) -> None:
    guid = gathered.guid("s", SET)
    pages = [
        gathered.catalog.lineage.next_page(guid, direction="OUTPUT", offset=offset, limit=1, derived=True)
        for offset in (0, 1, 2)
    ]
    first = [{pair for pair in arrows(gathered, page) if pair[0] in ("s", "f2")} for page in pages]
    assert [len(found) for found in first] == [1, 1, 0]
    assert set.union(*first) == {("s", "o2"), ("f2", "o3")}


def test_impact_goes_through_sets_once_between_edges(gathered: Desk) -> None:
    def reached(name: str) -> dict[str, int]:
        asked = Question(derived=True)
        found = gathered.catalog.impact.of(gathered.guid(name, "DataSet"), asked)
        return {str(one.asset.name): one.distance for one in found.value}

    assert reached("x") == {"f1": 1, "s": 1, "y": 2}
    assert reached("s") == {"f1": 0, "f2": 0, "y": 1, "z": 1}
    (last,) = (
        one.path
        for one in gathered.catalog.impact.of(gathered.guid("x", "DataSet"), Question(derived=True)).value
        if one.asset.name == "y"
    )
    assert [(hop.asset.name, hop.derived) for hop in last] == [("f1", False), ("s", True), ("y", False)]


def test_set_that_was_left_counts_as_of_then(gathered: Desk) -> None:
    before = clock.now()
    while clock.now() <= before + 1:
        pass
    gathered.catalog.entities.delete([gathered.guid("s", SET)], by="tester")
    x = gathered.guid("x", "DataSet")
    now = gathered.catalog.lineage.walk(x, derived=True)
    then = gathered.catalog.lineage.walk(x, derived=True, as_of=clock.moment(before + 1))
    assert ("o2", "y") not in arrows(gathered, now)
    assert ("o2", "y") in arrows(gathered, then)


def test_option_of_a_type_makes_any_assets_gather_others(desk: Desk) -> None:
    """What Purview calls by other names can be told by whoever defines the type."""
    made = {
        "relationshipDefs": [
            {
                "name": "gathered_by_hand",
                "relationshipCategory": "ASSOCIATION",
                "options": {"membersEnd": "1"},
                "endDef1": {"type": "DataSet", "name": "partOf", "cardinality": "SET"},
                "endDef2": {"type": "DataSet", "name": "partsOfIt", "cardinality": "SET"},
            }
        ]
    }
    desk.catalog.types.create(made, by="tester")
    desk.write(*(entity("DataSet", name) for name in ("x", "whole")))
    desk.write(entity("DataSet", "part", rel_partOf=[ref("DataSet", "whole")]))
    desk.write(op("o", ("DataSet", "x"), ("DataSet", "part")))
    info = desk.catalog.lineage.walk(desk.guid("whole", "DataSet"), derived=True)
    assert arrows(desk, info) == {("x", "o"), ("o", "part")}
    assert bound(desk, info) == {("part", "whole")}
