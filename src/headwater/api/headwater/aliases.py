"""Other names of an entity: read, given, taken away."""

from __future__ import annotations

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.merging.aliases import AliasInput


class AliasesBody(msgspec.Struct, frozen=True, rename="camel"):
    aliases: list[AliasInput]


@get("/entity/{guid:str}/aliases", sync_to_thread=True)
def read_all(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """List the other names of an entity: spellings that met it, names that were given, names that were merged away."""
    _may_read(account, caller, guid)
    return wire.answer({"aliases": account.catalog.aliases.of(guid)})


@put("/entity/{guid:str}/aliases", sync_to_thread=True)
def give(account: Served, caller: Caller, guid: FromPath[str], body: RawBody) -> Response[bytes]:
    """Give an entity other names, `{"aliases": [{"qualifiedName", "coversBelow"}]}`, beside those it has.

    What is written under such a name later lands on the entity. With `coversBelow` so does all that is named below
    it: another name of a host or an account.
    """
    given = wire.read(body, AliasesBody).aliases
    _may_read(account, caller, guid)
    permit = wire.permit(account, caller)
    return wire.answer({"aliases": account.catalog.aliases.give(guid, given, by=caller.id, permit=permit)})


@delete("/entity/{guid:str}/aliases", status_code=200, sync_to_thread=True)
def take(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Take away a name that was given, `?qualifiedName=…`; answers with those that stay."""
    name = wire.texts(request, "qualifiedName")[0]
    _may_read(account, caller, guid)
    permit = wire.permit(account, caller)
    return wire.answer({"aliases": account.catalog.aliases.take(guid, name, by=caller.id, permit=permit)})


def _may_read(account: Account, caller: Principal, guid: str) -> None:
    wire.may_read(account, caller, frozenset({account.catalog.entities.header(guid).collection_id}))


HANDLERS = (give, read_all, take)
