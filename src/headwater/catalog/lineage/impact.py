"""The impact list: every asset and column that data of an asset reaches, or comes from, with one shortest way to each.

Of a process, or of what contains processes, it begins with the assets and columns that these write, or read.

The search keeps integers only; names, ways and runs are read for the page that is shown.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from headwater.catalog.collections import collection_names
from headwater.catalog.lineage.around import MAX_DEPTH, lineage_base
from headwater.catalog.lineage.column_steps import Kind, column_keys
from headwater.catalog.lineage.edges import operations_of
from headwater.catalog.lineage.steps import Way, kinds, starts
from headwater.catalog.lineage.stops import SeenBy, Stop, column_assets, column_names, last_runs, stops
from headwater.catalog.lineage.trace import AssetSearch, Bounds, ColumnSearch
from headwater.catalog.lineage.ways import ColumnHop, Hop, Ways, legs
from headwater.catalog.model import Shape
from headwater.catalog.reading import Row
from headwater.catalog.store import Store
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.errors import Fault, Invalid

MAX_LIMIT = 10_000
_TOKEN = re.compile(r"(\d{1,4})\.(\d{1,18})")
Place = tuple[int, int]
"""Distance and key: the order of the list."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What to list. Without `columns` all that the asset reaches; with them what these columns reach.

    `most` bounds the search: it stops at so many assets and processes, or columns, and says that it did.
    """

    way: Way = "OUTPUT"
    columns: tuple[str, ...] = ()
    depth: int = MAX_DEPTH
    limit: int = 100
    continuation: str | None = None
    as_of: datetime.datetime | None = None
    derived: bool = False
    most: int = 100_000


class ReachedColumn(Shape, frozen=True):
    """A column of a reached asset; `*` are its rows. `kind` is DIRECT if a way of DIRECT edges leads to it."""

    name: str
    kind: Kind
    distance: int
    path: tuple[ColumnHop, ...]


class Reached(Shape, frozen=True):
    """An asset that is reached. `kind` is that of its best column; None where no process told columns."""

    asset: Stop
    distance: int
    kind: Kind | None
    path: tuple[Hop, ...]
    columns: tuple[ReachedColumn, ...]
    last_run: SeenBy | None
    """The last run that saw the last edge of the path."""


class Totals(Shape, frozen=True):
    """How much there is in all, also of what the caller may not read (`hidden` assets, which are not listed)."""

    assets: int
    columns: int
    operations: int
    hidden: int
    truncated: bool


class Impact(Shape, frozen=True):
    """A page of the list: nearest first. `continuation_token` asks for the next one; None at the end."""

    base: Stop
    direction: Way
    columns: tuple[str, ...]
    totals: Totals
    value: tuple[Reached, ...]
    continuation_token: str | None


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns that were reached, by asset."""

    every: ColumnSearch
    direct: Collection[int]
    by_asset: Mapping[int, Sequence[int]]

    def kind(self, column: int) -> Kind:
        return "DIRECT" if column in self.direct else "INDIRECT"

    def kind_of(self, asset: int) -> Kind | None:
        found = {self.kind(column) for column in self.by_asset.get(asset, ())}
        return "DIRECT" if "DIRECT" in found else "INDIRECT" if found else None


class ImpactList:
    """Answers what depends on an asset, or what it depends on."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def of(self, guid: str, asked: Question, readable: Collection[str] | None = None) -> Impact:
        """Return a page of the list. Assets outside the `readable` collections are counted, and not listed.

        Raises NotFound for the entity, Invalid for what makes no sense. Columns that no process named reach nothing.
        """
        after = _check(asked)
        with self._store.read() as connection:
            types = self._types.at(connection)
            base = lineage_base(connection, guid, types)
            return _Listing(connection, types, base, asked, readable).page(after)


def _check(asked: Question) -> Place:
    if not 1 <= asked.depth <= MAX_DEPTH or not 1 <= asked.limit <= MAX_LIMIT or asked.most < 1:
        cure = f"Use a depth of 1 to {MAX_DEPTH} and a limit of 1 to {MAX_LIMIT}."
        raise Invalid(Fault("CAT-026", f"No impact list of depth {asked.depth}, limit {asked.limit}", cure=cure))
    if asked.continuation is None:
        return (0, 0)
    if (found := _TOKEN.fullmatch(asked.continuation)) is None:
        cure = "Send the continuationToken of the page before."
        raise Invalid(Fault("CAT-026", f"'{asked.continuation}' is no continuation of an impact list", cure=cure))
    return int(found[1]), int(found[2])


class _Listing:
    """One request's work: search, choose the page, read what it shows."""

    def __init__(
        self, connection: Connection, types: TypeSet, base: Row, asked: Question, readable: Collection[str] | None
    ) -> None:
        self._connection = connection
        self._types = types
        self._base = base
        self._asked = asked
        self._readable = readable
        bounds = Bounds(asked.way, asked.depth, asked.as_of, asked.most, asked.derived)
        begin = starts(connection, base["id"], base["type_id"], types)
        self._assets = AssetSearch(connection, types, begin, bounds)
        operations = [id for id, is_process in begin.items() if is_process]
        # Processes have no columns of their own that could be asked for by name.
        self._columns = self._search_columns(bounds, [] if asked.columns else operations)

    def _search_columns(self, bounds: Bounds, operations: Sequence[int]) -> _Columns:
        begin = column_keys(self._connection, self._base["id"], self._asked.columns, self._types)
        every = ColumnSearch(self._connection, begin, bounds, operations=operations)
        every.run()
        direct = every
        if not every.all_direct:
            direct = ColumnSearch(self._connection, begin, bounds, ("DIRECT",), operations)
            direct.run()
        assets = column_assets(self._connection, every.trace.levels)
        by_asset: dict[int, list[int]] = {}
        for column, level in every.trace.levels.items():
            if level:
                by_asset.setdefault(assets[column], []).append(column)
        reached = {column for column, level in direct.trace.levels.items() if level}
        return _Columns(every, reached, by_asset)

    def page(self, after: Place) -> Impact:
        """Return the assets behind a place of the list."""
        distances, operations, truncated = self._by_columns() if self._asked.columns else self._by_assets()
        listed = kinds(self._connection, distances)
        names = collection_names(self._connection)
        seen = [id for id in distances if self._readable is None or names[listed[id][1]] in self._readable]
        order = sorted((distances[id], id) for id in seen)
        left = [place for place in order if place > after]
        chosen = left[: self._asked.limit]
        shown = stops(self._connection, [self._base["id"]], self._types, self._readable)
        return Impact(
            base=shown[self._base["id"]],
            direction=self._asked.way,
            columns=self._asked.columns,
            totals=Totals(
                assets=len(distances),
                columns=sum(len(self._columns.by_asset.get(id, ())) for id in distances),
                operations=operations,
                hidden=len(distances) - len(seen),
                truncated=truncated,
            ),
            value=tuple(self._shown(chosen)),
            continuation_token="{}.{}".format(*chosen[-1]) if len(left) > len(chosen) else None,
        )

    def _by_assets(self) -> tuple[dict[int, int], int, bool]:
        """Return the distance of every reached asset, the number of operations between, and whether all were found."""
        trace, search = self._assets.run(), self._assets
        met = [id for id in trace.levels if id != self._base["id"]]
        assets = {id: trace.levels[id] for id in met if not search.is_process(id)}
        operations = sum(search.is_process(id) for id in trace.levels)
        return assets, operations, trace.truncated or self._columns.every.trace.truncated

    def _by_columns(self) -> tuple[dict[int, int], int, bool]:
        trace = self._columns.every.trace
        assets = {
            asset: min(trace.levels[column] for column in columns) for asset, columns in self._columns.by_asset.items()
        }
        over = [came.over for came in trace.came.values() if came.over is not None]
        # Where somebody drew an edge by hand, an asset stands for the operation.
        tellers = kinds(self._connection, operations_of(self._connection, over)).values()
        operations = sum(type_id in self._assets.process_types for type_id, _ in tellers)
        return assets, operations, trace.truncated

    def _shown(self, chosen: Sequence[Place]) -> Iterator[Reached]:
        """Yield what the list says of each asset."""
        ways = Ways(self._connection, self._types, self._readable, self._asked.way)
        columns = {id: sorted(self._columns.by_asset.get(id, ()), key=self._order) for _, id in chosen}
        routes = {column: self._route(column) for several in columns.values() for column in several}
        if self._asked.columns:
            every = ways.of_columns([routes[columns[id][0]] for _, id in chosen])
        else:
            every = [legs(self._assets.trace.way_to(id), self._assets.is_process) for _, id in chosen]
        last = [way[-1].operation for way in every]
        runs = last_runs(self._connection, [id for id in last if id is not None], self._asked.as_of)
        shown = stops(self._connection, [id for _, id in chosen], self._types, self._readable)
        names = column_names(self._connection, routes)
        column_paths = dict(zip(routes, ways.column_hops(list(routes.values())), strict=True))
        for (distance, id), path, operation in zip(chosen, ways.hops(every), last, strict=True):
            yield Reached(
                asset=shown[id],
                distance=distance,
                kind=self._columns.kind_of(id),
                path=path,
                columns=tuple(self._reached(column, names[column][1], column_paths[column]) for column in columns[id]),
                last_run=_last_run(runs, operation, path[-1]),
            )

    def _route(self, column: int) -> list[int]:
        return [came.over for _, came in self._columns.every.way_to(column) if came.over is not None]

    def _reached(self, column: int, name: str, path: tuple[ColumnHop, ...]) -> ReachedColumn:
        distance = self._columns.every.trace.levels[column]
        return ReachedColumn(name=name, kind=self._columns.kind(column), distance=distance, path=path)

    def _order(self, column: int) -> Place:
        return self._columns.every.trace.levels[column], column


def _last_run(runs: Mapping[int, SeenBy], operation: int | None, last: Hop) -> SeenBy | None:
    """Return the run behind the last hop, if its process may be read."""
    if operation is None or last.operation is None or last.operation.guid is None:
        return None
    return runs.get(operation)
