"""What a process says of its run: when it was seen, and in which run. One row a run, however often it is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import observations
from headwater.catalog.store.upserts import upsert
from headwater.catalog.writing.subjects import Subject

FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Report:
    """A run of a process. A failed run adds to what is known, but says nothing of what is no longer so."""

    run_id: str
    activity_run_id: str
    seen_at: int
    status: str
    rows: int | None
    bytes: int | None


def reports_of(subjects: Sequence[Subject], at: int) -> dict[int, Report]:
    """Return the runs that the batch's processes report, by entity key."""
    found: dict[int, Report] = {}
    for subject in subjects:
        values = subject.attributes
        if not (subject.type.is_process and values.get("runId")):
            continue
        if any("runId" in draft.attributes for draft in subject.drafts):
            time = values.get("lastRunTime")
            found[subject.id] = Report(
                run_id=str(values["runId"]),
                activity_run_id=str(values.get("activityRunId") or ""),
                seen_at=time if isinstance(time, int) and time > 0 else at,
                status=str(values.get("status") or ""),
                rows=_number(values.get("rowCount")),
                bytes=_number(values.get("dataSize")),
            )
    return found


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def last_seen(connection: Connection, keys: Sequence[int]) -> dict[int, int]:
    """Return when each process was last seen, before this batch."""
    if not keys:
        return {}
    table = observations.c
    wanted = listed()
    query = select(table.operation_id, func.max(table.seen_at)).join(wanted, table.operation_id == integer(wanted))
    rows = connection.execute(query.group_by(table.operation_id), {"wanted": packed(keys)})
    return dict(rows.all())


ROW = ("operation_id", "run_id", "activity_run_id", "seen_at", "status", "rows", "bytes")


def keep(connection: Connection, reports: Mapping[int, Report], fresh: Collection[int] = ()) -> None:
    """Write the reports; the same run sent again changes only what it now says differently.

    `fresh` are processes that were never seen before.
    """
    rows = [
        (id, report.run_id, report.activity_run_id, report.seen_at, report.status, report.rows, report.bytes)
        for id, report in reports.items()
    ]
    insert_rows(connection, observations, ROW, [row for row in rows if row[0] in fresh])
    again = [dict(zip(ROW, row, strict=True)) for row in rows if row[0] not in fresh]
    if again:
        said = ("status", "rows", "bytes")
        connection.execute(upsert(observations, ROW[:3], said, differs=said), again)
