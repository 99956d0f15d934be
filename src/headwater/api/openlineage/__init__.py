"""OpenLineage's own surface: where its clients post events, at the address that they have by default."""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from headwater.access.account import Account
from headwater.api.openlineage import lineage
from headwater.api.openlineage.dataset_names import DatasetNames
from headwater.api.openlineage.key import caller_with_key
from headwater.catalog.openlineage import OpenLineage

PREFIX = "/api/v1"


def router(account: Account) -> Router:
    """Return the routes. An API key is read here, not by the guard, because it may be a secret as well as a token."""
    catalog = account.catalog
    entry = OpenLineage.open(catalog.store, catalog.types, root=catalog.collections.root, namer=DatasetNames())
    return Router(
        PREFIX,
        route_handlers=list(lineage.HANDLERS),
        dependencies={
            "caller": Provide(caller_with_key, sync_to_thread=True),
            "entry": Provide(lambda: entry, sync_to_thread=False),
        },
        opt={"public": True},
        include_in_schema=False,
    )
