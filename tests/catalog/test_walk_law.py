"""A walk finds what a plain reading of the same events finds: on any graph, with cycles, hubs and self-loops."""

import datetime
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from headwater.catalog.model import LineageInfo

START = 1_700_000_000_000
DATASETS = 7
RUNS = itertools.count()
Edge = tuple[str, str]


@dataclass(frozen=True)
class Event:
    """A process told what it reads and writes; the n-th event was seen n seconds after the first."""

    process: int
    reads: frozenset[int]
    writes: frozenset[int]


@dataclass(frozen=True)
class Question:
    start: int
    way: str
    depth: int
    width: int
    as_of: int | None
    """Number of the last event that counts; None: all, and only what holds now."""


some = st.frozensets(st.integers(0, DATASETS - 1), max_size=5)
events = st.lists(st.builds(Event, st.integers(0, 4), some, some), min_size=1, max_size=7)
questions = st.builds(
    Question,
    st.integers(0, DATASETS + 4),
    st.sampled_from(["INPUT", "OUTPUT"]),
    st.integers(1, 4),
    st.sampled_from([-1, 1, 2, 3]),
    st.none() | st.integers(0, 6),
)


# An edge that ended and came again.
WRITES, NOTHING = Event(0, frozenset(), frozenset([0])), Event(0, frozenset(), frozenset())


def write(desk: Desk, told: Iterable[Event], run: str) -> None:
    datasets = (entity("DataSet", f"{run} d{n}") for n in range(DATASETS))
    desk.write(*datasets, *(entity("azure_synapse_operation", f"{run} p{n}") for n in range(5)))
    for number, event in enumerate(told):
        desk.write(
            entity(
                "azure_synapse_operation",
                f"{run} p{event.process}",
                inputs=[ref("DataSet", f"{run} d{n}") for n in sorted(event.reads)],
                outputs=[ref("DataSet", f"{run} d{n}") for n in sorted(event.writes)],
                runId=f"{run} {number}",
                lastRunTime=START + number * 1000,
            )
        )


def node(number: int) -> str:
    return f"d{number}" if number < DATASETS else f"p{number - DATASETS}"


def edges_of(told: list[Event], as_of: int | None) -> set[Edge]:
    """Read the events: an edge holds from the first event that tells it to the first of its process that does not."""
    now: dict[int, set[Edge]] = {}
    for event in told if as_of is None else told[: as_of + 1]:
        process = f"p{event.process}"
        now[event.process] = {(f"d{n}", process) for n in event.reads} | {(process, f"d{n}") for n in event.writes}
    return {edge for mine in now.values() for edge in mine}


def plain_walk(edges: set[Edge], asked: Question) -> tuple[set[str], set[Edge], dict[str, int]]:
    """Return nodes, edges, and how many neighbours each entered node has."""
    start = node(asked.start)
    nodes, walked, totals = {start}, set[Edge](), dict[str, int]()
    level = [start]
    hops = 2 * asked.depth - (asked.start >= DATASETS)
    for _ in range(hops):
        met: list[str] = []
        for here in level:
            far = sorted(
                (a if asked.way == "INPUT" else b) for a, b in edges if here == (b if asked.way == "INPUT" else a)
            )
            totals[here] = len(far)
            for there in far if asked.width == -1 else far[: asked.width]:
                walked.add((there, here) if asked.way == "INPUT" else (here, there))
                if there not in nodes:
                    nodes.add(there)
                    met.append(there)
        level = met
    return nodes, walked, totals


def names(desk: Desk, info: LineageInfo, run: str) -> dict[str, str]:
    return {guid: desk.name(guid).removeprefix(f"{run} ") for guid in info.guid_entity_map}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=events, asked=st.lists(questions, min_size=1, max_size=6))
@example(told=[WRITES, NOTHING, WRITES], asked=[Question(0, "INPUT", 1, width, 2) for width in (-1, 1, 2)])
@example(told=[WRITES, NOTHING, WRITES], asked=[Question(0, "INPUT", 1, -1, at) for at in (0, 1, 2, None)])
def test_walk_finds_what_a_plain_reading_of_the_events_finds(
    told: list[Event], asked: list[Question], desk: Desk
) -> None:
    run = f"run{next(RUNS)}"
    write(desk, told, run)
    for question in asked:
        edges = edges_of(told, question.as_of)
        kind = "DataSet" if question.start < DATASETS else "azure_synapse_operation"
        as_of = None
        if question.as_of is not None:
            as_of = datetime.datetime.fromtimestamp(START / 1000 + question.as_of, datetime.UTC)
        guid = desk.guid(f"{run} {node(question.start)}", kind)
        info = desk.catalog.lineage.walk(
            guid, direction=question.way, depth=question.depth, width=question.width, as_of=as_of
        )
        short = names(desk, info, run)
        nodes, walked, totals = plain_walk(edges, question)
        assert set(short.values()) == nodes
        assert {(short[edge.from_entity_id], short[edge.to_entity_id]) for edge in info.relations} == walked
        assert len(info.relations) == len(walked)
        counts = {short[guid]: number for guid, number in (info.width_counts[question.way] or {}).items()}
        assert {name: counts[name] for name in totals if name in counts} == {
            name: total for name, total in totals.items() if name in counts
        }


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=events, start=st.integers(0, DATASETS - 1), size=st.integers(1, 3))
def test_pages_of_a_nodes_neighbours_meet_without_gap_or_overlap(
    told: list[Event], start: int, size: int, desk: Desk
) -> None:
    run = f"page{next(RUNS)}"
    write(desk, told, run)
    guid = desk.guid(f"{run} d{start}", "DataSet")
    for way in ("INPUT", "OUTPUT"):
        found: list[str] = []
        for offset in range(0, 6, size):
            info = desk.catalog.lineage.next_page(guid, direction=way, offset=offset, limit=size)
            short = names(desk, info, run)
            ends = [(short[edge.from_entity_id], short[edge.to_entity_id]) for edge in info.relations]
            mine = [a if way == "INPUT" else b for a, b in ends if (b if way == "INPUT" else a) == f"d{start}"]
            found += sorted(mine)
        every = [
            (a if way == "INPUT" else b) for a, b in edges_of(told, None) if (b if way == "INPUT" else a) == f"d{start}"
        ]
        assert found == sorted(every)


def test_edge_that_a_late_report_took_away_for_a_while_is_shown_once(desk: Desk) -> None:
    """Its records overlap: the late report says nothing of when the edge ended, so that is when it came."""

    def tell(second: int, *writes: str) -> None:
        outputs = [ref("DataSet", name) for name in writes]
        told = {"outputs": outputs, "runId": f"r{second}", "lastRunTime": START + second * 1000}
        desk.write(entity("azure_synapse_operation", "p", **told))

    desk.write(entity("DataSet", "a"), entity("DataSet", "b"))
    tell(5, "a")
    tell(1, "b")
    tell(6, "a")
    for second, expected in ((1, {"b"}), (5, {"a", "b"}), (6, {"a"}), (7, {"a"})):
        as_of = datetime.datetime.fromtimestamp(START / 1000 + second, datetime.UTC)
        info = desk.catalog.lineage.walk(desk.guid("p", "Process"), direction="OUTPUT", depth=1, as_of=as_of)
        assert sorted(desk.name(edge.to_entity_id) for edge in info.relations) == sorted(expected)


def test_level_with_very_many_edges_is_cut_at_the_width(desk: Desk) -> None:
    """A hub is counted and read by page; the rest of its level is read as ever."""
    spokes = [f"p{n:05d}" for n in range(4_100)]
    desk.write(entity("DataSet", "hub"), entity("DataSet", "small"))
    for at in range(0, len(spokes), 1000):
        desk.write(
            *(
                entity("azure_synapse_operation", name, inputs=[ref("DataSet", "hub")], outputs=[])
                for name in spokes[at : at + 1000]
            )
        )
    both = [ref("DataSet", "hub"), ref("DataSet", "small")]
    desk.write(entity("azure_synapse_operation", "q", outputs=both))
    info = desk.catalog.lineage.walk(desk.guid("q", "Process"), direction="OUTPUT", depth=2, width=3)
    short = {guid: desk.name(guid) for guid in info.guid_entity_map}
    assert set(short.values()) == {"q", "hub", "small", *spokes[:3]}
    counts = {short[guid]: number for guid, number in (info.width_counts["OUTPUT"] or {}).items()}
    assert (counts["hub"], counts["small"]) == (len(spokes), 0)
    last = desk.catalog.lineage.next_page(desk.guid("hub", "DataSet"), direction="OUTPUT", offset=4_098, limit=10)
    assert {desk.name(edge.to_entity_id) for edge in last.relations} == set(spokes[4_098:])
