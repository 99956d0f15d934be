"""Routes of relationships."""

from __future__ import annotations

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, RawBody

from headwater.api import wire
from headwater.api.wire import Caller, Served
from headwater.catalog.model import RelationshipInput


@post("/relationship", status_code=200, sync_to_thread=True)
def create(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make a relationship between two entities."""
    given = wire.read(body, RelationshipInput)
    permit = wire.permit(account, caller)
    return wire.answer(account.catalog.relationships.create(given, by=caller.id, permit=permit))


@put("/relationship", sync_to_thread=True)
def update(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Replace the attributes of a relationship."""
    given = wire.read(body, RelationshipInput)
    permit = wire.permit(account, caller)
    return wire.answer(account.catalog.relationships.update(given, by=caller.id, permit=permit))


@get("/relationship/guid/{guid:str}", sync_to_thread=True)
def read(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """Read a relationship by guid."""
    found = account.catalog.relationships.get(guid)
    wire.may_read(account, caller, frozenset(end.collection_id for end in found.referred_entities.values()))
    return wire.answer(found)


@delete("/relationship/guid/{guid:str}", status_code=204, sync_to_thread=True)
def remove(account: Served, caller: Caller, guid: FromPath[str]) -> Response[None]:
    """Delete a relationship."""
    account.catalog.relationships.delete(guid, by=caller.id, permit=wire.permit(account, caller))
    return wire.nothing()


HANDLERS = (create, read, remove, update)
