"""Merging assets that turn out to be one, and undoing that."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, RawBody

from headwater.api import wire
from headwater.api.wire import Caller, Served


class MergeBody(msgspec.Struct, frozen=True, rename="camel"):
    into: str
    sources: list[str] = msgspec.field(name="from")
    dry_run: bool = False


@post("/entity/merge", status_code=200, sync_to_thread=True)
def merge(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make entities one: `{"into": guid, "from": [guid, …], "dryRun": false}`.

    Relationships, lineage, column lineage, annotations, contacts, names and runs move to `into`; where both say
    something, `into` is right. With `dryRun` nothing changes, and the answer tells what would. Names of the merged
    lead to `into` from then on. Needs Data Curator on the collections of all of them.
    """
    given = wire.read(body, MergeBody)
    catalog = account.catalog
    wire.may_read(account, caller, catalog.entities.collections_of([given.into, *given.sources]))
    permit = wire.permit(account, caller)
    found = catalog.merges.merge(given.into, given.sources, by=caller.id, permit=permit, dry_run=given.dry_run)
    if found.id is not None:
        account.audit.record(caller.id, "merge", found.into, outcome="changed", detail=", ".join(found.merged))
    return wire.answer(found)


@post("/entity/merge/{merge_id:str}/undo", status_code=200, sync_to_thread=True)
def undo(account: Served, caller: Caller, merge_id: FromPath[str]) -> Response[bytes]:
    """Make merged entities what they were before; what was written since stays with the one that it speaks of.

    Needs Data Curator on the collections of all of them.
    """
    catalog = account.catalog
    before = catalog.merges.get(merge_id)
    wire.may_read(account, caller, catalog.entities.collections_of([before.into, *before.merged]))
    found = catalog.merges.undo(merge_id, by=caller.id, permit=wire.permit(account, caller))
    account.audit.record(caller.id, "undo merge", found.into, outcome="changed", detail=", ".join(found.merged))
    return wire.answer(found)


@get("/entity/{guid:str}/merges", sync_to_thread=True)
def read_all(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """List the merges that an entity was part of, newest first, undone ones too."""
    catalog = account.catalog
    wire.may_read(account, caller, catalog.entities.collections_of([guid]))
    found = catalog.merges.of(guid)
    seen = account.roles.collections(caller, "data/read")
    shown = [merge for merge in found if catalog.entities.collections_of([merge.into, *merge.merged]) <= seen]
    return wire.answer({"merges": shown})


HANDLERS = (merge, read_all, undo)
