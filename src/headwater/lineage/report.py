"""The lineage status that a client sees beside an activity's output, and what is still on its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
import sqlalchemy as sa

from headwater.lineage.store import HAS_LINEAGE, OUTBOX

Status = Literal["NotReported", "Pending", "Succeeded", "Failed", "Skipped"]

_CHUNK = 500  # SQLite allows a limited number of parameters in one statement


class ReportLineage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """`reportLineageToPurview`; `Succeeded` means read back from the account and found complete."""

    status: Status
    reason: str | None = None
    duration_in_seconds: float | None = None
    """From the activity's end to the account's proof that it has it all."""
    entities: int | None = None
    relationships: int | None = None
    attempts: int | None = None


NO_FACT = ReportLineage(
    status="NotReported", reason="No lineage was captured: the activity has not run, or it is no Copy or Data Flow."
)


def statuses(connection: sa.Connection, activity_run_ids: Iterable[str]) -> Mapping[str, ReportLineage]:
    """Return the lineage status of each activity run; one that gave no fact is `NotReported` with the reason.

    Of several attempts under one id the last counts.
    """
    ids = list(dict.fromkeys(activity_run_ids))
    found = dict.fromkeys(ids, NO_FACT)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        query = sa.select(OUTBOX).where(OUTBOX.c.activity_run_id.in_(chunk)).order_by(OUTBOX.c.sequence)
        for row in connection.execute(query):
            found[row.activity_run_id] = _report(row)
    return found


def with_lineage(output: Mapping[str, object], report: ReportLineage) -> dict[str, object]:
    """Return the activity's output with the section `reportLineageToPurview`."""
    return {**output, "reportLineageToPurview": msgspec.to_builtins(report)}


def waiting(connection: sa.Connection) -> Mapping[str, int]:
    """Return, for each workspace that has any, how many facts are still on their way."""
    query = (
        sa.select(OUTBOX.c.workspace, sa.func.count())
        .where(OUTBOX.c.next_attempt_at.is_not(None))
        .group_by(OUTBOX.c.workspace)
        .order_by(OUTBOX.c.workspace)
    )
    return dict(connection.execute(query).all())


def retry(connection: sa.Connection, activity_run_id: str) -> bool:
    """Send the facts of an activity run again at once; False if it has none that could be sent."""
    statement = (
        sa.update(OUTBOX)
        .where(
            OUTBOX.c.activity_run_id == activity_run_id,
            HAS_LINEAGE,
            OUTBOX.c.state.in_(("Pending", "Failed")),
        )
        .values(state="Pending", attempts=0, next_attempt_at=0)
    )
    return connection.execute(statement).rowcount > 0


def _report(row: sa.Row[tuple[object, ...]]) -> ReportLineage:
    return ReportLineage(
        status=row.state,
        reason=row.reason,
        duration_in_seconds=None if row.settled_at is None else max(0, row.settled_at - row.ended_at) / 1000,
        entities=row.entities,
        relationships=row.relationships,
        attempts=row.attempts or None,
    )
