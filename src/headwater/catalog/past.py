"""Earlier states of an entity, found backwards from now by what each change replaced. Pure: rows in, states out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

import msgspec

from headwater import typed
from headwater.catalog.model import Attributes, Shape
from headwater.catalog.reading import STATUSES, Row, attributes_of
from headwater.catalog.writing.changes import is_secret, without_secrets

MASK = "********"


T = TypeVar("T")


class Recorded(Protocol):
    """A row of `entity_changes`."""

    @property
    def version(self) -> int: ...
    @property
    def action(self) -> str: ...
    @property
    def replaced(self) -> Mapping[str, object]: ...


class State(msgspec.Struct, frozen=True):
    """What history tells of an entity at one version. `annotations` and `contacts` are as its row holds them.

    `relationships` are attributes of relationships by guid, where they were others than now. `unknown` are attributes
    whose values then are not kept.
    """

    version: int
    attributes: Attributes
    custom_attributes: dict[str, str] | None
    contacts: dict[str, list[Attributes]] | None
    annotations: dict[str, object] | None
    collection: str
    status: str
    relationships: dict[str, Attributes]
    unknown: frozenset[str] = frozenset()


class Difference(Shape, frozen=True, omit_defaults=True):
    """One value that a change set. `kept` false: its values are not kept.

    `part` is attributes, customAttributes, contacts, annotations, collectionId, status or relationships; `name` is the
    attribute, the kind of annotation, or the guid of the relationship.
    """

    part: str
    name: str = ""
    old: object = None
    new: object = None
    kept: bool = True


class _Replaced(msgspec.Struct, frozen=True, rename="camel"):
    """What a change replaced, as `writing/changes.py` writes it; UNSET is what it did not touch."""

    attributes: Attributes = {}
    unkept: tuple[str, ...] = ()
    custom_attributes: dict[str, str] | None | msgspec.UnsetType = msgspec.UNSET
    contacts: dict[str, list[Attributes]] | None | msgspec.UnsetType = msgspec.UNSET
    annotations: dict[str, object] | None | msgspec.UnsetType = msgspec.UNSET
    collection_id: str | msgspec.UnsetType = msgspec.UNSET
    status: str | msgspec.UnsetType = msgspec.UNSET
    relationships: dict[str, Attributes] = {}


def state_of(row: Row, collections: Mapping[int, str]) -> State:
    """Return the state now, from a row of `whole`."""
    return State(
        version=row["version"],
        attributes=attributes_of(row),
        custom_attributes=row["custom_attributes"],
        contacts=row["contacts"],
        annotations=row["annotations"],
        collection=collections[row["collection_id"]],
        status=STATUSES[row["status"]],
        relationships={},
    )


def back(state: State, change: Recorded) -> State:
    """Return the state before a change that led to this one."""
    said = _read(change)
    attributes = {**state.attributes, **said.attributes}
    unknown = state.unknown | set(said.unkept)
    return State(
        version=change.version - 1,
        attributes={name: value for name, value in attributes.items() if value is not None and name not in unknown},
        custom_attributes=_before(said.custom_attributes, state.custom_attributes),
        contacts=_before(said.contacts, state.contacts),
        annotations=_before(said.annotations, state.annotations),
        collection=_before(said.collection_id, state.collection),
        status=_before(said.status, state.status),
        relationships={**state.relationships, **said.relationships},
        unknown=unknown,
    )


def steps(now: State, changes: Iterable[Recorded]) -> Iterator[tuple[Recorded, State, State]]:
    """Yield each change, newest first, with the states before and after it."""
    after = now
    for change in changes:
        before = back(after, change)
        yield change, before, after
        after = before


def differences(change: Recorded, before: State, after: State) -> Iterator[Difference]:
    """Yield what a change set, with the values before and after; what may be a secret is masked."""
    said = _read(change)
    for name in said.attributes:
        yield Difference("attributes", name, before.attributes.get(name), after.attributes.get(name))
    for name in said.unkept:
        yield Difference("attributes", name, kept=False)
    if said.custom_attributes is not msgspec.UNSET:
        now = without_secrets(after.custom_attributes)
        yield from _between("customAttributes", said.custom_attributes or {}, now or {})
    if said.contacts is not msgspec.UNSET:
        yield from _between("contacts", before.contacts or {}, after.contacts or {})
    if said.annotations is not msgspec.UNSET:
        yield from _between("annotations", before.annotations or {}, after.annotations or {})
    if said.collection_id is not msgspec.UNSET:
        yield Difference("collectionId", "", before.collection, after.collection)
    if said.status is not msgspec.UNSET:
        yield Difference("status", "", before.status, after.status)
    for guid, old in said.relationships.items():
        # Null where they are as they are now: the relationship itself tells.
        yield Difference("relationships", guid, masked(old), masked(after.relationships.get(guid)))


def _between(part: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield Difference(part, name, masked(before.get(name)), masked(after.get(name)))


def masked(value: object) -> object:
    """Return a JSON value with what may be secrets in it masked."""
    if isinstance(value, dict):
        return {name: MASK if is_secret(name) else masked(item) for name, item in value.items()}
    return [masked(item) for item in value] if isinstance(value, list) else value


def _before(replaced: T | msgspec.UnsetType, stands: T) -> T:
    return stands if isinstance(replaced, msgspec.UnsetType) else replaced


# Written before history kept more than attributes: these names stood beside them.
_BESIDE = {"contacts": "contacts", "custom_attributes": "customAttributes"}


def _read(change: Recorded) -> _Replaced:
    said = change.replaced
    if change.action == "UPDATE" and "attributes" not in said:
        attributes = {name: value for name, value in said.items() if name not in _BESIDE}
        said = {"attributes": attributes, **{_BESIDE[name]: said[name] for name in said.keys() & _BESIDE.keys()}}
    if change.action == "DELETE":
        said = {"status": STATUSES[0], **said}
    return typed.convert(said, _Replaced)
