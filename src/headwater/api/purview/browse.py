"""Browse by type or by path."""

from __future__ import annotations

import msgspec
from litestar import Response, post
from litestar.params import RawBody

from headwater.api import wire
from headwater.api.wire import Caller, Served
from headwater.catalog.browse import Page
from headwater.errors import Fault, Invalid


class BrowseBody(msgspec.Struct, frozen=True, rename="camel"):
    entity_type: str | None = None
    path: str | None = None
    limit: int | None = None
    offset: int | None = None


@post("/browse", status_code=200, sync_to_thread=True)
def browse(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Assets of a type, what stands below a path, or with the path `/` what stands at the top; readable ones alone."""
    given = wire.read(body, BrowseBody, numbers_as_text=True)
    limit = 100 if given.limit is None else given.limit
    page = Page(limit, given.offset or 0, account.roles.collections(caller, "data/read"))
    if given.path:
        found = account.catalog.browse.by_path(given.path, page)
    elif given.entity_type:
        found = account.catalog.browse.by_type(given.entity_type, page)
    else:
        raise Invalid(Fault("CAT-028", "Neither entityType nor path is given", cure="Send one of them."))
    rows = [
        {
            "id": row.guid,
            "name": row.name,
            "displayText": row.name,
            "qualifiedName": row.qualified_name,
            "entityType": row.type_name,
            "path": row.path,
            "isLeaf": row.is_leaf,
            "owner": [
                {"id": owner.get("id"), "info": owner.get("info"), "contactType": "Owner"} for owner in row.owners
            ],
        }
        for row in found.rows
    ]
    return wire.answer({"@search.count": found.count, "value": rows})


HANDLERS = (browse,)
