"""Files that are written are gathered into sets, in the same transaction. What a set comes to follows from its files
alone, in whatever order they came.

A set becomes an entity when it has two files, or when a client writes one of its name. Files stay what they are: their
lineage is theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, update

from headwater.catalog.collections import collection_names
from headwater.catalog.model import SYSTEM
from headwater.catalog.names.index import rows_by_key
from headwater.catalog.names.stores import KINDS
from headwater.catalog.reading import Row, attributes_of, rows_by_id, whole
from headwater.catalog.resource_sets import ledger
from headwater.catalog.resource_sets.ledger import File, Set
from headwater.catalog.resource_sets.rules import SET_TYPES, Group, grouping
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import IS_LINKED, entities, relationships
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.writing import changes, documents, links
from headwater.catalog.writing.drafts import QUALIFIED_NAME, Draft, Reference
from headwater.catalog.writing.links import Plan, Wanted
from headwater.catalog.writing.rows import Pen
from headwater.catalog.writing.subjects import Subject

MEMBERS = "resource_set_members"
FEWEST = 2
"""Files that make a set by themselves."""
NUMBERS = frozenset(Set("", "", "", "").numbers)
_SETS = frozenset(SET_TYPES.values())


def gather(connection: Connection, subjects: Sequence[Subject], pen: Pen, types: TypeSet) -> list[Draft]:
    """Gather the files of a batch; return the sets that are to be made, for the caller to write by SYSTEM."""
    files = [subject for subject in subjects if subject.type.name in SET_TYPES]
    sets = [subject for subject in subjects if subject.type.name in _SETS]
    touched = _owners_of_parts(connection, subjects, types)
    if not files and not sets and not touched:
        return []
    known = ledger.files_by_id(connection, {*(subject.id for subject in files if not subject.is_new), *touched})
    groups, after = _understood(connection, files, types)
    after += _with_columns_now(connection, known, touched - {subject.id for subject in files}, types)
    groups |= {
        ledger.key_of(one.type.name, name): Group(one.type.name, name, "") for one in sets for name in [_name(one)]
    }
    kept = {file.entity_id for file in after}
    left = {id: file for id, file in known.items() if id not in kept}
    ledger.ensure(connection, groups)
    if pen.by != SYSTEM:
        for one in sets:
            sent = {name for draft in one.drafts for name in draft.attributes}
            ledger.say(connection, ledger.key_of(one.type.name, _name(one)), sent & NUMBERS)
    ledger.drop(connection, left)
    ledger.put(connection, known, after)
    ledger.recount(connection, {file.set_key for file in left.values()})
    keys = {*groups, *(file.set_key for file in (*known.values(), *after))}
    fresh = {subject.id for subject in subjects if subject.is_new}
    moved = [file for file in after if file.entity_id not in known or known[file.entity_id].set_key != file.set_key]
    return _settle(connection, keys, moved, set(left), fresh, pen, types)


def _name(subject: Subject) -> str:
    return str(subject.attributes.get(QUALIFIED_NAME, subject.qualified_name))


def _owners_of_parts(connection: Connection, subjects: Sequence[Subject], types: TypeSet) -> set[int]:
    """Return the assets whose schema is new in this batch."""
    parts = {one.id for one in subjects if one.is_new and one.type.name in {"column", "tabular_schema"}}
    return documents.assets_of(connection, parts, types) if parts else set()


def _understood(
    connection: Connection, files: Sequence[Subject], types: TypeSet
) -> tuple[dict[str, Group], list[File]]:
    """Return the sets that files fit by the account's rules, by key, and these files."""
    rules = grouping(ledger.document(connection))
    groups: dict[str, Group] = {}
    fitting: dict[int, tuple[str, Subject]] = {}
    for subject in files:
        name = _name(subject)
        group = None if subject.attributes.get("isFile") is False else rules.group(subject.type.name, name)
        if group is not None and not any(draft.deleted for draft in subject.drafts):
            key = ledger.key_of(group.type_name, group.name)
            groups.setdefault(key, group)
            fitting[subject.id] = key, subject
    columns = _columns(connection, fitting, types)
    found = [
        File(id, key, _number(one.attributes.get("size")), _number(one.attributes.get("modifiedTime")), columns[id])
        for id, (key, one) in fitting.items()
    ]
    return groups, found


def _with_columns_now(
    connection: Connection, known: Mapping[int, File], ids: Collection[int], types: TypeSet
) -> list[File]:
    """Return files that were gathered before and have other columns now."""
    here = {id: known[id] for id in ids if id in known}
    columns = _columns(connection, here, types)
    return [File(file.entity_id, file.set_key, file.bytes, file.modified_at, columns[id]) for id, file in here.items()]


def _columns(connection: Connection, ids: Collection[int], types: TypeSet) -> dict[int, str]:
    if not ids:
        return {}
    found = documents.columns_of(connection, ids, types)
    return {id: _digest(names) if names else "" for id, names in found.items()}


def _digest(names: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(sorted(names)).encode()).hexdigest()[:16]


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _settle(
    connection: Connection,
    keys: Collection[str],
    moved: Sequence[File],
    left: Collection[int],
    fresh: Collection[int],
    pen: Pen,
    types: TypeSet,
) -> list[Draft]:
    """Make memberships and numbers agree with the rows of these sets; return the sets that are to be made."""
    sets = ledger.sets_by_key(connection, keys)
    stand = _standing(connection, [one for one in sets.values() if one.set_id is None], types)
    ledger.settle(connection, stand)
    joining = [(one.set_id, file.entity_id) for file in moved if (one := sets[file.set_key]).set_id is not None]
    everyone = ledger.members(connection, stand)
    joining += [(id, member) for key, id in stand.items() for member in everyone[key]]
    _leave(connection, left, pen, types)
    _join(connection, [(id, member) for id, member in joining if id is not None], fresh, pen, types)
    now = {key: stand.get(key, one.set_id) for key, one in sets.items()}
    _tell_numbers(connection, {id: sets[key] for key, id in now.items() if id is not None}, pen)
    # The account's own writes make what was asked for here, and ask for nothing more.
    missing = [] if pen.by == SYSTEM else [one for key, one in sets.items() if now[key] is None and one.files >= FEWEST]
    return [_draft(connection, one, types) for one in missing]


def _standing(connection: Connection, sets: Sequence[Set], types: TypeSet) -> dict[str, int]:
    """Return the sets that are entities, under whatever spelling of their names, by key."""
    names = {one.key: KINDS[one.type_name].key(one.name).name for one in sets}
    rows = rows_by_key(connection, names.values())
    found = {}
    for one in sets:
        fitting = (
            row["id"]
            for row in rows.get(names[one.key], ())
            if types.entities_by_id[row["type_id"]].name == one.type_name
        )
        if (id := next(fitting, None)) is not None:
            found[one.key] = id
    return found


def _join(
    connection: Connection, pairs: Iterable[tuple[int, int]], fresh: Collection[int], pen: Pen, types: TypeSet
) -> None:
    plan = Plan(fresh=set(fresh))
    type = types.relationships[MEMBERS]
    for pair in dict.fromkeys(pairs):
        links.want(plan, Wanted(type, pair))
    if plan.wanted:
        links.link_up(connection, plan, pen, types, {})


def _leave(connection: Connection, ids: Collection[int], pen: Pen, types: TypeSet) -> None:
    if not ids:
        return
    wanted, table = listed(), relationships.c
    mine = (table.end2_id == integer(wanted)) & (table.type_id == types.relationships[MEMBERS].id)
    query = select(relationships).select_from(wanted).join(relationships, mine).where(IS_LINKED)
    links.end(connection, connection.execute(query, {"wanted": packed(sorted(ids))}).mappings().all(), pen, types)


def _tell_numbers(connection: Connection, sets: Mapping[int, Set], pen: Pen) -> None:
    """Write the numbers of sets; those that a client wrote itself stay."""
    wanted = listed()
    query = whole().join(wanted, entities.c.id == integer(wanted))
    told: dict[int, dict[str, object]] = {}
    latest = pen.at
    for row in connection.execute(query, {"wanted": packed(sorted(sets))}).mappings():
        numbers, held = sets[row["id"]].numbers, attributes_of(row)
        if all(held.get(name) == number for name, number in numbers.items()):
            continue
        statement = update(entities).where(entities.c.id == row["id"])
        connection.execute(statement.values(attributes={**row["attributes"], **numbers}))
        told[row["id"]] = changes.of_attributes(held, {**held, **numbers}, frozenset())
        latest = max(latest, row["updated_at"] + 1)
    changes.note(connection, told, "UPDATE", pen.by, latest)


def _draft(connection: Connection, one: Set, types: TypeSet) -> Draft:
    """Return the set as a draft: where its last file stands, and below what holds that."""
    member = ledger.members(connection, [one.key])[one.key][-1]
    row = rows_by_id(connection, [member])[member]
    type = types.entities[one.type_name]
    attributes: dict[str, object] = {QUALIFIED_NAME: one.name, "name": one.display_name, **one.numbers}
    return Draft(
        key=None,
        type=type,
        qualified_name=one.name,
        attributes=attributes,
        links=_holder(connection, row, type, types),
        custom_attributes=None,
        contacts=None,
        collection=collection_names(connection)[row["collection_id"]],
        place=f"resource set '{one.name}'",
    )


def _holder(connection: Connection, row: Row, type: EntityType, types: TypeSet) -> dict[str, tuple[Reference, ...]]:
    """Return the link to the container that holds a file, as its set has it."""
    if row["parent_id"] is None:
        return {}
    holder = rows_by_id(connection, [row["parent_id"]])[row["parent_id"]]
    held = types.entities_by_id[holder["type_id"]]
    reference = Reference(holder["guid"], held.name, holder["qualified_name"], None, {}, "")
    fitting = (
        name
        for name, several in type.links.items()
        if any(link.here.single and link.there.type == held.name for link in several)
    )
    return dict.fromkeys(list(fitting)[:1], (reference,))


def as_written(rows: Iterable[Row], types: TypeSet) -> list[Subject]:
    """Return restored entities as a batch would have them, so that they are gathered like it; rows of `whole`."""
    return [
        Subject(
            types.entities_by_id[row["type_id"]],
            row["qualified_name"],
            row,
            id=row["id"],
            guid=row["guid"],
            attributes=attributes_of(row),
        )
        for row in rows
    ]


def forget(connection: Connection, gone: Collection[int], pen: Pen) -> list[Row]:
    """Take deleted entities out of their sets; return the sets of the account's own that are empty now."""
    ledger.unsettle(connection, gone)
    known = ledger.files_by_id(connection, gone)
    if not known:
        return []
    keys = {file.set_key for file in known.values()}
    ledger.drop(connection, known)
    ledger.recount(connection, keys)
    sets = {one.set_id: one for one in ledger.sets_by_key(connection, keys).values() if one.set_id is not None}
    rows = rows_by_id(connection, sets)
    empty = [row for id, row in rows.items() if not sets[id].files and row["created_by"] == SYSTEM]
    without = {row["id"] for row in empty}
    _tell_numbers(connection, {id: one for id, one in sets.items() if id not in without}, pen)
    return empty


def regain(connection: Connection, files: Sequence[File], pen: Pen) -> None:
    """Count files in again that were forgotten; their memberships are there."""
    ledger.put(connection, {}, files)
    sets = ledger.sets_by_key(connection, {file.set_key for file in files})
    _tell_numbers(connection, {one.set_id: one for one in sets.values() if one.set_id is not None}, pen)
