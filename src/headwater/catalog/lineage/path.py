"""The shortest way from one asset, or column, to another: searched from both ends at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection

from headwater.catalog.lineage.around import MAX_DEPTH, lineage_base
from headwater.catalog.lineage.column_steps import column_keys
from headwater.catalog.lineage.stops import Stop, stops
from headwater.catalog.lineage.trace import AssetSearch, Bounds, Came, ColumnSearch, Search
from headwater.catalog.lineage.ways import ColumnHop, Hop, Leg, Ways, legs
from headwater.catalog.model import Shape
from headwater.catalog.reading import Row
from headwater.catalog.store import Store
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.errors import Fault, Invalid

Outcome = Literal["FOUND", "NONE", "NONE_WITHIN_DEPTH", "GAVE_UP"]


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which way to look for. Both columns, or none.

    `derived`: also through the assets that gather others, from one end to the other of what holds the same data, once
    between two edges; between assets only. Each search gives up when it has met `most` assets and processes, or
    columns.
    """

    start: str
    """guid."""
    end: str
    start_column: str | None = None
    end_column: str | None = None
    depth: int = MAX_DEPTH
    as_of: datetime.datetime | None = None
    most: int = 100_000
    derived: bool = False


class Path(Shape, frozen=True):
    """Answer: `FOUND`; `NONE` at all; `NONE_WITHIN_DEPTH`; or `GAVE_UP`, as too much was met before one was found.

    `distance` counts levels: dataset to dataset, with the process between them. A `derived` hop is no level.
    """

    start: Stop
    end: Stop
    outcome: Outcome
    depth: int
    distance: int | None
    path: tuple[Hop, ...]
    columns: tuple[ColumnHop, ...]


class PathSearch:
    """Answers how data gets from here to there."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def between(self, sought: Sought, readable: Collection[str] | None = None) -> Path:
        """Return one shortest way. What is in no `readable` collection stands on it without its name.

        Raises NotFound for either end, Invalid for what makes no sense.
        """
        _check(sought)
        with self._store.read() as connection:
            types = self._types.at(connection)
            ends = [_end(connection, guid, types) for guid in (sought.start, sought.end)]
            ways = Ways(connection, types, readable, "OUTPUT")
            shown = stops(connection, [end["id"] for end in ends], types, readable)
            outcome: Outcome
            edges: list[int] = []
            if sought.start_column is None:
                outcome, path = _assets(connection, types, ends, sought)
            else:
                outcome, edges = _columns(connection, types, ends, sought)
                path = ways.of_columns([edges])[0]
            distance = sum(leg.link is not None for leg in path) if outcome == "FOUND" else None
            return Path(
                start=shown[ends[0]["id"]],
                end=shown[ends[1]["id"]],
                outcome=outcome,
                depth=sought.depth,
                distance=distance,
                path=ways.hops([path])[0],
                columns=ways.column_hops([edges])[0],
            )


def _check(sought: Sought) -> None:
    if not 1 <= sought.depth <= MAX_DEPTH or sought.most < 1:
        cure = f"Use a depth of 1 to {MAX_DEPTH}."
        raise Invalid(Fault("CAT-026", f"No path is looked for at a depth of {sought.depth}", cure=cure))
    if (sought.start_column is None) != (sought.end_column is None):
        message = "A path between columns needs a column at both ends"
        raise Invalid(Fault("CAT-026", message, cure="Send fromColumn and toColumn, or neither."))
    if sought.derived and sought.start_column is not None:
        message = "No path between columns goes through what assets gather"
        raise Invalid(Fault("CAT-026", message, cure="Ask without getDerivedLineage, or between the assets."))


def _end(connection: Connection, guid: str, types: TypeSet) -> Row:
    row = lineage_base(connection, guid, types)
    if not types.entities_by_id[row["type_id"]].is_dataset:
        message = f"A path leads from a dataset to a dataset; '{row['name']}' is none"
        raise Invalid(Fault("CAT-026", message, cure="Ask for what it reads or writes."))
    return row


def _bounds(sought: Sought) -> tuple[Bounds, Bounds]:
    rest = (sought.depth, sought.as_of, sought.most, sought.derived)
    return Bounds("OUTPUT", *rest), Bounds("INPUT", *rest)


def _assets(connection: Connection, types: TypeSet, ends: Sequence[Row], sought: Sought) -> tuple[Outcome, list[Leg]]:
    down, up = (
        AssetSearch(connection, types, [end["id"]], bounds) for end, bounds in zip(ends, _bounds(sought), strict=True)
    )
    met = _meet(down, up, sought.depth, lambda key: down.kinds[key][0] in down.process_types)
    if met.middle is None:
        return met.outcome, []
    kinds = {**down.kinds, **up.kinds}
    here = down.trace.way_to(met.middle, by_edge=met.by_edge)
    way = [*here, *_turned(up.trace.way_to(met.middle, by_edge=not met.by_edge))]
    return met.outcome, legs(way, lambda key: kinds[key][0] in down.process_types)


def _columns(connection: Connection, types: TypeSet, ends: Sequence[Row], sought: Sought) -> tuple[Outcome, list[int]]:
    names = (str(sought.start_column), str(sought.end_column))
    down, up = (
        ColumnSearch(connection, column_keys(connection, end["id"], (name,), types), bounds)
        for end, name, bounds in zip(ends, names, _bounds(sought), strict=True)
    )
    met = _meet(down, up, sought.depth, lambda _: False)
    if met.middle is None:
        return met.outcome, []
    way = [*down.way_to(met.middle, through=True), *_turned(up.way_to(met.middle, through=True))]
    return met.outcome, [came.over for _, came in way if came.over is not None]


class _Met(NamedTuple):
    """`by_edge`: whether an edge leads to the middle from the start; else one leads to the end from there."""

    outcome: Outcome
    middle: int | None = None
    by_edge: bool = True


def _meet(down: Search, up: Search, depth: int, halfway: Callable[[int], bool]) -> _Met:
    """Search from both ends, a level of the side with less to do at a time, until the two have met.

    What is `halfway` between levels counts half a level on either side. Where one side came over a bond, the other
    has to come by an edge: two bonds in a row would lead from a file over its set to another file.
    """
    while True:
        if ways := list(_joined(down, up, halfway)):
            _, middle, by_edge = min(ways)
            return _Met("FOUND", middle, by_edge)
        if down.trace.truncated or up.trace.truncated:
            return _Met("GAVE_UP")
        if not down.trace.front or not up.trace.front:
            return _Met("NONE")
        if down.trace.number + up.trace.number >= depth:
            return _Met("NONE_WITHIN_DEPTH")
        (down if len(down.trace.front) <= len(up.trace.front) else up).advance()


def _joined(down: Search, up: Search, halfway: Callable[[int], bool]) -> Iterator[tuple[int, int, bool]]:
    """Yield how long each way is that the two have found, where they met, and which of them came there by an edge."""
    below, above = down.distances(), up.distances()
    for key in below.keys() & above.keys():
        half = halfway(key)
        if (level := down.level_by_edge(key)) is not None:
            yield level + above[key] - half, key, True
        if (level := up.level_by_edge(key)) is not None:
            yield below[key] + level - half, key, False


def _turned(way: Sequence[tuple[int, Came]]) -> list[tuple[int, Came]]:
    """Return a way that was found from its end, as it goes to there."""
    return [(came.near, Came(id, came.over)) for id, came in reversed(way)]
