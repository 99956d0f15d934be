"""Why somebody may do something or not, where what a principal makes stands, and the audit log."""

from __future__ import annotations

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.audit import Wanted
from headwater.access.principals import Principal
from headwater.access.roles import ACTIONS, Action
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.errors import Fault, Invalid

PURVIEW = "Microsoft.Purview/accounts/"
KNOWN: dict[str, Action] = {action: action for actions in ACTIONS.values() for action in actions}
PAGE, MOST = 100, 1000


class CollectionBody(msgspec.Struct, frozen=True):
    collection: str


@get("/access/explain", sync_to_thread=True)
def explain(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Why `principal` (default: the caller) may do `action` in `collection` (default: the root), or why not.

    Lists the principal's roles on the way from the root to the collection, what each gives, and where inherited
    permissions are restricted. About others, a collection administrator may ask.
    """
    collection = wire.text(request, "collection") or account.catalog.collections.root
    name = wire.text(request, "principal") or caller.id
    account.catalog.collections.get(collection)
    if name not in (caller.id, caller.name):
        account.roles.authorize(caller, "collection/write", collection)
    principal = caller if name in (caller.id, caller.name) else account.principals.named(name)
    return wire.answer(account.roles.explain(principal, _action(wire.text(request, "action")), collection))


@get("/access/defaultCollections", sync_to_thread=True)
def default_collections(account: Served, caller: Caller) -> Response[bytes]:
    """Principals whose new assets stand in another collection than the root; those that the caller may see."""
    seen = account.roles.collections(caller, "collection/read")
    found = [
        {"principal": id, "name": account.principals.get(id).name, "collection": collection}
        for id, collection in sorted(account.default_collections.all().items())
        if collection in seen
    ]
    return wire.answer({"value": found, "count": len(found)})


@put("/access/defaultCollections/{principal:str}", sync_to_thread=True)
def set_default(account: Served, caller: Caller, principal: FromPath[str], body: RawBody) -> Response[bytes]:
    """Let what a principal (object id, or name) makes stand in `collection`; needs Collection Administrator there."""
    given = wire.read(body, CollectionBody)
    account.roles.authorize(caller, "collection/write", given.collection)
    found = account.principals.named(principal)
    _may_take_away(account, caller, found)
    account.default_collections.put(found, given.collection, by=caller.id)
    return wire.answer({"principal": found.id, "name": found.name, "collection": given.collection})


@delete("/access/defaultCollections/{principal:str}", status_code=204, sync_to_thread=True)
def clear_default(account: Served, caller: Caller, principal: FromPath[str]) -> Response[None]:
    """Let what a principal makes stand in the root collection again; needs Collection Administrator where it stood."""
    found = account.principals.named(principal)
    _may_take_away(account, caller, found)
    account.default_collections.clear(found, by=caller.id)
    return wire.nothing()


def _may_take_away(account: Account, caller: Principal, principal: Principal) -> None:
    """Where new assets stood so far, an administrator has to agree: of that collection, or else of the root."""
    before = account.default_collections.of(principal) or account.catalog.collections.root
    account.roles.authorize(caller, "collection/write", before)


@get("/audit", sync_to_thread=True)
def audit_log(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """The audit log, newest first, for collection administrators of the root.

    `principal` (object id), `action`, `target` and `outcome` (allowed, refused, changed) choose entries; `limit` of
    them (at most 1000) come at once, and `continuationToken` asks for those before.
    """
    account.roles.authorize(caller, "collection/write", account.catalog.collections.root)
    limit = wire.number(request, "limit", PAGE)
    if not 1 <= limit <= MOST:
        raise Invalid(Fault("CAT-028", f"'limit={limit}' is no size of a page", cure=f"Send 1 to {MOST}."))
    chosen = {name: wire.text(request, name) for name in ("principal", "action", "target", "outcome")}
    before = wire.number(request, "continuationToken", 0)
    found = account.audit.entries(Wanted(**chosen, before=before or None), limit=limit + 1)
    names = {principal.id: principal.name for principal in account.principals.all()}
    shown = [
        {**msgspec.structs.asdict(entry), "principalName": names.get(entry.principal, "")} for entry in found[:limit]
    ]
    document: dict[str, object] = {"value": shown}
    if len(found) > limit:
        document["continuationToken"] = str(found[limit - 1].id)
    return wire.answer(document)


def _action(text: str) -> Action:
    if action := KNOWN.get(text.removeprefix(PURVIEW)):
        return action
    raise Invalid(Fault("CAT-028", f"'{text}' is no action", cure=f"Use one of {', '.join(sorted(KNOWN))}."))


HANDLERS = (audit_log, clear_default, default_collections, explain, set_default)
