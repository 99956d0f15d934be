"""Routes of collections: the tree, and entities written into one."""

from __future__ import annotations

import datetime

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.purview import paging
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.collections import Collection
from headwater.catalog.model import EntityBatch, EntityInput, Shape


class ParentBody(msgspec.Struct, frozen=True, rename="camel"):
    reference_name: str


class CollectionBody(msgspec.Struct, frozen=True, rename="camel"):
    friendly_name: str | None = None
    description: str | None = None
    parent_collection: ParentBody | None = None


class OneEntity(Shape, frozen=True):
    entity: EntityInput
    referred_entities: dict[str, EntityInput] | None = None


PAGE = 100
"""Collections of one answer; `nextLink` has the rest."""


class GuidsBody(msgspec.Struct, frozen=True, rename="camel"):
    entity_guids: tuple[str, ...]


@get("/collections", sync_to_thread=True)
def read_all(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Collections that the caller may see."""
    seen = account.roles.collections(caller, "collection/read")
    found = {item.name: item for item in account.catalog.collections.all() if item.name in seen}
    page = paging.after(request, list(found), PAGE)
    return _listed([_shown(found[name]) for name in page.items], len(found), page)


@get("/collections/{name:str}", sync_to_thread=True)
def read_one(account: Served, caller: Caller, name: FromPath[str]) -> Response[bytes]:
    """A collection."""
    account.roles.authorize(caller, "collection/read", name)
    return wire.answer(_shown(account.catalog.collections.get(name)))


@put("/collections/{name:str}", sync_to_thread=True)
def write(account: Served, caller: Caller, name: FromPath[str], body: RawBody) -> Response[bytes]:
    """Make, rename or move a collection; needs Collection Administrator on its parent, old and new, and on itself.

    What the body leaves out stays as it is; without a parent, a new collection stands below the root.
    """
    given = wire.read(body, CollectionBody)
    collections = account.catalog.collections
    old = next((item for item in collections.all() if item.name == name), None)
    parent = given.parent_collection.reference_name if given.parent_collection else (old and old.parent)
    parent = parent or collections.root
    places = {parent}
    if old is not None:
        places |= {name, *([old.parent] if old.parent and old.parent != parent else [])}
    account.roles.authorize_all(caller, "collection/write", places)
    account.put_collection(
        name,
        friendly_name=given.friendly_name or (old.friendly_name if old else name),
        parent=parent,
        description=given.description if given.description is not None else (old.description if old else ""),
        by=caller.id,
    )
    return wire.answer(_shown(collections.get(name)))


@delete("/collections/{name:str}", status_code=204, sync_to_thread=True)
def remove(account: Served, caller: Caller, name: FromPath[str]) -> Response[None]:
    """Delete an empty collection; 409 tells what it still holds."""
    account.roles.authorize(caller, "collection/write", name)
    account.delete_collection(name, by=caller.id)
    return wire.nothing()


@get("/collections/{name:str}/getChildCollectionNames", sync_to_thread=True)
def children(account: Served, caller: Caller, request: Incoming, name: FromPath[str]) -> Response[bytes]:
    """Names of the collections below that the caller may see."""
    account.roles.authorize(caller, "collection/read", name)
    seen = account.roles.collections(caller, "collection/read")
    found = {item.name: item for item in account.catalog.collections.children(name) if item.name in seen}
    page = paging.after(request, list(found), PAGE)
    names: list[dict[str, object]] = [{"name": at, "friendlyName": found[at].friendly_name} for at in page.items]
    return _listed(names, len(found), page)


@get("/collections/{name:str}/getCollectionPath", sync_to_thread=True)
def path(account: Served, caller: Caller, name: FromPath[str]) -> Response[bytes]:
    """Names from the root to the collection's parent."""
    account.roles.authorize(caller, "collection/read", name)
    names = account.catalog.collections.path(name)[:-1]
    friendly = {item.name: item.friendly_name for item in account.catalog.collections.all()}
    return wire.answer({"parentNameChain": names, "parentFriendlyNameChain": [friendly[parent] for parent in names]})


@post("/collections/{name:str}/entity", status_code=200, sync_to_thread=True)
def write_entity(account: Served, caller: Caller, name: FromPath[str], body: RawBody) -> Response[bytes]:
    """Create or update an entity; new ones go into the collection."""
    given = wire.read(body, OneEntity)
    batch = EntityBatch(entities=[given.entity], referred_entities=given.referred_entities)
    return _write(account, caller, name, batch)


@post("/collections/{name:str}/entity/bulk", status_code=200, sync_to_thread=True)
def write_entities(account: Served, caller: Caller, name: FromPath[str], body: RawBody) -> Response[bytes]:
    """Create or update entities; new ones go into the collection."""
    return _write(account, caller, name, wire.read(body, EntityBatch))


@post("/collections/{name:str}/entity/moveHere", status_code=200, sync_to_thread=True)
def move_here(account: Served, caller: Caller, name: FromPath[str], body: RawBody) -> Response[bytes]:
    """Move assets, with their columns, into the collection; needs Data Curator there and where they stand."""
    return _move(account, caller, name, body)


@post("/entity/moveTo", status_code=200, sync_to_thread=True)
def move_to(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[bytes]:
    """Move assets, with their columns, into the collection that `collectionId` names, as `moveHere` does."""
    return _move(account, caller, wire.texts(request, "collectionId")[0], body)


def _move(account: Account, caller: Principal, name: str, body: bytes) -> Response[bytes]:
    guids = wire.read(body, GuidsBody).entity_guids
    moved = account.catalog.moves.move(guids, name, by=caller.id, permit=wire.permit(account, caller))
    if count := sum(len(headers) for headers in moved.mutated_entities.values()):
        account.audit.record(caller.id, "move assets", name, outcome="changed", detail=f"{count} with their parts")
    return wire.answer(moved)


def _listed(found: list[dict[str, object]], count: int, page: paging.Page) -> Response[bytes]:
    document: dict[str, object] = {"value": found, "count": count}
    if page.next_link:
        document["nextLink"] = page.next_link
    return wire.answer(document)


def _write(account: Account, caller: Principal, name: str, batch: EntityBatch) -> Response[bytes]:
    permit = wire.permit(account, caller)
    return wire.answer(account.catalog.entities.write(batch, by=caller.id, collection=name, permit=permit))


def _shown(item: Collection) -> dict[str, object]:
    document: dict[str, object] = {
        "name": item.name,
        "friendlyName": item.friendly_name,
        "description": item.description,
        "collectionProvisioningState": "Succeeded",
        "systemData": {
            "createdAt": _iso(item.created_at),
            "createdBy": item.created_by,
            "lastModifiedAt": _iso(item.updated_at),
            "lastModifiedBy": item.updated_by,
        },
    }
    if item.parent:
        document["parentCollection"] = {"type": "CollectionReference", "referenceName": item.parent}
    return document


def _iso(at: int) -> str:
    return datetime.datetime.fromtimestamp(at / 1000, datetime.UTC).isoformat()


HANDLERS = (children, path, read_all, read_one, remove, write)
CATALOG_HANDLERS = (move_here, move_to, write_entities, write_entity)
