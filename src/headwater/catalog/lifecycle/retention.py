"""Retention: ended edges, observations and history that are older than the account keeps them.

What is open never goes: edges without an end, the last runs of each operation that exists, the last change of each
entity. Rows go slice by slice of the keys, each in a transaction of its own, so that writers wait for one slice only
and a purge that is cut short has done whole slices. A dry run asks the same conditions and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec
from sqlalchemy import Connection, Table, and_, delete, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from headwater.catalog import clock
from headwater.catalog.lifecycle.keeping import Keeping
from headwater.catalog.store import Store
from headwater.catalog.store.schema import (
    DELETED,
    column_edges,
    counters,
    entities,
    entity_changes,
    lineage_columns,
    lineage_edges,
    observations,
)

SLICE = 1_000
"""Entities of one slice; each has some hundreds of rows at most, but for hubs."""
ROWS = 20_000
"""Rows of one slice, of tables whose keys are rows."""
Stopping = Callable[[], bool]
DAY = 24 * 60 * 60 * 1000


class Purged(msgspec.Struct, frozen=True, rename="camel"):
    """How many rows went, or would go."""

    lineage_edges: int = 0
    column_edges: int = 0
    lineage_columns: int = 0
    observations: int = 0
    history: int = 0

    @property
    def total(self) -> int:
        return sum(msgspec.structs.astuple(self))


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which rows of a table go; `key` is the column that slices it, `counter` names the last key."""

    name: str
    table: Table
    key: ColumnElement[int]
    counter: Literal["column_edges", "entities", "lineage_columns"]
    condition: ColumnElement[bool]

    @property
    def size(self) -> int:
        return SLICE if self.counter == "entities" else ROWS


class Retention:
    """Removes what is over and too old."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def purge(
        self,
        keeping: Keeping,
        *,
        at: int | None = None,
        dry_run: bool = False,
        size: int | None = None,
        stopping: Stopping | None = None,
    ) -> Purged:
        """Remove what is older at the time `at` (milliseconds; default: now) than `keeping` says; tell how much.

        `size` is that of a slice, if it shall be another than the usual one.
        `stopping` is asked after each slice; the next purge goes on with what is left.
        """
        counts: dict[str, int] = {}
        for name, number in self._slices(keeping, clock.now() if at is None else at, dry_run, size):
            counts[name] = counts.get(name, 0) + number
            if stopping is not None and stopping():
                break
        return Purged(**counts)

    def _slices(self, keeping: Keeping, at: int, dry_run: bool, size: int | None) -> Iterator[tuple[str, int]]:
        for rule in _rules(keeping, at):
            with self._store.read() as connection:
                last = _last_key(connection, rule.counter)
            wide = size or rule.size
            for first in range(0, last + 1, wide):
                mine = and_(rule.key >= first, rule.key < first + wide, rule.condition)
                yield rule.name, self._count(rule, mine) if dry_run else self._remove(rule, mine)

    def _count(self, rule: _Rule, mine: ColumnElement[bool]) -> int:
        with self._store.read() as connection:
            query = select(func.count()).select_from(rule.table).where(mine)
            return int(connection.execute(query).scalar_one())

    def _remove(self, rule: _Rule, mine: ColumnElement[bool]) -> int:
        with self._store.write() as connection:
            return connection.execute(delete(rule.table).where(mine)).rowcount


def _rules(keeping: Keeping, at: int) -> Iterator[_Rule]:
    if keeping.ended_edges is not None:
        cutoff = at - keeping.ended_edges * DAY
        over = lineage_edges.c.ended_at < cutoff
        yield _Rule("lineage_edges", lineage_edges, lineage_edges.c.source_id, "entities", over)
        over = column_edges.c.ended_at < cutoff
        yield _Rule("column_edges", column_edges, column_edges.c.id, "column_edges", over)
        yield _Rule("lineage_columns", lineage_columns, lineage_columns.c.id, "lineage_columns", _is_unused(cutoff))
    if keeping.observations is not None:
        old = observations.c.seen_at < at - keeping.observations * DAY
        kept = max(1, keeping.stale_after_runs)
        rule = and_(old, or_(_is_deleted(observations.c.operation_id), _is_followed(kept)))
        yield _Rule("observations", observations, observations.c.operation_id, "entities", rule)
    if keeping.history is not None:
        old = entity_changes.c.changed_at < at - keeping.history * DAY
        yield _Rule("history", entity_changes, entity_changes.c.entity_id, "entities", and_(old, _is_overtaken()))


def _last_key(connection: Connection, counter: str) -> int:
    return int(connection.execute(select(counters.c.value).where(counters.c.name == counter)).scalar() or 0)


def _is_deleted(key: ColumnElement[int]) -> ColumnElement[bool]:
    return select(entities.c.id).where(entities.c.id == key, entities.c.status == DELETED).exists()


def _is_followed(count: int) -> ColumnElement[bool]:
    """Tell whether the operation has at least this many newer observations."""
    newer = observations.alias("newer")
    nth = (
        select(newer.c.seen_at)
        .where(newer.c.operation_id == observations.c.operation_id)
        .order_by(newer.c.seen_at.desc())
        .limit(1)
        .offset(count - 1)
        .correlate(observations)
    )
    return observations.c.seen_at < nth.scalar_subquery()


def _is_overtaken() -> ColumnElement[bool]:
    later = entity_changes.alias("later")
    mine = (later.c.entity_id == entity_changes.c.entity_id) & (later.c.version > entity_changes.c.version)
    return select(later.c.version).where(mine).correlate(entity_changes).exists()


def _is_unused(cutoff: int) -> ColumnElement[bool]:
    """Tell whether the asset of a lineage column is deleted, and the column has no edge that stays."""
    stays = column_edges.c.ended_at.is_(None) | (column_edges.c.ended_at >= cutoff)
    ends = (column_edges.c.source_id, column_edges.c.sink_id)
    used = (select(column_edges.c.id).where(end == lineage_columns.c.id, stays).exists() for end in ends)
    return and_(_is_deleted(lineage_columns.c.entity_id), *(~one for one in used))
