"""Annotations that come with entities in a bulk: checked and kept after the entities themselves are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection

from headwater.catalog.annotations import business_values, classifying
from headwater.catalog.annotations.classifying import Marked
from headwater.catalog.annotations.labels import label_faults
from headwater.catalog.annotations.propagation import mark
from headwater.catalog.annotations.record import Action, annotate
from headwater.catalog.model import Attributes, ClassificationInput
from headwater.catalog.reading import Row, annotations_of, rows_by_id
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import annotation_index
from headwater.catalog.writing.rows import Pen
from headwater.catalog.writing.sent import Sent
from headwater.catalog.writing.subjects import Subject
from headwater.errors import CatalogError, Fault, Invalid, NotFound, Place, raise_if_any

MOST_CONTACTS = 20
ROLES, ROLES_OF_TERMS = frozenset({"Expert", "Owner"}), frozenset({"Expert", "Owner", "Steward"})


def keep(connection: Connection, subjects: Sequence[Subject], pen: Pen, types: TypeSet) -> None:
    """Index the contacts of a bulk's entities and give these what was sent with them; mark what changed.

    Raises Invalid or NotFound with every fault.
    """
    _keep_people(connection, subjects)
    arriving = {subject.id: (subject, sent) for subject in subjects if (sent := _sent(subject)) is not None}
    if not arriving:
        return
    wanted = _wanted(rows_by_id(connection, arriving), arriving, types)
    touched: set[int] = set()
    for part, action in _PARTS:
        values = getattr(wanted, part)
        rows = rows_by_id(connection, values)
        said = {id: msgspec.structs.replace(annotations_of(row), **{part: values[id]}) for id, row in rows.items()}
        if action is None:
            touched |= mark(connection, list(rows.values()), said, pen, types)
        else:
            touched |= annotate(connection, list(rows.values()), said, action, pen, types)
    for id in touched:
        arriving[id][0].changed = True


@dataclass(slots=True)
class _Wanted:
    """What entities shall have, by key."""

    labels: dict[int, tuple[str, ...]] = field(default_factory=dict)
    business_attributes: dict[int, dict[str, Attributes]] = field(default_factory=dict)
    classifications: dict[int, tuple[Attributes, ...]] = field(default_factory=dict)


_PARTS: tuple[tuple[str, Action | None], ...] = (
    ("labels", "LABEL_ADD"),
    ("business_attributes", "BUSINESS_ATTRIBUTE_UPDATE"),
    ("classifications", None),
)


def _wanted(rows: Mapping[int, Row], arriving: Mapping[int, tuple[Subject, Sent]], types: TypeSet) -> _Wanted:
    found = _Wanted()
    faults: list[Fault] = []
    lost: list[Fault] = []
    for id, (subject, sent) in arriving.items():
        place = Place(path=subject.drafts[0].place)
        said = annotations_of(rows[id])
        if sent.labels is not None and subject.is_new:
            faults.extend(label_faults(sent.labels, place))
            found.labels[id] = tuple(dict.fromkeys(sent.labels))
        if sent.business_attributes is not None and (subject.is_new or sent.updates.business_attributes != "ignore"):
            values = business_values.fitted(sent.business_attributes, subject.type, types, place, faults)
            overwrite = sent.updates.business_attributes == "replace"
            found.business_attributes[id] = business_values.joined(
                said, values, overwrite=overwrite
            ).business_attributes
        if sent.classifications is not None and (subject.is_new or sent.updates.replace_classifications):
            entity = Marked(subject.guid, subject.type, said, place)
            keys = {draft.key for draft in subject.drafts}
            try:
                given = [_of_itself(item, keys) for item in sent.classifications]
                found.classifications[id] = classifying.set_to(entity, given, types).classifications
            except CatalogError as error:
                (lost if isinstance(error, NotFound) else faults).extend(error.faults)
    raise_if_any(NotFound, lost)
    raise_if_any(Invalid, faults)
    return found


def _of_itself(item: ClassificationInput, keys: Collection[str | None]) -> ClassificationInput:
    """Return the classification without the name that only the batch has for its entity."""
    return msgspec.structs.replace(item, entity_guid=None) if item.entity_guid in keys else item


def _sent(subject: Subject) -> Sent | None:
    """Return what the drafts of an entity say; of two that say something of the same, the last."""
    found: Sent | None = None
    for draft in subject.drafts:
        sent = draft.sent
        if found is None or sent is None:
            found = sent or found
        else:
            found = Sent(
                classifications=found.classifications if sent.classifications is None else sent.classifications,
                labels=found.labels if sent.labels is None else sent.labels,
                business_attributes=(
                    found.business_attributes if sent.business_attributes is None else sent.business_attributes
                ),
                updates=sent.updates,
            )
    return found


def _keep_people(connection: Connection, subjects: Sequence[Subject]) -> None:
    contacts = {
        subject.id: draft.contacts for subject in subjects for draft in subject.drafts if draft.contacts is not None
    }
    if not contacts:
        return
    raise_if_any(Invalid, (fault for subject in subjects for fault in _people_faults(subject)))
    new = {subject.id for subject in subjects if subject.is_new}
    annotation_index.keep_people(connection, contacts, new)


def _people_faults(subject: Subject) -> Iterator[Fault]:
    roles = ROLES_OF_TERMS if subject.type.is_vocabulary else ROLES
    for draft in subject.drafts:
        for role, people in (draft.contacts or {}).items():
            place = Place(path=f"{draft.place}.contacts.{role}")
            if role not in roles:
                message = f"'{role}' is no role of a contact"
                yield Fault("CAT-082", message, place, f"The roles are {', '.join(sorted(roles))}.")
            if len(people) > MOST_CONTACTS:
                message = f"{len(people)} contacts are more than the {MOST_CONTACTS} that a role takes"
                yield Fault("CAT-082", message, place, "Name fewer, or a group.")
            if not all(isinstance(person.get("id"), str) and person["id"] for person in people):
                cure = 'Send {"id": "<object id>", "info": "<free text>"}.'
                yield Fault("CAT-082", "A contact has no id", place, cure)
