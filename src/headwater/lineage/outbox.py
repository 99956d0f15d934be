"""The way into the outbox: what a run calls when an activity ends, in the run's own transaction.

Whatever goes wrong here becomes a row that says so. A run never fails, waits or rolls back because of lineage. What
reads a query is kept as it is (`captured.py`), and derived by the delivery.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Mapping

import msgspec
import sqlalchemy as sa

from headwater.errors import Fault, HeadwaterError, LineageError
from headwater.lineage import captured, facts, support
from headwater.lineage.captured import Captured
from headwater.lineage.derive import UNBOUND
from headwater.lineage.facts import LineageFact, Policy, WorkspaceIdentity
from headwater.lineage.report import Status
from headwater.lineage.store import HAS_LINEAGE, OUTBOX, insert_once
from headwater.run.events import ActivityEnded, Listener

log = logging.getLogger(__name__)

NOT_CONNECTED = "The workspace is not connected to an account. Connect it: headwater connect {workspace}"


class Reporting(msgspec.Struct, frozen=True):
    """How one workspace reports: under which names, to which account (None: to none), under which policy."""

    identity: WorkspaceIdentity
    account: str | None
    policy: Policy = "record"
    bindings: Mapping[str, str] = UNBOUND
    """Linked service → kind of stand-in that it runs on."""


def subscribe(reporting: Callable[[str], Reporting | None]) -> Listener:
    """Return the listener that writes each fact down; `reporting` is asked for the workspace by name each time."""

    def listen(connection: sa.Connection, event: ActivityEnded) -> None:
        row = _row(event, reporting)
        if row is not None:
            insert_once(connection, OUTBOX, row)

    return listen


def release(connection: sa.Connection, workspace: str) -> int:
    """Send what was captured while the workspace was not connected; return how many facts that is."""
    statement = (
        sa.update(OUTBOX)
        .where(OUTBOX.c.workspace == workspace, OUTBOX.c.state == "NotReported", HAS_LINEAGE)
        .values(state="Pending", reason=None, next_attempt_at=0)
    )
    return connection.execute(statement).rowcount


def _row(event: ActivityEnded, reporting: Callable[[str], Reporting | None]) -> dict[str, object] | None:
    """Return the row of an event, whatever goes wrong; None for an activity that has no lineage."""
    try:
        return _derived(event, reporting(event.workspace))
    except HeadwaterError as error:
        return _values(event, "Failed", f"{error.code} {error.message}")
    except Exception as error:  # the rim of the layer: a defect here must not reach the run, and must not be silent
        log.exception("Lineage of activity %r could not be derived", event.activity)
        return _values(event, "Failed", not_derived(error))


def _derived(event: ActivityEnded, reporting: Reporting | None) -> dict[str, object] | None:
    if reporting is None:
        raise LineageError(Fault("LIN-002", f'The workspace "{event.workspace}" is not known to lineage.'))
    if event.activity_type not in support.STORES:
        return None
    taken = Captured(event, reporting.identity, reporting.policy, dict(reporting.bindings))
    fact = None if taken.reads_queries else taken.fact()
    if fact is not None and fact.left_out and not fact.operations:
        return _values(event, "Skipped", " ".join(fact.left_out), fact)
    kept = {"captured": captured.encode(taken)} if fact is None else {}
    if reporting.account is None:
        return _values(event, "NotReported", NOT_CONNECTED.format(workspace=event.workspace), fact) | kept
    return _values(event, "Pending", " ".join(fact.left_out) or None if fact else None, fact) | kept


def not_derived(error: Exception) -> str:
    """Return the reason of a fact that a defect keeps from being derived."""
    return f"LIN-001 Lineage could not be derived ({type(error).__name__})."


def _values(
    event: ActivityEnded, state: Status, reason: str | None, fact: LineageFact | None = None
) -> dict[str, object]:
    return {
        "workspace": event.workspace,
        "pipeline_run_id": event.pipeline_run_id,
        "activity_run_id": event.activity_run_id,
        "iteration": event.iteration,
        "attempt": event.attempt,
        "fact": facts.encode(fact) if fact else None,
        "state": state,
        "reason": reason,
        "attempts": 0,
        "next_attempt_at": 0 if state == "Pending" else None,
        "ended_at": milliseconds(event.ended_at),
    }


def milliseconds(moment: datetime.datetime) -> int:
    """Return milliseconds since the epoch of an aware time."""
    return round(moment.timestamp() * 1000)
