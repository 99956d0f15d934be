"""Routes of type definitions. Reading needs a role on some collection; changing needs Data Curator on the root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from litestar import Response, delete, get, post, put
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
    }
)


@get("/types/typedefs", sync_to_thread=True)
def read_all(account: Served, request: Incoming) -> Response[bytes]:
    """All definitions, or those of `type`."""
    wanted = wire.text(request, "type").lower()
    if wanted and wanted not in CATEGORIES and wanted != "term_template":
        cure = f"Known are {', '.join(CATEGORIES)}."
        raise Invalid(Fault("CAT-028", f"'type={wanted}' is no category of types", cure=cure))
    document: dict[str, object] = dict(account.catalog.types.document(CATEGORIES.get(wanted)))
    if wanted == "term_template":
        document = {key: [] for key in document}
    # The newer surface has one group more than the older, and each surface's clients check theirs exactly.
    if request.url.path.startswith("/datamap"):
        document["termTemplateDefs"] = []
    return wire.answer(document)


@post("/types/typedefs", status_code=200, sync_to_thread=True)
def create(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Make types."""
    document = _document(account, caller, body)
    return wire.answer(account.catalog.types.create(document, by=caller.id))


@put("/types/typedefs", sync_to_thread=True)
def update(account: Served, caller: Caller, body: RawBody) -> Response[bytes]:
    """Change types."""
    document = _document(account, caller, body)
    return wire.answer(account.catalog.types.update(document, by=caller.id))


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
def headers(account: Served) -> Response[bytes]:
    """Name, guid and category of every type."""
    keys = ("guid", "name", "category")
    found = (definition for group in account.catalog.types.document().values() for definition in group)
    return wire.answer([{key: definition[key] for key in keys} for definition in found])


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
BY_KEY = tuple(
    get(f"/types/{kind}def/{by}/{{key:str}}", sync_to_thread=True)(read)
    for by in ("name", "guid")
    for kind, read in READERS.items()
)
HANDLERS = (create, headers, read_all, *BY_KEY, remove, remove_many, statistics, update)
