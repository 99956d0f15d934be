"""Values that several answers share. Structs are frozen and travel in camelCase; times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Literal

import msgspec

LineageState = Literal["NotReported", "Pending", "Succeeded", "Failed", "Skipped"]


class Answer(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Base of every answer: frozen, camelCase, by keyword."""


class SignIn(Answer, frozen=True, kw_only=True):
    """What the sign-in page sends: the one-time token of the printed link, or a bearer token."""

    token: str


class Session(Answer, frozen=True, kw_only=True):
    """Who looks, at which account, and what they may do there."""

    user: str
    account: str
    roles: tuple[str, ...] = ()
    can_curate: bool = False
    can_grant: bool = False
    version: str


class Command(Answer, frozen=True, kw_only=True):
    """A command to copy, with the sentence that says what it does."""

    label: str
    command: str


class Segment(Answer, frozen=True, kw_only=True):
    """A piece of a text; `marked` where the search found its word."""

    text: str
    marked: bool = False


class Crumb(Answer, frozen=True, kw_only=True):
    """One step of a path: an asset where `guid` is known, a place in Browse where `path` is."""

    name: str
    family: str
    guid: str | None = None
    path: str | None = None


class Tile(Answer, frozen=True, kw_only=True):
    """A source type or a collection with the number of its assets."""

    key: str
    label: str
    family: str
    count: int
