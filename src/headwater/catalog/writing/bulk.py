"""A bulk write from request to answer: the order of the steps, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from headwater.catalog.collections import collection_id, collection_names
from headwater.catalog.model import EntityBatch, EntityHeader, Mutation
from headwater.catalog.reading import headers_by_id
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import column_edges, documents, reports, rows
from headwater.catalog.writing.drafts import Draft, drafts_of
from headwater.catalog.writing.links import link_up, plan_links
from headwater.catalog.writing.rows import Pen
from headwater.catalog.writing.subjects import Cast, Known, Subject

Permit = Callable[[frozenset[str]], None]
"""Asked with the names of all collections that a write would touch, before it touches any; raises to refuse."""


def write(
    connection: Connection,
    batch: EntityBatch,
    types: TypeSet,
    *,
    by: str,
    at: int,
    collection: str,
    permit: Permit | None,
) -> Mutation:
    """Write a batch. Raises Invalid or NotFound with every fault of the first step that has any."""
    drafts = drafts_of(batch, types)
    return write_drafts(connection, drafts, types, by=by, at=at, collection=collection, permit=permit)


def write_drafts(
    connection: Connection,
    drafts: Sequence[Draft],
    types: TypeSet,
    *,
    by: str,
    at: int,
    collection: str,
    permit: Permit | None,
) -> Mutation:
    """Write what `drafts_of` these types has read of a batch. Raises as `write` does."""
    cast = Cast(types, Known(connection, types, drafts), drafts)
    pen = _pen(connection, drafts, by, at, collection)
    if permit is not None:
        permit(_touched_collections(connection, cast.subjects, pen))
    rows.settle(cast.subjects)
    rows.name_taken(connection, cast.subjects)
    rows.identify(connection, cast.subjects)
    plan = plan_links(cast)
    told = reports.reports_of(cast.subjects, at)
    rows.save(connection, cast.subjects, pen)
    linked = link_up(connection, plan, pen, types, {id: report.seen_at for id, report in told.items()})
    relinked = [subject for subject in cast.subjects if not subject.changed and subject.id in linked.touched]
    rows.touch(connection, relinked, pen)
    for subject in relinked:
        subject.changed = True
    column_edges.keep(connection, cast.subjects, told, types, at)
    reports.keep(connection, told)
    documents.keep(connection, cast.subjects, linked.touched, types)
    return _answer(connection, cast, types)


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


def _answer(connection: Connection, cast: Cast, types: TypeSet) -> Mutation:
    changed = [subject for subject in cast.subjects if subject.changed]
    headers = headers_by_id(connection, (subject.id for subject in changed), types, collection_names(connection))
    mutated: dict[str, list[EntityHeader]] = {}
    for subject in changed:
        mutated.setdefault("CREATE" if subject.is_new else "UPDATE", []).append(headers[subject.id])
    return Mutation(mutated_entities=mutated, guid_assignments=dict(cast.assignments()))
