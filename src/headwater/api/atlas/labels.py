"""Routes of labels. Changing them asks for `data/write` on the entity's collection.

`If-Match` takes the entity's tag or version; 412 if it has changed since.
"""

from __future__ import annotations

from litestar import Response, delete, post, put
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import conditions, wire
from headwater.api.atlas.targets import named
from headwater.api.wire import Caller, Incoming, Served

BY_GUID = "/entity/guid/{guid:str}/labels"
BY_NAME = "/entity/uniqueAttribute/type/{type_name:str}/labels"


@post(BY_GUID, status_code=204, sync_to_thread=True)
def replace(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Make the labels of an entity exactly these; none, if none are sent."""
    return _replace(account, caller, request, guid, body)


@post(BY_NAME, status_code=204, sync_to_thread=True)
def replace_named(
    account: Served, caller: Caller, request: Incoming, type_name: FromPath[str], body: RawBody
) -> Response[None]:
    """Make the labels of an entity exactly these, by its name."""
    return _replace(account, caller, request, named(account, request, type_name), body)


def _replace(account: Account, caller: Principal, request: Incoming, guid: str, body: bytes) -> Response[None]:
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.labels.set(guid, _labels(body), by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


@put(BY_GUID, status_code=204, sync_to_thread=True)
def add(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Give an entity more labels."""
    return _add(account, caller, request, guid, body)


@put(BY_NAME, status_code=204, sync_to_thread=True)
def add_named(
    account: Served, caller: Caller, request: Incoming, type_name: FromPath[str], body: RawBody
) -> Response[None]:
    """Give an entity more labels, by its name."""
    return _add(account, caller, request, named(account, request, type_name), body)


def _add(account: Account, caller: Principal, request: Incoming, guid: str, body: bytes) -> Response[None]:
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.labels.add(guid, _labels(body), by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


@delete(BY_GUID, status_code=204, sync_to_thread=True)
def remove(account: Served, caller: Caller, request: Incoming, guid: FromPath[str], body: RawBody) -> Response[None]:
    """Take labels from an entity."""
    return _remove(account, caller, request, guid, body)


@delete(BY_NAME, status_code=204, sync_to_thread=True)
def remove_named(
    account: Served, caller: Caller, request: Incoming, type_name: FromPath[str], body: RawBody
) -> Response[None]:
    """Take labels from an entity by its name."""
    return _remove(account, caller, request, named(account, request, type_name), body)


def _remove(account: Account, caller: Principal, request: Incoming, guid: str, body: bytes) -> Response[None]:
    permit, condition = wire.permit(account, caller), conditions.expected(request)
    account.catalog.labels.remove(guid, _labels(body), by=caller.id, permit=permit, condition=condition)
    return wire.nothing()


def _labels(body: bytes) -> list[str]:
    return wire.read(b"[]" if body in (b"", b"null") else body, list[str])


HANDLERS = (add, add_named, remove, remove_named, replace, replace_named)
