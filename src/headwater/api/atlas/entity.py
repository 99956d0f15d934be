"""Routes of entities. Writes ask for the right before they touch anything; reads after they know the collection."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import conditions, hidden, wire
from headwater.api.atlas.audit import witness
from headwater.api.atlas.classifications import updates_of
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.model import EntitiesInfo, Entity, EntityBatch, EntityInfo, EntityInput, Shape
from headwater.catalog.writing.conditions import Condition
from headwater.errors import Fault, NotFound

# What is left of a referred entity where little was asked for.
LEAST = frozenset({"displayName", "name", "qualifiedName"})


class OneEntity(Shape, frozen=True):
    entity: EntityInput
    referred_entities: dict[str, EntityInput] | None = None


@post("/entity", status_code=200, sync_to_thread=True)
def write_one(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[bytes]:
    """Create or update an entity and what it refers to.

    `If-Match` takes its tag or version, and `If-None-Match: *` only makes a new one; 412 if it is otherwise.
    """
    given = wire.read(body, OneEntity)
    batch = EntityBatch(entities=[given.entity], referred_entities=given.referred_entities)
    return _write(account, caller, request, batch, conditions.expected(request))


@post("/entity/bulk", status_code=200, sync_to_thread=True)
def write_many(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[bytes]:
    """Create or update entities in one transaction.

    An entity with `lastModifiedTS` is written only if that is its version; 412 if one has changed since.
    """
    return _write(account, caller, request, wire.read(body, EntityBatch))


def _write(
    account: Account, caller: Principal, request: Incoming, batch: EntityBatch, condition: Condition | None = None
) -> Response[bytes]:
    collection = wire.text(request, "collectionId") or account.default_collections.of(caller)
    found = account.catalog.entities.write(
        batch,
        by=caller.id,
        collection=collection,
        permit=wire.permit(account, caller),
        updates=updates_of(request),
        condition=condition,
    )
    return wire.answer(found)


@get("/entity/bulk", sync_to_thread=True)
def read_many(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Read entities by guid."""
    relationships = not wire.flag(request, "ignoreRelationships")
    found = account.catalog.entities.get_many(wire.texts(request, "guid"), relationships=relationships)
    return _shown(account, caller, request, found)


@delete("/entity/bulk", status_code=200, sync_to_thread=True)
def delete_many(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Delete entities by guid. With a single one, `If-Match` takes its tag or version; 412 if it has changed since."""
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    guids = wire.texts(request, "guid")
    write, told = account.catalog.entities.delete, witness(caller, "delete")
    return wire.answer(write(guids, by=caller.id, permit=permit, condition=condition, witness=told))


@get("/entity/guid/{guid:str}", sync_to_thread=True)
def read_one(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str]
) -> Response[bytes] | Response[None]:
    """Read an entity by guid. The answer has an ETag; `If-None-Match` with it answers 304."""
    relationships = not wire.flag(request, "ignoreRelationships")
    found = account.catalog.entities.get(guid, relationships=relationships)
    wire.may_read(account, caller, frozenset({found.entity.collection_id}))
    return _tagged(request, hidden.of_one(account, caller, found))


@put("/entity/guid/{guid:str}", sync_to_thread=True)
def set_attribute(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Change the attribute that `name` names to the body's value: JSON, or else text.

    `If-Match` takes the entity's tag or version; 412 if it has changed since.
    """
    value = wire.json_or_text(body)
    name = wire.texts(request, "name")[0]
    permit = wire.permit(account, caller)
    condition = conditions.expected(request)
    write = account.catalog.entities.set_attribute
    return wire.answer(write(guid, name, value, by=caller.id, permit=permit, condition=condition))


@delete("/entity/guid/{guid:str}", status_code=200, sync_to_thread=True)
def delete_one(account: Served, caller: Caller, request: Incoming, guid: FromPath[str]) -> Response[bytes]:
    """Delete an entity by guid. `If-Match` takes its tag or version; 412 if it has changed since."""
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    write, told = account.catalog.entities.delete, witness(caller, "delete")
    return wire.answer(write([guid], by=caller.id, permit=permit, condition=condition, witness=told))


@get("/entity/guid/{guid:str}/header", sync_to_thread=True)
def read_header(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """Read an entity's header."""
    header = account.catalog.entities.header(guid)
    wire.may_read(account, caller, frozenset({header.collection_id}))
    return wire.answer(header)


@get("/entity/uniqueAttribute/type/{type_name:str}", sync_to_thread=True)
def read_named(
    account: Served, caller: Caller, request: Incoming, type_name: FromPath[str]
) -> Response[bytes] | Response[None]:
    """Read an entity by its name. The answer has an ETag; `If-None-Match` with it answers 304."""
    return _tagged(request, _named(account, caller, request, type_name))


def _tagged(request: Incoming, found: EntityInfo) -> Response[bytes] | Response[None]:
    shown = _least(found) if wire.flag(request, "minExtInfo") else found
    return conditions.tagged(request, shown, found.entity.version)


def _least(found: EntityInfo) -> EntityInfo:
    return msgspec.structs.replace(found, referred_entities=_without_details(found.referred_entities))


def _without_details(entities: Mapping[str, Entity]) -> dict[str, Entity]:
    """Leave of referred entities what identifies them, as `minExtInfo` asks."""
    return {
        guid: msgspec.structs.replace(
            entity,
            attributes={name: value for name, value in entity.attributes.items() if name in LEAST},
            relationship_attributes={},
        )
        for guid, entity in entities.items()
    }


@get("/entity/uniqueAttribute/type/{type_name:str}/header", sync_to_thread=True)
def read_header_named(account: Served, caller: Caller, request: Incoming, type_name: FromPath[str]) -> Response[bytes]:
    """Read an entity's header by its name."""
    found = _named(account, caller, request, type_name)
    return wire.answer(account.catalog.entities.header(found.entity.guid))


def _named(account: Account, caller: Principal, request: Incoming, type_name: str) -> EntityInfo:
    name = wire.unique_names(request)[0]
    relationships = not wire.flag(request, "ignoreRelationships")
    guid = account.catalog.entities.guid_of(type_name, name)
    found = account.catalog.entities.get(guid, relationships=relationships)
    wire.may_read(account, caller, frozenset({found.entity.collection_id}))
    return hidden.of_one(account, caller, found)


@put("/entity/uniqueAttribute/type/{type_name:str}", sync_to_thread=True)
def patch_named(
    account: Served, caller: Caller, request: Incoming, type_name: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Change the given attributes of an entity by its name.

    `If-Match` takes its tag or version, and the entity's `lastModifiedTS` its version; 412 if it has changed since.
    """
    given = wire.read(body, OneEntity).entity
    name = wire.unique_names(request)[0]
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    write = account.catalog.entities.patch
    return wire.answer(write(type_name, name, given, by=caller.id, permit=permit, condition=condition))


@delete("/entity/uniqueAttribute/type/{type_name:str}", status_code=200, sync_to_thread=True)
def delete_named(account: Served, caller: Caller, request: Incoming, type_name: FromPath[str]) -> Response[bytes]:
    """Delete an entity by its name. `If-Match` takes its tag or version; 412 if it has changed since."""
    name = wire.unique_names(request)[0]
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    write, told = account.catalog.entities.delete_named, witness(caller, "delete")
    return wire.answer(write(type_name, name, by=caller.id, permit=permit, condition=condition, witness=told))


@get("/entity/bulk/uniqueAttribute/type/{type_name:str}", sync_to_thread=True)
def read_many_named(account: Served, caller: Caller, request: Incoming, type_name: FromPath[str]) -> Response[bytes]:
    """Read entities of a type by their names; names without an entity are left out, unless all are."""
    names = wire.unique_names(request)
    relationships = not wire.flag(request, "ignoreRelationships")
    found = account.catalog.entities.get_named(type_name, names, relationships=relationships)
    if not found.entities:
        message = f"Instance {type_name} with unique attribute {{qualifiedName={', '.join(names[:5])}}} does not exist"
        raise NotFound(Fault("CAT-003", message, cure="Names are case sensitive; search for the asset."))
    return _shown(account, caller, request, found)


def _shown(account: Account, caller: Principal, request: Incoming, found: EntitiesInfo) -> Response[bytes]:
    wire.may_read(account, caller, frozenset(entity.collection_id for entity in found.entities))
    found = hidden.of_many(account, caller, found)
    if wire.flag(request, "minExtInfo"):
        found = msgspec.structs.replace(found, referred_entities=_without_details(found.referred_entities))
    return wire.answer(found)


HANDLERS = (
    delete_many,
    delete_named,
    delete_one,
    patch_named,
    read_header,
    read_header_named,
    read_many,
    read_many_named,
    read_named,
    read_one,
    set_attribute,
    write_many,
    write_one,
)
