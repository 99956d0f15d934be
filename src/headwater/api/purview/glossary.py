"""Purview's additions to the glossary: terms by the name of their glossary, and terms from and to CSV files."""

from __future__ import annotations

from functools import partial

import msgspec
from anyio import to_thread
from litestar import Response, get, post
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.uploads import uploaded
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.clock import moment
from headwater.catalog.glossary.imports import Import
from headwater.catalog.glossary.shapes import Page

# The newer clients ask below Atlas' path, the older ones beside it.
PLACES = ("", "/atlas/v2")


def read_by_name(account: Served, caller: Caller, request: Incoming, name: FromPath[str]) -> Response[bytes]:
    """The terms of the glossary of this name."""
    root = account.catalog.collections.root
    account.roles.authorize(caller, "data/read", root)
    page = Page(wire.number(request, "limit", -1), wire.number(request, "offset", 0))
    glossary = account.catalog.glossary
    readable = account.roles.collections(caller, "data/read")
    return wire.answer(glossary.terms.of_glossary(glossary.glossaries.guid_of(name), page, readable=readable))


async def import_terms(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Make or change terms from a CSV file: a form with the part `file`, or the file itself as `text/csv`."""
    content = await _file(request)
    return await to_thread.run_sync(partial(_import, account, caller, request, guid, content))


async def import_by_name(account: Served, caller: Caller, request: Incoming, name: FromPath[str]) -> Response[bytes]:
    """Make or change terms from a CSV file in the glossary of this name."""
    content = await _file(request)

    def run() -> Response[bytes]:
        account.roles.authorize(caller, "data/read", account.catalog.collections.root)
        guid = account.catalog.glossary.glossaries.guid_of(name)
        return _import(account, caller, request, guid, content)

    return await to_thread.run_sync(run)


def read_import(account: Served, caller: Caller, operation: FromPath[str]) -> Response[bytes]:
    """What became of an import."""
    account.roles.authorize(caller, "data/read", account.catalog.collections.root)
    return wire.answer(_shown(account.catalog.glossary.imports.get(operation)))


def export_terms(account: Served, caller: Caller, guid: FromPath[str], body: RawBody) -> Response[bytes]:
    """The terms of these guids as a CSV file."""
    account.roles.authorize(caller, "data/read", account.catalog.collections.root)
    text = account.catalog.glossary.imports.export(guid, wire.read(body, list[str]))
    return Response(text.encode(), status_code=200, media_type="text/csv", encoding="UTF-8")


async def _file(request: Incoming) -> bytes:
    """Return the file that was sent. Raises Invalid."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    return (await uploaded(request))[1]


def _import(account: Account, caller: Principal, request: Incoming, guid: str, content: bytes) -> Response[bytes]:
    permit = wire.permit(account, caller)
    made = account.catalog.glossary.imports.run(guid, content, by=caller.id, permit=permit)
    response = wire.answer(_shown(made), 202)
    place = request.url.path.split("/glossary/", 1)[0]
    # By the header, clients that wait for an end know where to ask.
    response.headers["Operation-Location"] = (
        f"{str(request.base_url).rstrip('/')}{place}/glossary/terms/import/{made.id}"
    )
    return response


class _Numbers(msgspec.Struct, frozen=True, rename="camel"):
    imported_terms: str
    total_terms_detected: str


def _shown(made: Import) -> dict[str, object]:
    document: dict[str, object] = {
        "id": made.id,
        "status": made.status,
        "createTime": moment(made.created_at).isoformat(),
        "lastUpdateTime": moment(made.updated_at).isoformat(),
        "properties": _Numbers(str(made.imported), str(made.detected)),
    }
    if made.error_code is not None:
        document["error"] = {"errorCode": made.error_code, "errorMessage": made.error_message}
    return document


HANDLERS = tuple(
    handler
    for place in PLACES
    for handler in (
        get(f"{place}/glossary/name/{{name:str}}/terms", sync_to_thread=True)(read_by_name),
        get(f"{place}/glossary/terms/import/{{operation:str}}", sync_to_thread=True)(read_import),
        post(f"{place}/glossary/name/{{name:str}}/terms/import", status_code=202)(import_by_name),
        post(f"{place}/glossary/{{guid:str}}/terms/export", status_code=200, sync_to_thread=True)(export_terms),
        post(f"{place}/glossary/{{guid:str}}/terms/import", status_code=202)(import_terms),
    )
)
