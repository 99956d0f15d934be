"""Routes of an entity's history: every change with the values before and after, the entity as it was, and restoring."""

from __future__ import annotations

import datetime

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, RawBody

from headwater.api import hidden, wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.clock import milliseconds
from headwater.catalog.model import EntityInfo
from headwater.errors import Fault, Invalid

MOST = 1000


@get("/entity/{guid:str}/history", sync_to_thread=True)
def read_history(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Read what happened to an entity and its relationships, newest first.

    Each entry has who, when (milliseconds since 1970), the version that it made and the values before and after; what
    may be a secret is never among them. `limit` (100, at most 1000) and `offset`; `nextOffset` is the next page's.
    """
    limit, offset = wire.number(request, "limit", 100), wire.number(request, "offset", 0)
    if not 1 <= limit <= MOST or offset < 0:
        cure = f"limit is 1 to {MOST}, offset 0 or more."
        raise Invalid(Fault("CAT-028", f"There is no page of {limit} from {offset}", cure=cure))
    page = account.catalog.history.page(guid, limit=limit, offset=offset)
    wire.may_read(account, caller, frozenset({page.collection_id}))
    return wire.answer(hidden.of_history(account, caller, page))


@get("/entity/{guid:str}/asOf", sync_to_thread=True)
def read_as_of(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Read an entity as it was: at a `version`, or at a `time` (ISO 8601, or milliseconds since 1970).

    `unknown` names the attributes whose values of then are not kept: texts too large for lists, and secrets.
    """
    version, time = wire.text(request, "version"), wire.text(request, "time")
    if bool(version) == bool(time):
        raise Invalid(Fault("CAT-028", "As of what is not said", cure="Send version=<number> or time=<time>."))
    # Who may not read it now may not read what it was; where it stands now decides.
    wire.may_read(account, caller, frozenset({account.catalog.entities.header(guid).collection_id}))
    history = account.catalog.history
    found = (
        history.as_of_version(guid, wire.number(request, "version", 0)) if version else history.as_of(guid, _at(time))
    )
    shown = hidden.of_one(account, caller, EntityInfo(entity=found.entity, referred_entities={}))
    return wire.answer(msgspec.structs.replace(found, entity=shown.entity))


def _at(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    try:
        # A plus sign that was not encoded arrives as a blank.
        found = datetime.datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        cure = "Write it as 2024-05-01T12:00:00Z, or in milliseconds since 1970."
        raise Invalid(Fault("CAT-028", f"'{text[:40]}' is no time", cure=cure)) from error
    return milliseconds(found if found.tzinfo else found.replace(tzinfo=datetime.UTC))


@post("/entity/restore", status_code=200, sync_to_thread=True)
def restore(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Bring deleted entities back, with the parts, relationships and lineage that went with each: a list of guids.

    All of them or none: 409 if a name is taken meanwhile. A relationship comes back if its other end is there and no
    other has taken its place. What is active is passed over.
    """
    permit = wire.permit(account, caller)
    return wire.answer(account.catalog.entities.restore(wire.read(body, list[str]), by=caller.id, permit=permit))


HANDLERS = (read_as_of, read_history, restore)
