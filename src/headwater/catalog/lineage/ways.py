"""Ways as lists show them: from keys, as a search leaves them, to names. Read for many ways at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from headwater.catalog.lineage.column_steps import Kind
from headwater.catalog.lineage.edges import Told, relationships_between, told_edges
from headwater.catalog.lineage.steps import Way
from headwater.catalog.lineage.stops import Stop, column_names, relationship_guids, stops
from headwater.catalog.lineage.trace import Came
from headwater.catalog.model import Shape
from headwater.catalog.store.schema import DIRECT
from headwater.catalog.types import TypeSet


class Hop(Shape, frozen=True):
    """One asset further on a way. `operation` is None where no process stands between.

    `relationship_id` is the edge at the asset; None if `derived`: the asset gathers the one before it on the way, or
    is gathered by it.
    """

    operation: Stop | None
    asset: Stop
    relationship_id: str | None = None
    derived: bool = False


class ColumnHop(Shape, frozen=True):
    """One column edge on a way. Columns of assets that may not be read have no names. `operation` is None as above."""

    operation: Stop | None
    source: Stop
    source_column: str | None
    sink: Stop
    sink_column: str | None
    kind: Kind
    subtype: str
    expression: str | None


class Leg(NamedTuple):
    """A hop by keys. `link` is a relationship, or the two entities between which it stands, or None."""

    operation: int | None
    asset: int
    link: int | tuple[int, int] | None


def legs(way: Iterable[tuple[int, Came]], is_process: Callable[[int], bool]) -> list[Leg]:
    """Return a way that a search found, asset by asset."""
    return [Leg(came.near if is_process(came.near) else None, id, came.over) for id, came in way if not is_process(id)]


@dataclass(frozen=True, slots=True)
class Ways:
    """Reads what ways show. `readable` are the collections that may be read; None: all."""

    connection: Connection
    types: TypeSet
    readable: Collection[str] | None
    way: Way

    def of_columns(self, edges: Sequence[Sequence[int]]) -> list[list[Leg]]:
        """Return the assets on ways of column edges."""
        told = told_edges(self.connection, [id for way in edges for id in way])
        assets = column_names(self.connection, [end for edge in told.values() for end in (edge.source, edge.sink)])
        return [[self._leg(told[id], assets) for id in way] for way in edges]

    def _leg(self, told: Told, assets: dict[int, tuple[int, str]]) -> Leg:
        source, sink = assets[told.source][0], assets[told.sink][0]
        asset = source if self.way == "INPUT" else sink
        if told.operation == sink:
            return Leg(None, asset, (source, sink))
        pair = (asset, told.operation) if self.way == "INPUT" else (told.operation, asset)
        return Leg(told.operation, asset, pair)

    def hops(self, ways: Sequence[Sequence[Leg]]) -> list[tuple[Hop, ...]]:
        """Return ways of assets as they are shown."""
        every = [leg for way in ways for leg in way]
        ends = {leg.asset for leg in every} | {leg.operation for leg in every if leg.operation is not None}
        shown = stops(self.connection, ends, self.types, self.readable)
        guids = relationship_guids(self.connection, [leg.link for leg in every if isinstance(leg.link, int)])
        pairs = relationships_between(self.connection, [leg.link for leg in every if isinstance(leg.link, tuple)])
        return [
            tuple(
                Hop(
                    operation=None if leg.operation is None else shown[leg.operation],
                    asset=shown[leg.asset],
                    relationship_id=guids[leg.link] if isinstance(leg.link, int) else pairs.get(leg.link or (0, 0)),
                    derived=leg.link is None,
                )
                for leg in way
            )
            for way in ways
        ]

    def column_hops(self, ways: Sequence[Sequence[int]]) -> list[tuple[ColumnHop, ...]]:
        """Return ways of column edges as they are shown."""
        told = told_edges(self.connection, [id for way in ways for id in way])
        names = column_names(self.connection, [end for edge in told.values() for end in (edge.source, edge.sink)])
        assets = {asset for asset, _ in names.values()}
        shown = stops(self.connection, assets | {edge.operation for edge in told.values()}, self.types, self.readable)
        return [tuple(column_hop(told[id], names, shown) for id in way) for way in ways]


def column_hop(told: Told, names: dict[int, tuple[int, str]], shown: dict[int, Stop]) -> ColumnHop:
    """Return a column edge as it is shown; `names` are assets and names of columns."""
    (source, source_column), (sink, sink_column) = names[told.source], names[told.sink]
    operation = shown[told.operation]
    return ColumnHop(
        operation=None if told.operation == sink else operation,
        source=shown[source],
        source_column=source_column if shown[source].guid else None,
        sink=shown[sink],
        sink_column=sink_column if shown[sink].guid else None,
        kind="DIRECT" if told.kind == DIRECT else "INDIRECT",
        subtype=told.subtype,
        expression=told.expression if all(end.guid for end in (operation, shown[source], shown[sink])) else None,
    )
