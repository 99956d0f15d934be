"""Routes of type definitions. Reading needs a role on some collection; changing needs Data Curator on the root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.types import Category
from headwater.errors import Fault, Invalid

Document = dict[str, list[dict[str, object]] | None]
# `entitydef` in a path, `type=entity` in a query → category.
CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        "business_metadata": "BUSINESS_METADATA",
        "businessmetadata": "BUSINESS_METADATA",
        "classification": "CLASSIFICATION",
        "entity": "ENTITY",
        "enum": "ENUM",
        "relationship": "RELATIONSHIP",
        "struct": "STRUCT",
        "term_template": "TERM_TEMPLATE",
        "termtemplate": "TERM_TEMPLATE",
    }
)


@get("/types/typedefs", sync_to_thread=True)
def read_all(account: Served, request: Incoming) -> Response[bytes]:
    """All definitions, or those of `type`; templates of terms only if asked for, by it or by `includeTermTemplate`."""
    wanted = _wanted(request)
    document: dict[str, object] = dict(account.catalog.types.document(wanted))
    if wanted != "TERM_TEMPLATE" and not wire.flag(request, "includeTermTemplate"):
        document["termTemplateDefs"] = []
    return wire.answer(_groups(document, request))


def _groups(document: Mapping[str, object], request: Incoming) -> Mapping[str, object]:
    # The newer surface has one group more than the older, and each surface's clients check theirs exactly.
    if request.url.path.startswith("/datamap") or document["termTemplateDefs"]:
        return document
    return {key: found for key, found in document.items() if key != "termTemplateDefs"}


def _wanted(request: Incoming) -> Category | None:
    """Return the category that `type` names, if it names one."""
    wanted = wire.text(request, "type").lower()
    if wanted and wanted not in CATEGORIES:
        cure = f"Known are {', '.join(CATEGORIES)}."
        raise Invalid(Fault("CAT-028", f"'type={wanted}' is no category of types", cure=cure))
    return CATEGORIES.get(wanted)


@post("/types/typedefs", status_code=200, sync_to_thread=True)
def create(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[bytes]:
    """Make types."""
    document = _document(account, caller, body)
    return wire.answer(_groups(account.catalog.types.create(document, by=caller.id), request))


@put("/types/typedefs", sync_to_thread=True)
def update(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[bytes]:
    """Change types."""
    document = _document(account, caller, body)
    return wire.answer(_groups(account.catalog.types.update(document, by=caller.id), request))


@delete("/types/typedefs", status_code=204, sync_to_thread=True)
def remove_many(account: Served, caller: Caller, body: RawBody) -> Response[None]:
    """Delete the types that the document names."""
    document = _document(account, caller, body)
    names = [str(definition.get("name")) for definitions in document.values() for definition in definitions]
    account.catalog.types.delete(names)
    return wire.nothing()


def _document(account: Account, caller: Principal, body: bytes) -> dict[str, list[dict[str, object]]]:
    account.roles.authorize(caller, "data/write", account.catalog.collections.root)
    return {key: definitions for key, definitions in wire.read(body, Document).items() if definitions}


@get("/types/typedefs/headers", sync_to_thread=True)
def headers(account: Served, request: Incoming) -> Response[bytes]:
    """Name, guid and category of every type, or of those of `type`."""
    keys = ("guid", "name", "category")
    wanted = _wanted(request)
    with_templates = wanted == "TERM_TEMPLATE" or wire.flag(request, "includeTermTemplate")
    found = (definition for group in account.catalog.types.document(wanted).values() for definition in group)
    shown = (definition for definition in found if with_templates or definition["category"] != "TERM_TEMPLATE")
    return wire.answer([{key: definition[key] for key in keys} for definition in shown])


@get("/types/statistics", sync_to_thread=True)
def statistics(account: Served, caller: Caller) -> Response[bytes]:
    """Number of active entities by type."""
    readable = account.roles.collections(caller, "data/read")
    return wire.answer({"typeStatistics": account.catalog.entities.counts(collections=readable)})


def read_any(account: Served, key: FromPath[str]) -> Response[bytes]:
    """A definition by name or guid."""
    return wire.answer(account.catalog.types.definition(key))


@delete("/types/typedef/name/{key:str}", status_code=204, sync_to_thread=True)
def remove(account: Served, caller: Caller, key: FromPath[str]) -> Response[None]:
    """Delete a type."""
    account.roles.authorize(caller, "data/write", account.catalog.collections.root)
    account.catalog.types.delete([key])
    return wire.nothing()


def read_one(account: Served, request: Incoming, key: FromPath[str]) -> Response[bytes]:
    """A definition of one category by name or guid."""
    kind = request.url.path.split("/types/", 1)[1].split("def/", 1)[0]
    return wire.answer(account.catalog.types.definition(key, CATEGORIES[kind]))


# One handler a path: the framework moves a handler with several paths into a thread twice.
READERS: Mapping[str, Callable[..., Response[bytes]]] = MappingProxyType(
    {"type": read_any, **{kind: read_one for kind in CATEGORIES if "_" not in kind}}
)


def _by_key(kind: str) -> tuple[HTTPRouteHandler, ...]:
    paths = (f"/types/{kind}def/{by}/{{key:str}}" for by in ("name", "guid"))
    return tuple(get(path, sync_to_thread=True)(READERS[kind]) for path in paths)


BY_KEY = tuple(handler for kind in READERS for handler in _by_key(kind))
# Purview has these beside Atlas' routes, not below them.
BESIDE_ATLAS = _by_key("termtemplate")
HANDLERS = (create, headers, read_all, *BY_KEY, remove, remove_many, statistics, update)
