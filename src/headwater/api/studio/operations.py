"""What an operation's attributes say, read once: the steps of a data flow and how the last run reported it.

Some attributes are JSON strings in the account (decision 1). Text that is no such JSON comes from another client and is
taken as saying nothing: a stranger's entity must not break a page.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from headwater import typed
from headwater.data.edges import FlowStep

T = TypeVar("T")


class Evidence(msgspec.Struct, frozen=True):
    """Under what circumstances a run reported an operation; `notes` say what could not be told, and why."""

    iteration: str = ""
    attempt: int = 0
    written: bool = True
    notes: tuple[str, ...] = ()


def steps(attributes: Mapping[str, object]) -> tuple[FlowStep, ...]:
    """Return the steps of a data flow; none for a copy."""
    return read(attributes.get("steps"), tuple[FlowStep, ...]) or ()


def evidence(attributes: Mapping[str, object]) -> Evidence:
    """Return under what circumstances the last run reported the operation."""
    return read(attributes.get("evidence"), Evidence) or Evidence()


def text(attributes: Mapping[str, object], name: str) -> str:
    """Return an attribute that should be a string; empty where it is not set."""
    value = attributes.get(name)
    return value if isinstance(value, str) else ""


def whole(attributes: Mapping[str, object], name: str) -> int | None:
    """Return an attribute that should be a whole number."""
    value = attributes.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(milliseconds: object) -> datetime.datetime | None:
    """Return the time that Atlas writes as milliseconds since 1970."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int) or milliseconds <= 0:
        return None
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)


def read(value: object, type_: type[T]) -> T | None:
    """Return the value that a JSON string holds, or None where it holds another."""
    if not isinstance(value, str) or not value:
        return None
    try:
        return typed.decode(value, type_)
    except msgspec.MsgspecError:
        return None
