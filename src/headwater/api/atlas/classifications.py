"""Routes of classifications. Changing them asks for `data/write` on the entity's collection; where they propagate
to needs no right. `If-Match` takes the entity's tag or version; 412 if it has changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import conditions, wire
from headwater.api.atlas.targets import named, readable
from headwater.api.wire import Caller, Incoming, Served
from headwater.catalog.annotations.classifications import classification_of
from headwater.catalog.model import Attributes, ClassificationInput, Classifieds, Shape
from headwater.catalog.writing.sent import Behaviour, Updates
from headwater.errors import Fault, Invalid

Many = list[ClassificationInput]


class Association(Shape, frozen=True):
    """One classification for many entities: by guid, or by type and unique attributes."""

    classification: ClassificationInput
    entity_guids: list[str] | None = None
    entity_type_name: str | None = None
    entities_unique_attributes: list[Attributes] | None = None


class Header(Shape, frozen=True):
    """What is to be set on an entity; type and attributes name it if its guid is not known here."""

    classifications: list[ClassificationInput] | None = None
    type_name: str | None = None
    attributes: Attributes | None = None


class Headers(Shape, frozen=True):
    guid_header_map: dict[str, Header]


@get("/entity/guid/{guid:str}/classifications", sync_to_thread=True)
def read_all(account: Served, caller: Caller, guid: FromPath[str]) -> Response[bytes]:
    """The classifications of an entity, also those that were propagated to it."""
    found = readable(account, caller, guid).classifications
    return wire.answer(Classifieds(list=found, start_index=0, page_size=len(found), total_count=len(found)))


@get("/entity/guid/{guid:str}/classification/{name:str}", sync_to_thread=True)
def read_one(account: Served, caller: Caller, guid: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A classification of an entity: its own, or else one that was propagated to it."""
    return wire.answer(classification_of(readable(account, caller, guid), name))


@post("/entity/guid/{guid:str}/classifications", status_code=204, sync_to_thread=True)
def add(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Give an entity classifications that it does not have."""
    return _add(account, caller, request, guid, body)


@post("/entity/uniqueAttribute/type/{type_name:str}/classifications", status_code=204, sync_to_thread=True)
def add_named(
    account: Served, caller: Caller, request: Incoming, type_name: FromPath[str], body: RawBody
) -> Response[None]:
    """Give an entity classifications that it does not have, by its name."""
    return _add(account, caller, request, named(account, request, type_name), body)


def _add(account: Account, caller: Principal, request: Incoming, guid: str, body: bytes) -> Response[None]:
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.classifications.add([guid], wire.read(body, Many), by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


@put("/entity/guid/{guid:str}/classifications", status_code=204, sync_to_thread=True)
def change(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Change classifications of an entity; attributes that are not sent stay."""
    return _change(account, caller, request, guid, body)


@put("/entity/uniqueAttribute/type/{type_name:str}/classifications", status_code=204, sync_to_thread=True)
def change_named(
    account: Served, caller: Caller, request: Incoming, type_name: FromPath[str], body: RawBody
) -> Response[None]:
    """Change classifications of an entity by its name; attributes that are not sent stay."""
    return _change(account, caller, request, named(account, request, type_name), body)


def _change(account: Account, caller: Principal, request: Incoming, guid: str, body: bytes) -> Response[None]:
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.classifications.change(
        guid, wire.read(body, Many), by=caller.id, permit=permit, condition=condition
    )
    return wire.nothing()


@delete("/entity/guid/{guid:str}/classification/{name:str}", status_code=204, sync_to_thread=True)
def remove(
    account: Served, caller: Caller, request: Incoming, guid: FromPath[str], name: FromPath[str]
) -> Response[None]:
    """Take a classification from an entity, and from where it propagates to.

    With `associatedEntityGuid`, one that a deleted entity propagated here.
    """
    source = wire.text(request, "associatedEntityGuid") or None
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.classifications.remove(guid, name, source=source, by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


@delete("/entity/uniqueAttribute/type/{type_name:str}/classification/{name:str}", status_code=204, sync_to_thread=True)
def remove_named(
    account: Served, caller: Caller, request: Incoming, type_name: FromPath[str], name: FromPath[str]
) -> Response[None]:
    """Take a classification from an entity by its name, and from where it propagates to."""
    guid = named(account, request, type_name)
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.classifications.remove(guid, name, by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


@post("/entity/bulk/classification", status_code=204, sync_to_thread=True)
def add_to_many(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[None]:
    """Give many entities one classification: all of them, or none if one has it already."""
    given = wire.read(body, Association)
    guids = [*(given.entity_guids or ()), *_guids(account, given)]
    if not guids:
        cure = "Send entityGuids, or entityTypeName and entitiesUniqueAttributes."
        raise Invalid(Fault("CAT-028", "No entities are named", cure=cure))
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.classifications.add(guids, [given.classification], by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


def _guids(account: Account, given: Association) -> list[str]:
    names = [attributes.get("qualifiedName") for attributes in given.entities_unique_attributes or ()]
    if names and not given.entity_type_name:
        raise Invalid(Fault("CAT-028", "The type of the entities is not named", cure="Send entityTypeName."))
    return [account.catalog.entities.guid_of(given.entity_type_name or "", str(name)) for name in names]


@post("/entity/bulk/setClassifications", status_code=200, sync_to_thread=True)
def set_many(account: Served, caller: Caller, request: Incoming, body: RawBody) -> Response[bytes]:
    """Give each entity exactly these classifications as its own, and answer the guids."""
    headers = wire.read(body, Headers).guid_header_map
    known = account.catalog.entities.headers(headers)
    given = {
        guid if guid in known else _named_by(account, guid, header): _for_itself(guid, header.classifications or [])
        for guid, header in headers.items()
    }
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    return wire.answer(account.catalog.classifications.set(given, by=caller.id, permit=permit, condition=condition))


def _named_by(account: Account, guid: str, header: Header) -> str:
    """Return the guid of the entity of a header's name; the guid that was sent, if the header has none."""
    name = (header.attributes or {}).get("qualifiedName")
    if not header.type_name or not isinstance(name, str):
        return guid
    return account.catalog.entities.guid_of(header.type_name, name)


def _for_itself(guid: str, given: Many) -> Many:
    """Return the classifications without the guid under which the client knows their entity."""
    return [msgspec.structs.replace(item, entity_guid=None) if item.entity_guid == guid else item for item in given]


BEHAVIOURS: Mapping[str, Behaviour] = MappingProxyType({"ignore": "ignore", "merge": "merge", "replace": "replace"})


def updates_of(request: Incoming) -> Updates:
    """Return what a write does with annotations of entities that exist, by Purview's parameter or Atlas'.

    Raises Invalid for a value that is none.
    """
    said = wire.text(request, "businessAttributeUpdateBehavior").lower()
    if said and said not in BEHAVIOURS:
        message = f"'businessAttributeUpdateBehavior={said}' is no behaviour"
        raise Invalid(Fault("CAT-028", message, cure=f"Send one of {', '.join(BEHAVIOURS)}."))
    by_atlas: Literal["merge", "replace"] = "replace" if wire.flag(request, "overwriteBusinessAttributes") else "merge"
    default: Behaviour = by_atlas if wire.flag(request, "replaceBusinessAttributes") else "ignore"
    return Updates(wire.flag(request, "replaceClassifications"), BEHAVIOURS.get(said, default))


HANDLERS = (
    add,
    add_named,
    add_to_many,
    change,
    change_named,
    read_all,
    read_one,
    remove,
    remove_named,
    set_many,
)
