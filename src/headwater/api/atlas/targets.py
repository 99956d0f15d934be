"""The entity that a route of annotations is about: by guid, or by type and unique attribute."""

from __future__ import annotations

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.api import wire
from headwater.api.wire import Incoming
from headwater.catalog.model import EntityHeader


def named(account: Account, request: Incoming, type_name: str) -> str:
    """Return the guid of the entity that `attr:qualifiedName` names. Raises NotFound or Invalid."""
    return account.catalog.entities.guid_of(type_name, wire.unique_names(request)[0])


def readable(account: Account, caller: Principal, guid: str) -> EntityHeader:
    """Return the header of an entity that the caller may read. Raises NotFound or Forbidden."""
    header = account.catalog.entities.header(guid)
    wire.may_read(account, caller, frozenset({header.collection_id}))
    return header
