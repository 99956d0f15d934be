"""Graphs told by events, and a plain reading of them: what the laws of lineage compare searches with."""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref

START = 1_700_000_000_000
DATASETS, PROCESSES = 5, 4
COLUMNS = ("a", "b")
RUNS = itertools.count()
Column = tuple[str, str]
"""Dataset, column; `*` are its rows. A process stands for what it writes, or reads, under the name ``."""
Pair = tuple[int, int]


@dataclass(frozen=True)
class Fed:
    """A column edge inside an event; a sink `*` is told as INDIRECT."""

    source: int
    column: str
    sink: int
    sink_column: str
    direct: bool = True

    @property
    def is_direct(self) -> bool:
        return self.direct and self.sink_column != "*"


@dataclass(frozen=True)
class Event:
    """A process told what it reads and writes, by its columns; the n-th event was seen n seconds after the first."""

    process: int
    fed: frozenset[Fed]


names = st.sampled_from(COLUMNS)
fed = st.builds(
    Fed,
    st.integers(0, DATASETS - 1),
    names,
    st.integers(0, DATASETS - 1),
    st.sampled_from([*COLUMNS, "*"]),
    st.booleans(),
)
events = st.lists(
    st.builds(Event, st.integers(0, PROCESSES - 1), st.frozensets(fed, max_size=4)), min_size=1, max_size=7
)
moments = st.none() | st.integers(0, 6)


def moment(number: int | None) -> datetime.datetime | None:
    """Return when the n-th event was seen."""
    return None if number is None else datetime.datetime.fromtimestamp(START / 1000 + number, datetime.UTC)


def tell(desk: Desk, told: Iterable[Event]) -> str:
    """Write the events; return the prefix of all names."""
    run = f"run{next(RUNS)}/"
    desk.write(*(entity("DataSet", f"{run}d{n}") for n in range(DATASETS)))
    desk.write(*(entity("azure_synapse_operation", f"{run}p{n}") for n in range(PROCESSES)))
    for number, event in enumerate(told):
        lines = [
            {
                "source": f"{run}d{one.source}",
                "sourceColumn": one.column,
                "sink": f"{run}d{one.sink}",
                "sinkColumn": one.sink_column,
                "type": "DIRECT" if one.is_direct else "INDIRECT",
            }
            for one in sorted(event.fed, key=repr)
        ]
        desk.write(
            entity(
                "azure_synapse_operation",
                f"{run}p{event.process}",
                inputs=[ref("DataSet", f"{run}d{n}") for n in sorted({one.source for one in event.fed})],
                outputs=[ref("DataSet", f"{run}d{n}") for n in sorted({one.sink for one in event.fed})],
                columnLineage=json.dumps(lines),
                runId=f"{run}{number}",
                lastRunTime=START + number * 1000,
            )
        )
    return run


def standing(told: list[Event], as_of: int | None) -> dict[int, tuple[int, frozenset[Fed]]]:
    """Return what each process said last, and in which event."""
    counted = told if as_of is None else told[: as_of + 1]
    return {event.process: (number, event.fed) for number, event in enumerate(counted)}


def flows(told: list[Event], as_of: int | None) -> set[Pair]:
    """Return from which dataset to which some process leads."""
    every = [fed for _, fed in standing(told, as_of).values()]
    return {(other.source, one.sink) for fed in every for one in fed for other in fed}


def asset_levels(told: list[Event], start: int, *, up: bool, depth: int, as_of: int | None) -> dict[str, int]:
    """Return how far each dataset is, by definition: one level is dataset, process, dataset."""
    levels = _levels({start: 0}, told, up=up, depth=depth, as_of=as_of)
    return {f"d{id}": number for id, number in levels.items() if id != start}


def levels_around(
    told: list[Event], processes: Collection[int], *, up: bool, depth: int, as_of: int | None
) -> dict[str, int]:
    """Return how far each dataset is from these processes: what they write, or read, is one level away."""
    mine = [one for process, (_, fed) in standing(told, as_of).items() if process in processes for one in fed]
    near = dict.fromkeys([one.source if up else one.sink for one in mine], 1)
    levels = _levels(near, told, up=up, depth=depth, as_of=as_of)
    return {f"d{id}": number for id, number in levels.items()}


def _levels(near: dict[int, int], told: list[Event], *, up: bool, depth: int, as_of: int | None) -> dict[int, int]:
    levels = dict(near)
    arrows = {(sink, source) if up else (source, sink) for source, sink in flows(told, as_of)}
    for number in range(1, depth + 1):
        for here, there in arrows:
            if levels.get(here) == number - 1:
                levels.setdefault(there, number)
    return levels


def derived_levels(flows: Collection[Pair], bonds: Collection[Pair], start: int, *, up: bool) -> dict[int, int]:
    """Return how far each dataset is where data also goes over one bond before, between and after two processes."""
    levels: dict[int, int] = {}
    led = {start}
    for number in range(2 * DATASETS + 1):
        near = led | {end for pair in bonds if led & set(pair) for end in pair}
        for id in near:
            levels.setdefault(id, number)
        led = {source if up else sink for source, sink in flows if (sink if up else source) in near}
    return levels


def column_levels(
    told: list[Event], starts: Iterable[Column], *, up: bool, depth: int, as_of: int | None, only_direct: bool = False
) -> Mapping[Column, int]:
    """Return how far each column is that an edge leads to; a column stands on its rows, and rows carry all columns."""
    every = {one for event in told for one in event.fed}
    named = {(f"d{one.source}", one.column) for one in every} | {(f"d{one.sink}", one.sink_column) for one in every}
    edges = {
        ((f"d{one.source}", one.column), (f"d{one.sink}", one.sink_column))
        for _, fed in standing(told, as_of).values()
        for one in fed
        if one.is_direct or not only_direct
    }
    for process, (_, fed) in standing(told, as_of).items():
        here = (f"p{process}", "")
        counted = [one for one in fed if one.is_direct or not only_direct]
        named.add(here)
        edges |= {
            ((f"d{one.source}", one.column), here) if up else (here, (f"d{one.sink}", one.sink_column))
            for one in counted
        }
    begin = {column for column in starts if column in named}
    met = dict.fromkeys(begin, 0)
    level, opened = set(begin), set(begin)
    for number in range(1, depth + 1):
        if not only_direct:
            if up:
                near = {(asset, "*") for asset, _ in level} & named
            else:
                near = {other for other in named if (other[0], "*") in level}
            level |= near - opened
            opened |= near
        reached = {far for near, far in ((b, a) if up else (a, b) for a, b in edges) if near in level} - met.keys()
        met.update(dict.fromkeys(reached, number))
        level = reached - opened
        opened |= reached
    return {column: number for column, number in met.items() if number}
