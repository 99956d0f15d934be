"""Requests and answers of the Atlas and Purview surfaces: bodies, query parameters, JSON; shared by their routes.

Bodies are decoded where the handler runs, in a worker thread, so that a large bulk never stalls the others.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency

from headwater import typed
from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.access.roles import Action
from headwater.errors import Fault, Invalid, Place

T = TypeVar("T")
Incoming = Request[Principal, str, State]
Caller = NamedDependency[Principal]
"""Who sent the token: what routes ask for as `caller`."""
Served = NamedDependency[Account]
"""The account that answers: what routes ask for as `account`."""
# One client sends `attr_N:` as the documentation spells it.
_UNIQUE = re.compile(r"attr(?:_(\d{1,9}|N))?:(\w+)")


def read(body: bytes, type: type[T], *, numbers_as_text: bool = False) -> T:
    """Return the JSON body as this type. Raises Invalid with the path that does not fit.

    `numbers_as_text` takes `"25"` for 25 too, as command lines send what they were given.
    """
    try:
        return typed.decode(body or b"null", type, strict=not numbers_as_text)
    except msgspec.DecodeError as error:
        message, _, path = str(error).partition(" - at ")
        place = Place(path=path.strip("`") or None)
        raise Invalid(
            Fault("CAT-028", f"The body cannot be read: {message}", place, "Send JSON of the right form.")
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Invalid(Fault("CAT-028", "The body cannot be read", cure="Send JSON in UTF-8, not too deep.")) from error


def json_or_text(body: bytes) -> object:
    """Return the body's value if it is JSON, or else its text. Raises Invalid."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _text_of(body)
    except RecursionError as error:
        raise Invalid(Fault("CAT-028", "The body is too deep to be read", cure="Send fewer levels.")) from error


def _text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Invalid(Fault("CAT-028", "The body is neither JSON nor text", cure="Send it in UTF-8.")) from error


def answer(value: object, status: int = 200) -> Response[bytes]:
    """Return a JSON answer."""
    return Response(msgspec.json.encode(value), status_code=status, media_type=MediaType.JSON)


def encoded(body: bytes) -> Response[bytes]:
    """Return an answer that is JSON already."""
    return Response(body, media_type=MediaType.JSON)


def nothing() -> Response[None]:
    """Return 204, as real clients expect of what has no answer."""
    return Response(None, status_code=204)


def text(request: Incoming, name: str, default: str = "") -> str:
    """Return a query parameter."""
    return str(request.query_params.get(name, default))


def texts(request: Incoming, name: str) -> list[str]:
    """Return every value of a query parameter. Raises Invalid if there is none."""
    found = [str(value) for value in request.query_params.getall(name, [])]
    if not found:
        raise Invalid(Fault("CAT-028", f"The query parameter '{name}' is missing", cure=f"Send {name}=…"))
    return found


def flag(request: Incoming, name: str) -> bool:
    """Return a truth value; Python clients write `True`."""
    return text(request, name).lower() == "true"


def number(request: Incoming, name: str, default: int) -> int:
    """Return a whole number. Raises Invalid."""
    value = text(request, name)
    if not value:
        return default
    if not re.fullmatch(r"-?\d{1,9}", value):
        raise Invalid(Fault("CAT-028", f"'{name}={value}' is no whole number", cure=f"Send {name}=<number>."))
    return int(value)


def moment(request: Incoming, name: str) -> datetime.datetime | None:
    """Return a time in ISO 8601, in UTC unless it says otherwise; None if it is not given. Raises Invalid."""
    # A `+` that nobody escaped arrives as a space.
    value = re.sub(r" (?=\d\d:?\d\d$)", "+", text(request, name))
    if not value:
        return None
    try:
        found = datetime.datetime.fromisoformat(value)
        found = found if found.tzinfo is not None else found.replace(tzinfo=datetime.UTC)
        return found.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        cure = f"Send {name}=2026-01-31T12:00:00Z."
        raise Invalid(Fault("CAT-028", f"'{name}={value}' is no time in ISO 8601", cure=cure)) from None


def unique_names(request: Incoming) -> list[str]:
    """Return the names of `attr:qualifiedName=` or `attr_0:qualifiedName=` … Raises Invalid if there is none."""
    found: list[tuple[int, str]] = []
    # The framework gives them in no order.
    for key, value in request.query_params.multi_items():
        if (matched := _UNIQUE.fullmatch(key)) and value:
            if matched[2] != "qualifiedName":
                cure = "Look entities up by attr:qualifiedName."
                raise Invalid(Fault("CAT-028", f"'{matched[2]}' is no unique attribute", cure=cure))
            found.append((int(matched[1]) if (matched[1] or "").isdigit() else 0, str(value)))
    names = [name for _, name in sorted(found, key=lambda item: item[0])]
    if not names:
        raise Invalid(Fault("CAT-028", "No unique attribute is given", cure="Send attr:qualifiedName=…"))
    return names


def permit(account: Account, caller: Principal, action: Action = "data/write") -> Callable[[frozenset[str]], None]:
    """Return what a write asks before it touches collections."""
    return lambda names: account.roles.authorize_all(caller, action, names)


def may_read(account: Account, caller: Principal, collections: frozenset[str]) -> None:
    """Raise Forbidden unless the caller may read in all these collections."""
    account.roles.authorize_all(caller, "data/read", collections)


def readable_around(account: Account, caller: Principal, guids: Sequence[str]) -> frozenset[str]:
    """Return the collections that the caller may read. Raises Forbidden if one of these entities is in no such one."""
    readable = account.roles.collections(caller, "data/read")
    places = account.catalog.entities.collections_of(guids)
    if not places <= readable:
        may_read(account, caller, places)
    return readable
