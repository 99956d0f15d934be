"""The facts of runs as the outbox has them, whatever became of their delivery: lineage's side of the run history."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from headwater.errors import LineageError
from headwater.lineage import captured, facts
from headwater.lineage.facts import LineageFact
from headwater.lineage.store import OUTBOX


def recorded(connection: sa.Connection, since_ms: int = 0) -> Iterator[LineageFact]:
    """Yield the facts of activities that ended at or after a time (milliseconds since 1970), in their order.

    One that cannot be derived has its reason in the activity's lineage status, and is passed over here.
    """
    columns = (OUTBOX.c.fact, OUTBOX.c.captured)
    known = sa.or_(OUTBOX.c.fact.is_not(None), OUTBOX.c.captured.is_not(None))
    query = sa.select(*columns).where(known, OUTBOX.c.ended_at >= since_ms).order_by(OUTBOX.c.sequence)
    for row in connection.execute(query):
        try:
            fact = facts.decode(row.fact) if row.fact is not None else captured.decode(row.captured).fact()
        except LineageError:
            continue
        if fact is not None:
            yield fact
