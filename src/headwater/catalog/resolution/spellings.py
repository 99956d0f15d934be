"""Names in a bulk write: before it, the batch in the words of what stands; after it, the names that it brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from headwater.catalog.names import index
from headwater.catalog.names.actions import ALIAS_ADD, TYPE_UPDATE
from headwater.catalog.names.index import Name, own_name
from headwater.catalog.names.stores import kind_of
from headwater.catalog.names.tables import SEEN
from headwater.catalog.reading import Row
from headwater.catalog.resolution.meeting import Meeting, Sent, Target, understand
from headwater.catalog.resolution.retyping import retype
from headwater.catalog.resolution.rewriting import rewritten
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import changes
from headwater.catalog.writing.drafts import Draft
from headwater.catalog.writing.subjects import Known, Subject
from headwater.errors import Fault, Invalid, Place, raise_if_any


@dataclass(frozen=True, slots=True)
class Brought:
    """A batch in the words of what stands, and what it says of names: for `keep`, once all else is written."""

    drafts: Sequence[Draft]
    told: Mapping[Sent, Target]
    """Other spellings of assets, and what they mean."""
    retyped: Mapping[int, str]
    """Entities that became views, and what they were."""


def meet(connection: Connection, types: TypeSet, known: Known, drafts: Sequence[Draft]) -> Brought | None:
    """Return the batch in the words of what stands, or None if those are its own. Raises Invalid.

    A table that is written as a view becomes one here, since the rest of the write goes by its type.
    """
    meeting = understand(connection, types, known, drafts)
    retyped = {}
    for id, (row, view) in meeting.becoming_views.items():
        if retype(connection, row, view, types):
            retyped[id] = types.entities_by_id[row["type_id"]].name
        else:
            _stay(meeting, id, row)
    if not meeting.targets:
        return None
    written = {(draft.type.name, draft.qualified_name) for draft in drafts if not draft.guid}
    told = {sent: target for sent, target in meeting.targets.items() if target.key and sent in written}
    return Brought(rewritten(meeting), told, retyped)


def _stay(meeting: Meeting, id: int, row: Row) -> None:
    """Take back that a table becomes a view."""
    held = meeting.types.entities_by_id[row["type_id"]]
    for sent, target in meeting.targets.items():
        if target.row is not None and target.row["id"] == id:
            meeting.targets[sent] = Target(held, target.name, target.row, target.key, target.rules)


def keep(connection: Connection, subjects: Sequence[Subject], brought: Brought | None, *, by: str, at: int) -> None:
    """Keep the names by which what a batch made, met or renamed is found beside their own. Subjects have their keys."""
    made: list[Name] = []
    again: dict[int, tuple[Subject, Name | None]] = {}
    for subject in subjects:
        row, name = subject.row, subject.qualified_name
        if row is not None and subject.changed:
            name = str(subject.attributes["qualifiedName"])
        if (row is not None and name == row["qualified_name"]) or (kind := kind_of(subject.type)) is None:
            continue
        own = own_name(subject.id, subject.type.name, kind, name, (by, at))
        if row is not None:
            again[subject.id] = subject, own
        elif own is not None:
            made.append(own)
    index.insert(connection, made)
    _unmistakable(connection, again)
    index.renamed(connection, {id: own for id, (_, own) in again.items()})
    if brought is not None:
        _keep_spellings(connection, subjects, brought, by, at)


def _unmistakable(connection: Connection, again: Mapping[int, tuple[Subject, Name | None]]) -> None:
    """Raise Invalid if an entity was renamed to what is only another spelling of another one's name."""
    keys = {id: own.key for id, (_, own) in again.items() if own is not None}
    rows = index.rows_by_key(connection, keys.values())
    faults = []
    for id, key in keys.items():
        subject, own = again[id]
        others = [row for row in rows.get(key, ()) if row["id"] != id and row["type_id"] == subject.type.id]
        if others and own is not None:
            message = f"'{own.spelling}' is the name of another entity, {others[0]['guid']}"
            place = Place(path=subject.drafts[0].place)
            faults.append(Fault("CAT-162", message, place, "POST …/entity/merge makes one of them."))
    raise_if_any(Invalid, faults)


def _keep_spellings(connection: Connection, subjects: Sequence[Subject], brought: Brought, by: str, at: int) -> None:
    ids = {(subject.type.name, subject.qualified_name): subject for subject in subjects}
    names, new = [], set()
    for sent, target in brought.told.items():
        subject = ids[target.type.name, target.name]
        names.append(Name(subject.id, target.key, *sent, SEEN, target.rules, by, at))
        if subject.is_new:
            new.add(subject.id)
    added: dict[int, list[str]] = {}
    for name in index.add(connection, names):
        added.setdefault(name.entity_id, []).append(name.spelling)
    told = {id: {"aliases": sorted(spellings)} for id, spellings in added.items() if id not in new}
    changes.note(connection, told, ALIAS_ADD, by, at)
    changes.note(connection, {id: {"typeName": before} for id, before in brought.retyped.items()}, TYPE_UPDATE, by, at)
