"""Stale operations: those that the last runs of what they belong to did not report.

An operation belongs to an activity, and that to a pipeline; each report of a run names all three. So an operation is
stale when the last N runs of its activity, or of its pipeline, that went well have all passed without it. Time alone
makes nothing stale: what does not run has nothing new to say. A failed run says nothing of what is no longer so; of a
pipeline, a run in which an activity failed is such a one. A job that reports no runs of its own (OpenLineage's) has
those of its operations.

Nothing is kept for this: it is read from the observations, by index, a few rows for each operation that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache

import msgspec
from sqlalchemy import Connection, FromClause, Select, bindparam, case, func, literal, select

from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import IS_LIVE, entities, observations
from headwater.catalog.writing.reports import FAILED

SLICE = 5_000
"""Operations that a search for stale ones looks at in one statement."""
Runs = Select[str, int]
"""Runs that went well: id, and when it was seen (milliseconds)."""
RunsOf = Callable[[FromClause], Runs]
"""Takes a table of holders with the columns `id` and `since`, to which the runs are correlated."""


class Stale(msgspec.Struct, frozen=True):
    """A stale operation by its key, and when it was last reported (milliseconds)."""

    id: int
    last_seen: int


class _Operation(msgspec.Struct, frozen=True):
    id: int
    activity: int
    pipeline: int | None
    last_seen: int


def stale(connection: Connection, operations: Collection[int], after_runs: int) -> frozenset[int]:
    """Return those of these operations, by key, that are stale; what never reported a run is not."""
    return frozenset(found.id for found in stale_among(connection, operations, after_runs))


def stale_among(connection: Connection, operations: Collection[int], after_runs: int) -> list[Stale]:
    """Like `stale`, with the time at which each was last seen, in the order of the keys."""
    asked = connection.execute(_asked(), {"wanted": packed(sorted(set(operations)))})
    known = [_Operation(id, activity, pipeline, at) for id, activity, pipeline, at in asked if at is not None]
    passed: set[int] = set()
    for runs_of, holders in _held(connection, known):
        passed |= _passed(connection, holders, runs_of, after_runs)
    return [Stale(one.id, one.last_seen) for one in sorted(known, key=lambda one: one.id) if one.id in passed]


def stale_after(
    connection: Connection, key: int, after_runs: int, types: Collection[int], slices: int
) -> tuple[list[Stale], int | None]:
    """Return stale entities of these types whose keys are above `key`, and the key from which to go on (None: end).

    At most `slices` statements are asked, so that one answer never walks through a whole catalog.
    """
    found: list[Stale] = []
    table = entities.c
    for _ in range(slices):
        query = select(table.id).where(table.id > key, table.type_id.in_(sorted(types)), IS_LIVE)
        ids = list(connection.execute(query.order_by(table.id).limit(SLICE)).scalars())
        found += stale_among(connection, ids, after_runs)
        if len(ids) < SLICE:
            return found, None
        key = ids[-1]
    return found, key


def _held(
    connection: Connection, known: Collection[_Operation]
) -> Iterable[tuple[RunsOf, list[tuple[_Operation, int]]]]:
    """Pair the operations with what holds them, by the way in which that tells its runs."""
    table, wanted = observations.c, listed()
    activities = packed(sorted({one.activity for one in known}))
    reporting = select(table.operation_id).join(wanted, table.operation_id == integer(wanted)).distinct()
    telling = set(connection.execute(reporting, {"wanted": activities}).scalars())
    return (
        (_own, [(one, one.activity) for one in known if one.activity in telling]),
        (_of_parts, [(one, one.activity) for one in known if one.activity not in telling]),
        (_without_failed_parts, [(one, one.pipeline) for one in known if one.pipeline is not None]),
    )


def _passed(
    connection: Connection, held: Collection[tuple[_Operation, int]], runs_of: RunsOf, after_runs: int
) -> set[int]:
    """Return the operations that none of the last N runs of their holder saw.

    Runs overlap, so an operation that was last seen before the Nth last run is looked for in these runs by their ids.
    """
    holders = packed(sorted({holder for _, holder in held}))
    given = {"wanted": holders, "before": after_runs - 1}
    nth = {id: at for id, at in connection.execute(_nth_last(runs_of), given) if at is not None}
    suspects = [(one.id, holder, nth[holder]) for one, holder in held if holder in nth and one.last_seen < nth[holder]]
    seen = set(connection.execute(_seen_since(runs_of), {"wanted": packed(suspects)}).scalars())
    return {id for id, _, _ in suspects} - seen


# Statements are built once: making one takes longer than running it for few operations.
@cache
def _asked() -> Select[int, int, int | None, int | None]:
    wanted = listed()
    operation, activity = entities.alias("operation"), entities.alias("activity")
    last_seen = select(func.max(observations.c.seen_at)).where(observations.c.operation_id == operation.c.id)
    return (
        select(operation.c.id, activity.c.id, activity.c.parent_id, last_seen.scalar_subquery())
        .select_from(wanted)
        .join(operation, operation.c.id == integer(wanted))
        .join(activity, activity.c.id == operation.c.parent_id)
    )


@cache
def _nth_last(runs_of: RunsOf) -> Select[int, int | None]:
    wanted = listed()
    key, ever = integer(wanted).label("id"), literal(0).label("since")
    holders = select(key, ever).select_from(wanted).subquery("holders")
    runs = runs_of(holders)
    seen_at = runs.selected_columns[1]
    nth = runs.with_only_columns(seen_at).order_by(seen_at.desc()).limit(1).offset(bindparam("before"))
    return select(holders.c.id, nth.scalar_subquery())


@cache
def _seen_since(runs_of: RunsOf) -> Select[int]:
    wanted = listed()
    operation, holder, since = (integer(wanted, position) for position in range(3))
    columns = (operation.label("operation"), holder.label("id"), since.label("since"))
    suspects = select(*columns).select_from(wanted).subquery("suspects")
    seen = observations.alias("seen")
    runs = runs_of(suspects)
    run_id = runs.selected_columns[0]
    met = select(seen.c.run_id).where(
        seen.c.operation_id == suspects.c.operation, seen.c.run_id.in_(runs.with_only_columns(run_id))
    )
    return select(suspects.c.operation).where(met.correlate(suspects).exists())


def _own(holders: FromClause) -> Runs:
    ran = observations.alias("ran")
    went_well = (ran.c.operation_id == holders.c.id, ran.c.status != FAILED, ran.c.seen_at >= holders.c.since)
    return select(ran.c.run_id, ran.c.seen_at).where(*went_well).correlate(holders)


def _without_failed_parts(holders: FromClause) -> Runs:
    ran, part, told = observations.alias("ran"), entities.alias("part"), observations.alias("told")
    failed = select(part.c.id).where(
        part.c.parent_id == holders.c.id,
        told.c.operation_id == part.c.id,
        told.c.run_id == ran.c.run_id,
        told.c.status == FAILED,
    )
    mine = (ran.c.operation_id == holders.c.id, ran.c.status != FAILED, ran.c.seen_at >= holders.c.since)
    return select(ran.c.run_id, ran.c.seen_at).where(*mine, ~failed.correlate(holders, ran).exists()).correlate(holders)


def _of_parts(holders: FromClause) -> Runs:
    part, told = entities.alias("part"), observations.alias("told")
    seen_at = func.max(told.c.seen_at)
    failures = func.sum(case((told.c.status == FAILED, 1), else_=0))
    return (
        select(told.c.run_id, seen_at.label("seen_at"))
        .join(part, part.c.id == told.c.operation_id)
        .where(part.c.parent_id == holders.c.id)
        .group_by(told.c.run_id)
        .having(failures == 0, seen_at >= holders.c.since)
        .correlate(holders)
    )
