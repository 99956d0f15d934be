"""Routes of resource set rules: which files are gathered into one asset."""

from __future__ import annotations

from litestar import Response, delete, get, put
from litestar.params import RawBody

from headwater.api import wire
from headwater.api.wire import Caller, Served
from headwater.catalog.resource_sets.rules import RuleConfig

PATH = "/resourceSetRuleConfigs"
DEFAULT_PATH = f"{PATH}/defaultResourceSetRuleConfig"


@get(PATH, sync_to_thread=True)
def read_all(account: Served, caller: Caller) -> Response[bytes]:
    """List the account's resource set rules: there is one config. Needs a role on the root collection."""
    account.roles.authorize(caller, "collection/read", account.catalog.collections.root)
    return wire.answer({"value": [account.catalog.resource_set_rules.get()], "count": 1, "nextLink": None})


@get(DEFAULT_PATH, sync_to_thread=True)
def read(account: Served, caller: Caller) -> Response[bytes]:
    """Read the resource set rules, the built-in ones if nobody changed them."""
    account.roles.authorize(caller, "collection/read", account.catalog.collections.root)
    return wire.answer(account.catalog.resource_set_rules.get())


@put(DEFAULT_PATH, sync_to_thread=True)
def write(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Replace the resource set rules; they hold for files that are written from then on.

    Needs Data Curator on the root collection. Regular expressions of one's own are refused.
    """
    root = account.catalog.collections.root
    account.roles.authorize(caller, "data/write", root)
    given = wire.read(body, RuleConfig)
    found = account.catalog.resource_set_rules.put(given, by=caller.id)
    account.audit.record(caller.id, "write resource set rules", root, outcome="changed")
    return wire.answer(found)


@delete(DEFAULT_PATH, status_code=204, sync_to_thread=True)
def remove(account: Served, caller: Caller) -> Response[None]:
    """Return to the built-in resource set rules. Needs Data Curator on the root collection."""
    root = account.catalog.collections.root
    account.roles.authorize(caller, "data/write", root)
    account.catalog.resource_set_rules.delete()
    account.audit.record(caller.id, "delete resource set rules", root, outcome="changed")
    return wire.nothing()


HANDLERS = (read, read_all, remove, write)
