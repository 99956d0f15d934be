"""The entity rows of a batch: what each will hold, which are new or changed, and the history of what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from headwater.catalog import clock
from headwater.catalog.reading import Row
from headwater.catalog.store.bulk import insert_rows, json_text
from headwater.catalog.store.counters import take
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import ACTIVE, IS_LIVE, entities, entity_changes, entity_texts, type_counts
from headwater.catalog.store.upserts import add_up
from headwater.catalog.types.attributes import defaults, missing
from headwater.catalog.writing import changes, quotas
from headwater.catalog.writing.changes import CHANGE
from headwater.catalog.writing.subjects import Subject, display_name
from headwater.errors import Fault, Invalid, Place, raise_if_any

__all__ = ["CHANGE", "Pen", "count", "identify", "name_taken", "save", "settle"]


Permit = Callable[[frozenset[str]], None]
"""Asked with the names of all collections that a write would touch, before it touches any; raises to refuse."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, when, and where new entities go."""

    by: str
    at: int
    collection_id: int
    collections: Mapping[str, int]
    """Keys of the collections that drafts name."""


def settle(subjects: Sequence[Subject]) -> None:
    """Give each subject the attributes that it will hold. Raises Invalid for missing mandatory ones."""
    faults: list[Fault] = []
    new = {subject.type.id: subject.type for subject in subjects if subject.is_new}
    given = {id: defaults(type) for id, type in new.items()}
    mandatory = {type.id: tuple(missing(type, {})) for type in {subject.type for subject in subjects}}
    for subject in subjects:
        held = dict(given[subject.type.id]) if subject.is_new else subject.held
        for draft in subject.drafts:
            held.update(draft.attributes)
        subject.attributes = {name: value for name, value in held.items() if value is not None}
        for attribute in mandatory[subject.type.id]:
            if subject.attributes.get(attribute.name) not in (None, ""):
                continue
            at = Place(path=subject.drafts[0].place)
            message = f"Mandatory field {subject.type.name}.{attribute.name} has no value"
            faults.append(Fault("CAT-021", message, at, f"Send attributes.{attribute.name}."))
    raise_if_any(Invalid, faults)


def identify(connection: Connection, subjects: Sequence[Subject]) -> None:
    """Give the new subjects their keys and guids."""
    new = [subject for subject in subjects if subject.is_new]
    first = take(connection, "entities", len(new))
    for id, (subject, guid) in enumerate(zip(new, clock.new_guids(len(new)), strict=True), first):
        subject.id, subject.guid = id, guid


JSON_COLUMNS = ("attributes", "custom_attributes", "contacts")
ROW = (
    "id",
    "guid",
    "type_id",
    "collection_id",
    "status",
    "version",
    "created_at",
    "updated_at",
    "created_by",
    "updated_by",
    "name",
    "qualified_name",
    *JSON_COLUMNS,
)
CHANGEABLE = ("attributes", "contacts", "custom_attributes", "name", "qualified_name")


def save(connection: Connection, subjects: Sequence[Subject], pen: Pen) -> None:
    """Write the rows of new and changed subjects, and mark these. Raises Invalid for what is too large."""
    new = [subject for subject in subjects if subject.is_new]
    texts = [_json(subject) for subject in new]
    _within_quotas(zip(new, texts, strict=True))
    altered, history = _altered(subjects, pen)
    made = [(*_new_row(subject, pen), *text) for subject, text in zip(new, texts, strict=True)]
    insert_rows(connection, entities, ROW, made)
    insert_rows(connection, entity_texts, ("entity_id", "attributes"), _texts(new))
    count(connection, Counter((subject.type.id, place(subject, pen)) for subject in new))
    if altered:
        written = (*CHANGEABLE, "version", "updated_by", "updated_at")
        statement = update(entities).where(entities.c.id == bindparam("key"))
        connection.execute(statement.values({column: bindparam(column) for column in written}), altered)
        insert_rows(connection, entity_changes, CHANGE, history)
        _rewrite_texts(connection, [subject for subject in subjects if subject.changed and _has_texts(subject)])


def _altered(subjects: Sequence[Subject], pen: Pen) -> tuple[list[dict[str, object]], list[tuple[object, ...]]]:
    """Mark what is new or changed; return the new values of changed rows, and what history keeps of them."""
    altered: list[dict[str, object]] = []
    history: list[tuple[object, ...]] = []
    for subject in subjects:
        row = subject.row
        values = {} if row is None else _changed_values(subject, row)
        subject.changed = row is None or bool(values)
        if row is None or not values:
            continue
        version = row["version"] + 1
        altered.append({"key": subject.id, **_all_values(subject, row, values), "version": version, **_stamp(pen)})
        history.append(_change(subject, row, values, pen, version))
    # Encoded here only to be measured: changes are few beside what is new.
    texts = {values["key"]: [json_text(values[column]) for column in JSON_COLUMNS] for values in altered}
    _within_quotas((subject, texts[subject.id]) for subject in subjects if subject.id in texts)
    return altered, history


def _within_quotas(written: Iterable[tuple[Subject, Sequence[str | None]]]) -> None:
    faults = [
        fault
        for subject, texts in written
        for fault in quotas.faults_of(
            subject.type, subject.qualified_name, subject.attributes, texts, subject.drafts[0].place
        )
    ]
    raise_if_any(Invalid, faults)


def _has_texts(subject: Subject) -> bool:
    held = subject.row is not None and bool(subject.row["texts"])
    return held or not subject.type.heavy.isdisjoint(subject.attributes)


def _rewrite_texts(connection: Connection, subjects: Sequence[Subject]) -> None:
    if subjects:
        gone = entity_texts.c.entity_id.in_(select(integer(listed())))
        connection.execute(delete(entity_texts).where(gone), {"wanted": packed(subject.id for subject in subjects)})
        insert_rows(connection, entity_texts, ("entity_id", "attributes"), _texts(subjects))


def _texts(subjects: Sequence[Subject]) -> list[tuple[object, ...]]:
    return [
        (subject.id, json_text({name: subject.attributes[name] for name in large}))
        for subject in subjects
        if subject.type.heavy and (large := subject.type.heavy.intersection(subject.attributes))
    ]


def _light(subject: Subject) -> dict[str, object]:
    heavy = subject.type.heavy
    if not heavy:
        return subject.attributes
    return {name: value for name, value in subject.attributes.items() if name not in heavy}


def count(connection: Connection, changes: Mapping[tuple[int, int], int]) -> None:
    """Add to the numbers of active entities by (type, collection)."""
    rows = [
        {"type_id": type_id, "collection_id": place, "entities": number} for (type_id, place), number in changes.items()
    ]
    if rows:
        connection.execute(add_up(type_counts, ("type_id", "collection_id"), "entities"), rows)


def _stamp(pen: Pen) -> dict[str, object]:
    return {"updated_by": pen.by, "updated_at": pen.at}


def _last(subject: Subject, field: str) -> object:
    if len(subject.drafts) == 1:
        return getattr(subject.drafts[0], field)
    given = [value for draft in subject.drafts if (value := getattr(draft, field)) is not None]
    return given[-1] if given else None


def place(subject: Subject, pen: Pen) -> int:
    """Return the collection of a new entity."""
    return pen.collections.get(str(_last(subject, "collection")), pen.collection_id)


def _new_row(subject: Subject, pen: Pen) -> tuple[object, ...]:
    return (
        subject.id,
        subject.guid,
        subject.type.id,
        place(subject, pen),
        ACTIVE,
        1,
        pen.at,
        pen.at,
        pen.by,
        pen.by,
        display_name(subject),
        subject.qualified_name,
    )


def _json(subject: Subject) -> tuple[str | None, str | None, str | None]:
    """Return the JSON columns of a new entity."""
    custom, contacts = _last(subject, "custom_attributes"), _last(subject, "contacts")
    return json_text(_light(subject)), json_text(custom), json_text(contacts)


def _changed_values(subject: Subject, row: Row) -> dict[str, object]:
    """Return the columns that differ from the stored row."""
    qualified_name = str(subject.attributes.get("qualifiedName", subject.qualified_name))
    wanted: dict[str, object] = {
        "attributes": subject.attributes,
        "name": display_name(subject),
        "qualified_name": qualified_name,
    }
    for field in ("custom_attributes", "contacts"):
        given = _last(subject, field)
        if given is not None and _without_empty(given) != _without_empty(row[field]):
            wanted[field] = given
    stands = {**row, "attributes": subject.held}
    return {column: value for column, value in wanted.items() if stands[column] != value}


def _without_empty(said: object) -> dict[object, object]:
    """Return contacts or custom attributes as they compare: no contacts of a role are as good as none at all."""
    return {key: value for key, value in said.items() if value != []} if isinstance(said, dict) else {}


def _all_values(subject: Subject, row: Row, changed: Mapping[str, object]) -> dict[str, object]:
    values = {column: changed.get(column, row[column]) for column in CHANGEABLE}
    return {**values, "attributes": _light(subject)}


def _change(subject: Subject, row: Row, changed: Mapping[str, object], pen: Pen, version: int) -> tuple[object, ...]:
    replaced = changes.of_attributes(subject.held, subject.attributes, subject.type.heavy)
    if "custom_attributes" in changed:
        replaced["customAttributes"] = changes.without_secrets(row["custom_attributes"])
    if "contacts" in changed:
        replaced["contacts"] = row["contacts"]
    return subject.id, version, "UPDATE", pen.by, pen.at, json_text(replaced)


def name_taken(connection: Connection, subjects: Sequence[Subject]) -> None:
    """Raise Invalid if a change of name meets another active entity of the type."""
    faults = []
    for subject in subjects:
        wanted = subject.attributes.get("qualifiedName", subject.qualified_name)
        if subject.row is None or wanted == subject.row["qualified_name"]:
            continue
        table = entities.c
        same = (table.qualified_name == wanted) & (table.type_id == subject.type.id) & IS_LIVE
        if connection.execute(select(table.id).where(same).limit(1)).first() is not None:
            message = f"A {subject.type.name} named '{wanted}' exists already"
            faults.append(Fault("CAT-022", message, Place(path=subject.drafts[0].place), "Names are unique in a type."))
    raise_if_any(Invalid, faults)
