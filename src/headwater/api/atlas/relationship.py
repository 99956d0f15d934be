"""Routes of relationships."""

from __future__ import annotations

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, RawBody

from headwater.api import conditions, wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.model import RelationshipInfo, RelationshipInput


@post("/relationship", status_code=200, sync_to_thread=True)
def create(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make a relationship between two entities."""
    given = wire.read(body, RelationshipInput)
    permit = wire.permit(account, caller)
    return wire.answer(account.catalog.relationships.create(given, by=caller.id, permit=permit))


@put("/relationship", sync_to_thread=True)
def update(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[bytes]:
    """Replace the attributes of a relationship.

    `If-Match` takes its tag or version, and `lastModifiedTS` its version; 412 if it has changed since.
    """
    given = wire.read(body, RelationshipInput)
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    return wire.answer(account.catalog.relationships.update(given, by=caller.id, permit=permit, condition=condition))


@get("/relationship/guid/{guid:str}", sync_to_thread=True)
def read(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes] | Response[None]:
    """Read a relationship by guid; with `extendedInfo=true` the headers of its entities too."""
    found = account.catalog.relationships.get(guid)
    wire.may_read(account, caller, frozenset(end.collection_id for end in found.referred_entities.values()))
    if not wire.flag(request, "extendedInfo"):
        found = RelationshipInfo(relationship=found.relationship, referred_entities={})
    return conditions.tagged(request, found, found.relationship.version)


@delete("/relationship/guid/{guid:str}", status_code=204, sync_to_thread=True)
def remove(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[None]:
    """Delete a relationship. `If-Match` takes its tag or version; 412 if it has changed since."""
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.relationships.delete(guid, by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


HANDLERS = (create, read, remove, update)
