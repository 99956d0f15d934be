"""Routes of what happened to entities, as Atlas has them: the audit of one, and purging."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath, RawBody
from sqlalchemy import Connection

from headwater.access import audit
from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.entities import Gone, Witness
from headwater.catalog.history import Happening, HistoryPage
from headwater.catalog.model import Shape
from headwater.errors import Fault, Invalid

MOST = 1000
# Our action → Atlas'. What is not here has the same name there, or is an update.
ACTIONS: Mapping[str, str] = MappingProxyType(
    {"CREATE": "ENTITY_CREATE", "DELETE": "ENTITY_DELETE", "UPDATE": "ENTITY_UPDATE"}
)
SAME = frozenset(
    {
        "BUSINESS_ATTRIBUTE_UPDATE",
        "CLASSIFICATION_ADD",
        "CLASSIFICATION_DELETE",
        "CLASSIFICATION_UPDATE",
        "CUSTOM_ATTRIBUTE_UPDATE",
        "LABEL_ADD",
        "LABEL_DELETE",
        "PROPAGATED_CLASSIFICATION_ADD",
        "PROPAGATED_CLASSIFICATION_DELETE",
        "PROPAGATED_CLASSIFICATION_UPDATE",
        "TERM_ADD",
        "TERM_DELETE",
    }
)
ACTION_NAMES = frozenset({*ACTIONS.values(), *SAME, "ENTITY_PURGE"})
_VERBS: Mapping[str, str] = MappingProxyType({"CREATE": "Created", "DELETE": "Deleted", "RESTORE": "Restored"})


class AuditEvent(Shape, frozen=True):
    """`details` is a verb and, as JSON, the values that the change set."""

    entity_id: str
    timestamp: int
    user: str
    action: str
    details: str
    event_key: str
    entity: None = None
    type: str = "ENTITY_AUDIT_V2"


SORTS: Mapping[str, Callable[[AuditEvent], tuple[str | int, int]]] = MappingProxyType(
    {
        "action": lambda event: (event.action, event.timestamp),
        "timestamp": lambda event: (event.timestamp, 0),
        "user": lambda event: (event.user, event.timestamp),
    }
)


@get("/entity/{guid:str}/audit", sync_to_thread=True)
def read_audit(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Read what happened to an entity, newest first.

    `count` (100, at most 1000), `startKey` (the eventKey to begin with), `auditAction`; or `offset` with `sortBy`
    (action, timestamp, user) and `sortOrder` (asc, desc).
    """
    page = account.catalog.history.changes(guid)
    wire.may_read(account, caller, frozenset({page.collection_id}))
    events = [_event(page, happening) for happening in page.entries]
    if action := wire.text(request, "auditAction"):
        if action not in ACTION_NAMES:
            cure = f"Send one of {', '.join(sorted(ACTION_NAMES))}."
            raise Invalid(Fault("CAT-028", f"'{action}' is no audit action", cure=cure))
        events = [event for event in events if event.action == action]
    count = wire.number(request, "count", 100)
    if not 1 <= count <= MOST:
        raise Invalid(Fault("CAT-028", f"count={count} is out of range", cure=f"Send 1 to {MOST}."))
    return wire.answer(_chosen(request, events, guid)[:count])


def _event(page: HistoryPage, happening: Happening) -> AuditEvent:
    action = ACTIONS.get(happening.action, happening.action if happening.action in SAME else "ENTITY_UPDATE")
    parts: dict[str, dict[str, object]] = {}
    for change in happening.changes:
        if change.kept:
            parts.setdefault(change.part, {})[change.name] = change.new
    said = msgspec.json.encode({"guid": page.guid, "typeName": page.type_name, **parts}).decode()
    verb = _VERBS.get(happening.action, "Updated" if happening.action == "UPDATE" else happening.action)
    key = f"{page.guid}:{happening.at}:{happening.version}"
    return AuditEvent(page.guid, happening.at, happening.by, action, f"{verb}: {said}", key)


def _chosen(request: Incoming, events: Sequence[AuditEvent], guid: str) -> list[AuditEvent]:
    sort, order = wire.text(request, "sortBy"), wire.text(request, "sortOrder", "desc").lower()
    offset = wire.number(request, "offset", -1)
    if sort or offset >= 0:
        if (sort or "timestamp") not in SORTS or order not in {"asc", "desc"}:
            cure = f"sortBy is one of {', '.join(SORTS)}, sortOrder asc or desc."
            raise Invalid(Fault("CAT-028", f"Audit events cannot be sorted by '{sort}' {order}", cure=cure))
        return sorted(events, key=SORTS[sort or "timestamp"], reverse=order == "desc")[max(offset, 0) :]
    if start := wire.text(request, "startKey"):
        found = re.fullmatch(rf"{re.escape(guid)}:\d+:(\d+)", start)
        keys = [event.event_key for event in events]
        if found is None or start not in keys:
            raise Invalid(Fault("CAT-028", f"There is no event '{start}'", cure="Send an eventKey of this entity."))
        return list(events[keys.index(start) :])
    return list(events)


@put("/admin/purge", sync_to_thread=True)
def purge(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Take deleted entities out of the catalog for good, with all that is known of them: a list of guids.

    What is not deleted, or not there, is passed over. Asks for the rights of a data curator and of a collection
    administrator, since nothing brings back what is purged; each stands in the audit log.
    """
    guids = wire.read(body, list[str])
    found = account.catalog.entities.purge(guids, permit=_permit(account, caller), witness=witness(caller, "purge"))
    return wire.answer(found)


def _permit(account: Account, caller: Principal) -> Callable[[frozenset[str]], None]:
    rights = (wire.permit(account, caller), wire.permit(account, caller, "collection/write"))

    def ask(collections: frozenset[str]) -> None:
        for right in rights:
            right(collections)

    return ask


def witness(caller: Principal, action: str) -> Witness:
    """Return what writes an entry of the audit log for each entity that goes, in the transaction that takes it."""

    def write_down(connection: Connection, gone: Sequence[Gone]) -> None:
        details = {one.header.guid: _named(one) for one in gone}
        audit.write_many(connection, caller.id, action, details, outcome="changed")

    return write_down


def _named(gone: Gone) -> str:
    named = f"{gone.header.type_name} '{gone.header.attributes.get('qualifiedName')}'"
    return f"{named} and {gone.parts} {'part' if gone.parts == 1 else 'parts'}" if gone.parts else named


BESIDE_VERSION = (purge,)
HANDLERS = (read_audit,)
