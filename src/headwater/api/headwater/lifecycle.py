"""The end of things: stale operations, deletes with all that hangs on them, what a workspace no longer has, purges."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post, put
from litestar.params import RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.lifecycle import Asked, Consequences, Definitions, Reader


class GuidsBody(msgspec.Struct, frozen=True):
    guids: tuple[str, ...]


class PurgeBody(msgspec.Struct, frozen=True, rename="camel"):
    dry_run: bool = False


@get("/lifecycle/stale", sync_to_thread=True)
def stale(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Operations and activities that the last runs of their activity or pipeline did not report; readable ones only.

    `continuationToken` goes on where a page ended; a page may be empty and have another after it.
    """
    found = account.catalog.lifecycle.stale(
        keeping=account.keeping,
        start=wire.number(request, "continuationToken", 0),
        collections=account.roles.collections(caller, "data/read"),
    )
    document: dict[str, object] = {"value": found.value, "afterRuns": account.keeping.stale_after_runs}
    if found.continuation is not None:
        document["continuationToken"] = str(found.continuation)
    return wire.answer(document)


@post("/lifecycle/stale", status_code=200, sync_to_thread=True)
def stale_of(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Those of these operations (`guids`) that are stale: what a lineage canvas draws grey."""
    found = account.catalog.lifecycle.stale_of(
        wire.read(body, GuidsBody).guids,
        keeping=account.keeping,
        collections=account.roles.collections(caller, "data/read"),
    )
    return wire.answer({"value": found, "afterRuns": account.keeping.stale_after_runs})


@post("/entity/delete", status_code=200, sync_to_thread=True)
def delete(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Delete entities (`guids`), and with `cascade` what they hold, with `orphans` datasets that nothing else uses.

    With `dryRun` nothing is deleted: the answer tells what would go, what would lose its lineage, and what would stay
    because others use it. Needs Data Curator where anything goes.
    """
    asked = wire.read(body, Asked)
    told = account.catalog.lifecycle.delete(
        asked, by=caller.id, permit=wire.permit(account, caller), reader=_reader(account, caller)
    )
    if not asked.dry_run:
        _write_down(account, caller, "delete", ", ".join(asked.guids[:5]), told)
    return wire.answer(told)


@put("/workspaces/definitions", status_code=200, sync_to_thread=True)
def reconcile(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Say which pipelines and activities a workspace has now; others that it once reported go, with their operations.

    `workspace` is its qualified name, `pipelines` a list of `name` and `activities`; `dryRun` only tells what is gone.
    """
    given = wire.read(body, Definitions)
    told = account.catalog.lifecycle.reconcile(
        given, by=caller.id, permit=wire.permit(account, caller), reader=_reader(account, caller)
    )
    if told.entities and not given.dry_run:
        _write_down(account, caller, "reconcile", given.workspace, told)
    return wire.answer(told)


@post("/lifecycle/purge", status_code=200, sync_to_thread=True)
def purge(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Remove ended edges, observations and history older than the account keeps them; for administrators of the root.

    The server does so once a day by itself. With `dryRun` rows are only counted.
    """
    account.roles.authorize(caller, "collection/write", account.catalog.collections.root)
    given = wire.read(body, PurgeBody)
    return wire.answer(account.purge(by=caller.id, dry_run=given.dry_run))


def _reader(account: Account, caller: Principal) -> Reader:
    return Reader(account.roles.collections(caller, "data/read"), account.roles.collections(caller, "data/write"))


def _write_down(account: Account, caller: Principal, action: str, target: str, told: Consequences) -> None:
    account.audit.record(caller.id, action, target, outcome="changed", detail=f"{told.entities} entities")


HANDLERS = (delete, purge, reconcile, stale, stale_of)
