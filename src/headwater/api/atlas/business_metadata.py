"""Routes of business metadata. Changing it asks for `data/write` on the entity's collection.

`If-Match` takes the entity's tag or version; 412 if it has changed since.
"""

from __future__ import annotations

from functools import partial

import msgspec
from anyio import to_thread
from litestar import Response, delete, get, post
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import conditions, wire
from headwater.api.uploads import uploaded
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.annotations.business_file import TEMPLATE, read_lines
from headwater.catalog.model import Attributes

Values = dict[str, Attributes | None]


@post("/entity/guid/{guid:str}/businessmetadata", status_code=204, sync_to_thread=True)
def put(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Set business attributes; with `isOverwrite=true`, those that are not sent go."""
    overwrite = wire.flag(request, "isOverwrite") or wire.flag(request, "isOverWrite")
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    given = wire.read(body, Values)
    account.catalog.business_metadata.put(
        guid, given, overwrite=overwrite, by=caller.id, permit=permit, condition=condition
    )
    return wire.nothing()


@post("/entity/guid/{guid:str}/businessmetadata/{name:str}", status_code=204, sync_to_thread=True)
def put_one(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], name: FromPath[str], body: RawBody
) -> Response[None]:
    """Set attributes of one business metadata; null takes one away."""
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    given = {name: wire.read(body, Attributes)}
    account.catalog.business_metadata.put(guid, given, by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


@delete("/entity/guid/{guid:str}/businessmetadata", status_code=204, sync_to_thread=True)
def remove(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Take the named attributes away, or whole business metadata that names none."""
    return _remove(account, caller, request, guid, wire.read(body, Values))


@delete("/entity/guid/{guid:str}/businessmetadata/{name:str}", status_code=204, sync_to_thread=True)
def remove_one(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], name: FromPath[str], body: RawBody
) -> Response[None]:
    """Take the named attributes of one business metadata away, or all if none is named."""
    return _remove(account, caller, request, guid, {name: wire.read(body or b"{}", Attributes)})


def _remove(account: Account, caller: Principal, request: Incoming, guid: str, named: Values) -> Response[None]:
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.business_metadata.remove(guid, named, by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


@get("/entity/businessmetadata/import/template", sync_to_thread=True)
def template() -> Response[bytes]:
    """The heading of the CSV file that an import takes."""
    headers = {"Content-Disposition": "attachment; filename=template_business_metadata.csv"}
    return Response(f"{TEMPLATE}\n".encode(), media_type="text/csv", encoding="UTF-8", headers=headers)


@post("/entity/businessmetadata/import", status_code=200)
async def import_file(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Set business attributes of many entities from a CSV file, a form with the part `file`; other attributes stay.

    Lines that are wrong are told of and do not keep the others back.
    """
    name, content = await uploaded(request)
    return await to_thread.run_sync(partial(_import, account, caller, name, content))


def _import(account: Account, caller: Principal, name: str, content: bytes) -> Response[bytes]:
    lines, failed = read_lines(name, content)
    permit = wire.permit(account, caller)
    found = account.catalog.business_metadata.take_in(lines, by=caller.id, permit=permit)
    failures = sorted((*failed, *found.failed_import_info_list), key=lambda info: info.row_number)
    return wire.answer(msgspec.structs.replace(found, failed_import_info_list=tuple(failures)))


HANDLERS = (import_file, put, put_one, remove, remove_one, template)
