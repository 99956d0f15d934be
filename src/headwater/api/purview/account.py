"""The account itself: what it is called and where its parts answer."""

from __future__ import annotations

import datetime

import msgspec
from litestar import Response, get, patch
from litestar.params import RawBody

from headwater.access.account import Account
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.errors import Fault, Invalid


class AccountBody(msgspec.Struct, frozen=True, rename="camel"):
    friendly_name: str


@get("/", sync_to_thread=True)
def properties(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Name, endpoints and state of the account; needs a role on the root collection."""
    account.roles.authorize(caller, "collection/read", account.catalog.collections.root)
    return wire.answer(_shown(account, request))


@patch("/", sync_to_thread=True)
def rename(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[bytes]:
    """Change the account's friendly name, which is its root collection's; needs Collection Administrator there."""
    collections = account.catalog.collections
    account.roles.authorize(caller, "collection/write", collections.root)
    name = wire.read(body, AccountBody).friendly_name.strip()
    if not name:
        raise Invalid(Fault("CAT-028", "The friendly name is empty", cure="Send friendlyName with a text."))
    root = collections.get(collections.root)
    collections.put(root.name, friendly_name=name, parent=root.name, description=root.description, by=caller.id)
    return wire.answer(_shown(account, request))


def _shown(account: Account, request: Incoming) -> dict[str, object]:
    root = account.catalog.collections.get(account.catalog.collections.root)
    base = str(request.base_url).rstrip("/")
    return {
        "id": f"/accounts/{account.name}",
        "name": account.name,
        "type": "Microsoft.Purview/accounts",
        "location": "self-hosted",
        "properties": {
            "accountStatus": {"accountProvisioningState": "Succeeded"},
            "createdAt": datetime.datetime.fromtimestamp(root.created_at / 1000, datetime.UTC).isoformat(),
            "createdBy": root.created_by,
            "endpoints": {"catalog": f"{base}/catalog", "guardian": f"{base}/guardian", "scan": f"{base}/scan"},
            "friendlyName": root.friendly_name,
            "privateEndpointConnections": [],
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
        },
    }


HANDLERS = (properties, rename)
