"""A bulk write from request to answer: the order of the steps, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from headwater.catalog.annotations import arriving, meanings, propagation
from headwater.catalog.collections import collection_id, collection_names
from headwater.catalog.entities import removal
from headwater.catalog.model import SYSTEM, EntityBatch, EntityHeader, Mutation
from headwater.catalog.reading import headers_by_id, whole
from headwater.catalog.resolution import spellings
from headwater.catalog.resource_sets import gathering
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import entities
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import changes, column_edges, conditions, documents, placing, reports, rows
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.drafts import Draft, drafts_of
from headwater.catalog.writing.links import Linked, Plan, link_up, plan_links
from headwater.catalog.writing.rows import Pen, Permit
from headwater.catalog.writing.subjects import Cast, Known, Subject
from headwater.errors import Fault, Invalid, Place, raise_if_any


def write(
    connection: Connection,
    batch: EntityBatch,
    types: TypeSet,
    *,
    by: str,
    at: int,
    collection: str,
    permit: Permit | None,
    condition: Condition | None = None,
) -> Mutation:
    """Write a batch. Raises Invalid, NotFound or PreconditionFailed with every fault of the first step that has any.

    `condition` is about the entity that was sent first.
    """
    drafts = drafts_of(batch, types)
    return write_drafts(
        connection, drafts, types, by=by, at=at, collection=collection, permit=permit, condition=condition
    )


def write_drafts(
    connection: Connection,
    drafts: Sequence[Draft],
    types: TypeSet,
    *,
    by: str,
    at: int,
    collection: str,
    permit: Permit | None,
    condition: Condition | None = None,
) -> Mutation:
    """Write what `drafts_of` these types has read of a batch. Raises as `write` does."""
    known = Known(connection, types, drafts)
    if (brought := spellings.meet(connection, types, known, drafts)) is not None:
        drafts, known = brought.drafts, Known(connection, types, brought.drafts)
    cast = Cast(types, known, drafts)
    # History tells states apart by their times, so none may have the time of the one before.
    at = max([at, *(int(subject.row["updated_at"]) + 1 for subject in cast.subjects if subject.row is not None)])
    pen = _pen(connection, drafts, by, at, collection)
    if permit is not None:
        permit(_touched_collections(connection, cast.subjects, pen))
    conditions.check_first(cast.subjects, condition)
    conditions.check_drafts(cast.subjects)
    gone = _gone(cast.subjects)
    rows.settle(cast.subjects)
    rows.name_taken(connection, cast.subjects)
    rows.identify(connection, cast.subjects)
    plan = _planned(connection, cast, types, permit)
    told = reports.reports_of(cast.subjects, at)
    rows.save(connection, cast.subjects, pen)
    linked = link_up(connection, plan, pen, types, {id: report.seen_at for id, report in told.items()})
    placing.follow(connection, cast.subjects, linked.made, pen)
    _note_links(connection, cast.subjects, linked, pen)
    spellings.keep(connection, cast.subjects, brought, by=by, at=at)
    column_edges.keep(connection, cast.subjects, told, types, at)
    reports.keep(connection, told, plan.fresh)
    _tell(connection, cast.subjects, plan, linked, pen, types)
    gather(connection, cast.subjects, pen, types, collection)
    removed = _remove(connection, gone, pen, types)
    return _answer(connection, cast, removed, types)


def _tell(
    connection: Connection, subjects: Sequence[Subject], plan: Plan, linked: Linked, pen: Pen, types: TypeSet
) -> None:
    """Let search, annotations, terms and propagation follow what was written."""
    documents.keep(connection, subjects, linked.touched, types)
    # First of these, as it takes new entities to be in no index yet.
    arriving.keep(connection, subjects, pen, types)
    meanings.follow_bulk(connection, plan, linked, subjects, pen, types)
    propagation.follow(connection, linked, pen, types)


def gather(connection: Connection, subjects: Sequence[Subject], pen: Pen, types: TypeSet, collection: str) -> None:
    """Gather files into resource sets, and make those that are new; `collection` is only for what names none."""
    if sets := gathering.gather(connection, subjects, pen, types):
        write_drafts(connection, sets, types, by=SYSTEM, at=pen.at, collection=collection, permit=None)


def _pen(connection: Connection, drafts: Sequence[Draft], by: str, at: int, collection: str) -> Pen:
    named = {draft.collection for draft in drafts if draft.collection}
    return Pen(by, at, collection_id(connection, collection), {name: collection_id(connection, name) for name in named})


def _touched_collections(connection: Connection, subjects: Sequence[Subject], pen: Pen) -> frozenset[str]:
    names = collection_names(connection)
    old: set[int] = {subject.row["collection_id"] for subject in subjects if subject.row is not None}
    new = set(pen.collections.values()) | (
        {pen.collection_id} if any(subject.is_new for subject in subjects) else set()
    )
    return frozenset(names[id] for id in old | new)


def _planned(connection: Connection, cast: Cast, types: TypeSet, permit: Permit | None) -> Plan:
    plan = plan_links(cast, types)
    if permit is not None:
        permit(_linked_collections(connection, cast.subjects, plan))
    return plan


def _linked_collections(connection: Connection, subjects: Sequence[Subject], plan: Plan) -> frozenset[str]:
    """Return where the entities are that were not sent but have lineage drawn to them: it stands on their pages too.

    What contains an entity, or is said of it, may lie where its writer has no right.
    """
    ends = {id for wanted in plan.wanted.values() if wanted.type.is_lineage for id in wanted.ends}
    ends -= {subject.id for subject in subjects}
    if not ends:
        return frozenset()
    wanted, names = listed(), collection_names(connection)
    query = select(entities.c.collection_id).join(wanted, entities.c.id == integer(wanted)).distinct()
    return frozenset(names[id] for id in connection.execute(query, {"wanted": packed(ends)}).scalars())


def _gone(subjects: Sequence[Subject]) -> list[Subject]:
    """Return the subjects that a draft deletes. Raises Invalid for those that do not exist."""
    gone = [subject for subject in subjects if any(draft.deleted for draft in subject.drafts)]
    cure = "Send status ACTIVE, or no status."
    faults = [
        Fault("CAT-022", f"'{subject.qualified_name}' is not there to be deleted", _place(subject), cure)
        for subject in gone
        if subject.is_new
    ]
    raise_if_any(Invalid, faults)
    return gone


def _place(subject: Subject) -> Place:
    return Place(path=f"{subject.drafts[0].place}.status")


def _note_links(connection: Connection, subjects: Sequence[Subject], linked: Linked, pen: Pen) -> None:
    """Write down which of the entities that were sent have nothing new but their links."""
    unchanged = [subject for subject in subjects if not subject.changed and subject.id in linked.touched]
    keys = {subject.id for subject in unchanged} - linked.noted
    changes.relinked(connection, keys, pen.by, pen.at)
    for subject in unchanged:
        subject.changed = True


def _remove(connection: Connection, gone: Sequence[Subject], pen: Pen, types: TypeSet) -> list[int]:
    """Delete the entities that were sent as deleted, with their parts; return the keys."""
    if not gone:
        return []
    keys = packed(subject.id for subject in gone)
    wanted = listed()
    query = whole().join(wanted, entities.c.id == integer(wanted))
    found = removal.with_parts(connection, connection.execute(query, {"wanted": keys}).mappings().all(), types)
    removal.remove(connection, found, pen, types)
    return [row["id"] for row in found]


def _answer(connection: Connection, cast: Cast, removed: Sequence[int], types: TypeSet) -> Mutation:
    actions = {subject.id: "CREATE" if subject.is_new else "UPDATE" for subject in cast.subjects if subject.changed}
    actions |= dict.fromkeys(removed, "DELETE")
    headers = headers_by_id(connection, actions, types, collection_names(connection))
    mutated: dict[str, list[EntityHeader]] = {}
    for id, action in actions.items():
        mutated.setdefault(action, []).append(headers[id])
    return Mutation(mutated_entities=mutated, guid_assignments=dict(cast.assignments()))


def as_partial(found: Mutation) -> Mutation:
    """Return the answer to a partial update, where real clients look for it: the same headers twice."""
    updated = tuple(found.mutated_entities.get("UPDATE", ()))
    if not updated:
        return found
    others = {action: headers for action, headers in found.mutated_entities.items() if action != "UPDATE"}
    mutated = {**others, "PARTIAL_UPDATE": list(updated)}
    return msgspec.structs.replace(found, mutated_entities=mutated, partial_updated_entities=updated)
