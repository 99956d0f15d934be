"""Routes of events: one, or many at once. Clients take any 2xx; 4xx they do not send again, 503 they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.openlineage import Event, OpenLineage, read_event
from headwater.errors import Fault, Invalid, Place

MAX_EVENTS = 10_000
Entry = NamedDependency[OpenLineage]


class FailedEvent(msgspec.Struct, frozen=True):
    index: int
    reason: str
    retriable: bool
    faults: tuple[dict[str, object], ...]


@post("/lineage", status_code=200, sync_to_thread=True)
def take_one(account: Served, caller: Caller, entry: Entry, request: Incoming, body: RawBody) -> Response[bytes]:
    """Take a run, job or dataset event."""
    new = _accept(account, caller, entry, request)([read_event(body)])
    return wire.answer({"status": "success" if new else "known"})


@post("/lineage/batch", status_code=200, sync_to_thread=True)
def take_many(account: Served, caller: Caller, entry: Entry, request: Incoming, body: RawBody) -> Response[bytes]:
    """Take a list of events: those that can be read in one transaction, the others by number with what is wrong.

    200 if all were taken, 207 if some were, 400 if none was.
    """
    items = wire.read(body, list[msgspec.Raw])
    if len(items) > MAX_EVENTS:
        message = f"The batch has {len(items)} events; {MAX_EVENTS} are taken at once"
        raise Invalid(Fault("CAT-060", message, cure="Send them in several batches."))
    events: list[Event] = []
    failed: list[FailedEvent] = []
    for index, item in enumerate(items):
        try:
            events.append(read_event(bytes(item), f"$[{index}]"))
        except Invalid as error:
            faults = tuple(fault.to_json() for fault in error.faults[:10])
            failed.append(FailedEvent(index, error.message, False, faults))
    if failed and not events:
        raise Invalid(*(_fault(event) for event in failed[:100]))
    _accept(account, caller, entry, request)(events)
    summary = {"received": len(items), "successful": len(events), "failed": len(failed)}
    status = "partial_success" if failed else "success"
    return wire.answer({"status": status, "summary": summary, "failed_events": failed}, 207 if failed else 200)


def _fault(event: FailedEvent) -> Fault:
    return Fault("CAT-060", event.reason, Place(path=f"$[{event.index}]"), "Mend the event.")


def _accept(
    account: Account, caller: Principal, entry: OpenLineage, request: Incoming
) -> Callable[[Sequence[Event]], bool]:
    collection = wire.text(request, "collectionId") or account.default_collections.of(caller)
    permit = wire.permit(account, caller)
    return lambda events: entry.accept(events, by=caller.id, collection=collection, permit=permit)


HANDLERS = (take_many, take_one)
