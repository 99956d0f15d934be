"""The account itself."""

from __future__ import annotations

from litestar import Response, get

from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served


@get("/", sync_to_thread=True)
def properties(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Name, endpoints and state of the account; needs a role on the root collection."""
    root = account.catalog.collections.root
    account.roles.authorize(caller, "collection/read", root)
    base = str(request.base_url).rstrip("/")
    return wire.answer(
        {
            "id": f"/accounts/{account.name}",
            "name": account.name,
            "type": "Microsoft.Purview/accounts",
            "properties": {
                "friendlyName": account.catalog.collections.get(root).friendly_name,
                "endpoints": {"catalog": f"{base}/catalog", "guardian": f"{base}/guardian", "scan": f"{base}/scan"},
                "provisioningState": "Succeeded",
                "publicNetworkAccess": "Enabled",
                "privateEndpointConnections": [],
            },
        }
    )


HANDLERS = (properties,)
