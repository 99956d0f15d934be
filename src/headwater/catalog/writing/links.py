"""The relationships of a batch: which are wanted, which are new, and which end because others take their place.

A list of what an entity owns (its columns) is added to and never shortened, since what leaves the list would be
deleted with it; nor is a list of members, of which a client has read the first ones only. Any other list that is sent
replaces the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select, update

from headwater.catalog import clock
from headwater.catalog.reading import Row
from headwater.catalog.store.bulk import insert_rows, json_text
from headwater.catalog.store.counters import take
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import ACTIVE, DELETED, IS_LINKED, entities, lineage_edges, relationships
from headwater.catalog.types import EntityType, Link, RelationshipType, TypeSet
from headwater.catalog.types.attributes import checked, missing
from headwater.catalog.writing import changes, column_edges, direct_columns, quotas, reports
from headwater.catalog.writing.drafts import Reference
from headwater.catalog.writing.rows import Pen
from headwater.catalog.writing.subjects import Cast, Found, Subject
from headwater.errors import Fault, Invalid, NotFound, Place, raise_if_any

Pair = tuple[int, int, int]
"""End 1, type, end 2: what makes a relationship one and the same."""


@dataclass(slots=True)
class Wanted:
    """A relationship that shall be. `attributes` None leaves those of an existing one as they are."""

    type: RelationshipType
    ends: tuple[int, int]
    attributes: Mapping[str, object] | None = None
    id: int = 0

    @property
    def pair(self) -> Pair:
        return self.ends[0], self.type.id, self.ends[1]


@dataclass(slots=True)
class Plan:
    """What a batch asks of relationships."""

    wanted: dict[Pair, Wanted] = field(default_factory=dict)
    exclusive: set[tuple[int, int, int]] = field(default_factory=set)
    """(side, type, entity): no relationship but the wanted ones may stay there."""
    fresh: set[int] = field(default_factory=set)
    """Entities of this batch that are new, so that nothing hangs on them yet."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What became of the plan. `touched` are entities whose relationships changed."""

    made: tuple[Wanted, ...]
    ended: tuple[Row, ...]
    touched: frozenset[int]
    noted: frozenset[int] = frozenset()
    """Those whose history has the change already: attributes of their relationships."""


def plan_links(cast: Cast, types: TypeSet) -> Plan:
    """Resolve the references of all drafts. Raises NotFound or Invalid with every fault."""
    plan = Plan(fresh={subject.id for subject in cast.subjects if subject.is_new})
    lost: list[Fault] = []
    faults: list[Fault] = []
    for subject in cast.subjects:
        for draft in subject.drafts:
            for name in draft.forgotten:
                _forget(plan, subject, name)
            for name, references in draft.links.items():
                _plan_attribute(plan, cast, subject, name, references, types, (lost, faults))
    raise_if_any(Invalid, faults)
    raise_if_any(NotFound, lost)
    return plan


def _forget(plan: Plan, subject: Subject, name: str) -> None:
    for link in subject.type.links[name]:
        if not link.relationship.owns and not link.relationship.gathers(link.side) and not subject.is_new:
            plan.exclusive.add((link.side, link.relationship.id, subject.id))


def _plan_attribute(
    plan: Plan,
    cast: Cast,
    subject: Subject,
    name: str,
    references: Sequence[Reference],
    types: TypeSet,
    faults: tuple[list[Fault], list[Fault]],
) -> None:
    lost, invalid = faults
    chosen: set[Link] = set()
    for reference in references:
        found = cast.find(reference)
        if found is None:
            cure = "Send it in the same request, or before."
            lost.append(
                Fault("CAT-006", f"Referenced entity {reference} is not found", Place(path=reference.place), cure)
            )
            continue
        link = _link(subject.type, name, reference, found, invalid)
        if link is not None:
            chosen.update(subject.type.links[name] if link.relationship.symmetric else (link,))
            ends = (subject.id, found.id) if link.side == 0 else (found.id, subject.id)
            said = _attributes(link.relationship, reference, types, invalid) if reference.attributes else None
            want(plan, Wanted(link.relationship, ends, said))
    for link in chosen or set(subject.type.links[name] if not references else ()):
        grows = link.relationship.gathers(link.side) or (link.relationship.owns and not link.here.single)
        if not grows and not subject.is_new:
            plan.exclusive.add((link.side, link.relationship.id, subject.id))


def _attributes(
    type: RelationshipType, reference: Reference, types: TypeSet, faults: list[Fault]
) -> dict[str, object] | None:
    """Return the attributes of a relationship in the form in which they are kept; faults go to the list."""
    own: list[Fault] = []
    kept = checked(type, reference.attributes, types, own)
    place = Place(path=reference.place)
    for attribute in missing(type, kept):
        message = f"Mandatory field {type.name}.{attribute.name} has no value"
        own.append(Fault("CAT-021", message, cure=f"Send it in relationshipAttributes.attributes.{attribute.name}."))
    own.extend(quotas.faults_of_link(type.name, kept))
    faults.extend(Fault(fault.code, fault.message, place, fault.cure) for fault in own)
    return {name: value for name, value in kept.items() if value is not None} or None


def want(plan: Plan, wanted: Wanted) -> None:
    """Ask for a relationship. At an end that takes a single one, it takes the place of another."""
    if wanted.type.symmetric:
        wanted.ends = (min(wanted.ends), max(wanted.ends))
    plan.wanted[wanted.pair] = wanted
    for side in (0, 1):
        if wanted.ends[side] not in plan.fresh and wanted.type.ends[side].single:
            plan.exclusive.add((side, wanted.type.id, wanted.ends[side]))


def _link(type: EntityType, name: str, reference: Reference, found: Found, faults: list[Fault]) -> Link | None:
    """Choose the relationship type of an attribute by what it refers to."""
    fitting = [link for link in type.links[name] if link.there.type in found.type.supers]
    if reference.relationship_type:
        named = [link for link in fitting if link.relationship.name == reference.relationship_type]
        fitting = named or fitting
    if not fitting:
        expected = " or ".join(sorted({link.there.type for link in type.links[name]}))
        message = f"'{name}' of {type.name} refers to a {found.type.name}, expected is {expected}"
        faults.append(Fault("CAT-024", message, Place(path=reference.place), f"Refer to a {expected}."))
        return None
    if len(fitting) == 1:
        return fitting[0]
    # Where several fit (inputs of a process by its own type and by Process), the one declared nearest is meant.
    return min(fitting, key=lambda link: (link.there.type != found.type.name, link.relationship.id))


def link_up(connection: Connection, plan: Plan, pen: Pen, types: TypeSet, seen: Mapping[int, int]) -> Linked:
    """Write what the plan wants and end what it shuts out. `seen` gives the time at which a process reported."""
    standing = {(row["end1_id"], row["type_id"], row["end2_id"]): row for row in _standing(connection, plan)}
    ended = [row for pair, row in standing.items() if pair not in plan.wanted and _shut_out(row, plan)]
    made = [wanted for pair, wanted in plan.wanted.items() if pair not in standing]
    altered = [
        (standing[pair], wanted.attributes)
        for pair, wanted in plan.wanted.items()
        if wanted.attributes is not None and pair in standing and standing[pair]["attributes"] != wanted.attributes
    ]
    end(connection, ended, pen, types, _in_order(connection, seen) if ended else {})
    _alter(connection, altered, pen)
    _make(connection, made, pen, seen)
    drawn = [(wanted.type, wanted.ends[1]) for wanted in made]
    drawn += [(types.relationships_by_id[row["type_id"]], row["end2_id"]) for row, _ in altered]
    direct_columns.keep(connection, drawn, types, pen.at)
    touched = {id for row in ended for id in (row["end1_id"], row["end2_id"])}
    touched |= {id for wanted in made for id in wanted.ends}
    noted = frozenset(id for row, _ in altered for id in (row["end1_id"], row["end2_id"]))
    return Linked(tuple(made), tuple(ended), frozenset(touched | noted), noted)


def _in_order(connection: Connection, seen: Mapping[int, int]) -> dict[int, int]:
    """Return the times of the reports that are not older than the last one of their process.

    An older one does not tell when the edges that it leaves out ended; that is when the account was told.
    """
    late = reports.last_seen(connection, list(seen))
    return {id: at for id, at in seen.items() if at >= late.get(id, 0)}


def _standing(connection: Connection, plan: Plan) -> Iterator[Row]:
    """Yield active relationships that are wanted already, or that stand where only the wanted ones may."""
    table = relationships.c
    wanted = listed()
    pairs = [pair for pair in plan.wanted if not plan.fresh.intersection((pair[0], pair[2]))]
    statements = [
        (
            pairs,
            (table.end1_id == integer(wanted, 0))
            & (table.type_id == integer(wanted, 1))
            & (table.end2_id == integer(wanted, 2)),
        )
    ]
    for side, column in enumerate((table.end1_id, table.end2_id)):
        places = [(entity, type_id, 0) for at, type_id, entity in plan.exclusive if at == side]
        statements.append((places, (column == integer(wanted, 0)) & (table.type_id == integer(wanted, 1))))
    for keys, condition in statements:
        if keys:
            query = select(relationships).select_from(wanted).join(relationships, condition).where(IS_LINKED)
            yield from connection.execute(query, {"wanted": packed(keys)}).mappings()


def _shut_out(row: Row, plan: Plan) -> bool:
    sides = ((0, row["end1_id"]), (1, row["end2_id"]))
    return any((side, row["type_id"], entity) in plan.exclusive for side, entity in sides)


def end(
    connection: Connection, rows: Sequence[Row], pen: Pen, types: TypeSet, seen: Mapping[int, int] | None = None
) -> None:
    """Mark relationships as deleted; their lineage ends and stays in history.

    It ends when the process was seen whose report left it out (`seen`), and else now.
    """
    if not rows:
        return
    keys = {"wanted": packed(row["id"] for row in rows)}
    ended = relationships.c.id.in_(select(integer(listed())))
    stamp = {"updated_by": pen.by, "updated_at": pen.at}
    connection.execute(update(relationships).where(ended).values(status=DELETED, **stamp), keys)
    flows = [row for row in rows if types.relationships_by_id[row["type_id"]].is_lineage]
    for at, over in _by_time(flows, seen or {}, pen.at).items():
        _end_flows(connection, over, at)
    sides = [(types.relationships_by_id[row["type_id"]].parent_side, (row["end1_id"], row["end2_id"])) for row in rows]
    adopt(connection, [(ends[1 - side], None) for side, ends in sides if side is not None])


def _by_time(rows: Sequence[Row], seen: Mapping[int, int], now: int) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        at = seen.get(row["end1_id"]) or seen.get(row["end2_id"]) or now
        found.setdefault(at, []).append(row)
    return found


def _end_flows(connection: Connection, rows: Sequence[Row], at: int) -> None:
    keys = {"wanted": packed(row["id"] for row in rows), "sources": packed({row["end1_id"] for row in rows})}
    edges = lineage_edges.c
    mine = edges.source_id.in_(select(integer(listed("sources")))) & edges.relationship_id.in_(
        select(integer(listed()))
    )
    connection.execute(update(lineage_edges).where(mine, edges.ended_at.is_(None)).values(ended_at=at), keys)
    column_edges.end_between(connection, [(row["end1_id"], row["end2_id"]) for row in rows], at)


def _alter(connection: Connection, altered: Sequence[tuple[Row, Mapping[str, object] | None]], pen: Pen) -> None:
    for row, attributes in altered:
        statement = update(relationships).where(relationships.c.id == row["id"])
        stamp = {"updated_by": pen.by, "updated_at": pen.at, "version": row["version"] + 1}
        connection.execute(statement.values(attributes=attributes, **stamp))
    replaced: dict[int, dict[str, object]] = {}
    for row, _ in altered:
        for end in {row["end1_id"], row["end2_id"]}:
            replaced.setdefault(end, {})[row["guid"]] = row["attributes"]
    noted = {end: {"relationships": attributes} for end, attributes in replaced.items()}
    changes.note(connection, noted, "RELATIONSHIP_UPDATE", pen.by, pen.at)


def _make(connection: Connection, made: Sequence[Wanted], pen: Pen, seen: Mapping[int, int]) -> None:
    first = take(connection, "relationships", len(made))
    rows, edges, parents = [], [], []
    for offset, (wanted, guid) in enumerate(zip(made, clock.new_guids(len(made)), strict=True)):
        wanted.id = first + offset
        rows.append(_row(wanted, guid, pen))
        if wanted.type.is_lineage:
            source, target = wanted.ends
            at = seen.get(source) or seen.get(target) or pen.at
            edges.append((source, target, wanted.id, guid, at))
        if (side := wanted.type.parent_side) is not None:
            parents.append((wanted.ends[1 - side], wanted.ends[side]))
    insert_rows(connection, relationships, ROW, rows)
    insert_rows(connection, lineage_edges, EDGE, edges)
    adopt(connection, parents)


def adopt(connection: Connection, pairs: Sequence[tuple[int, int | None]]) -> None:
    """Set the parents of children."""
    if pairs:
        statement = update(entities).where(entities.c.id == bindparam("child")).values(parent_id=bindparam("parent"))
        connection.execute(statement, [{"child": child, "parent": parent} for child, parent in pairs])


EDGE = ("source_id", "target_id", "relationship_id", "relationship_guid", "first_seen")
ROW = (
    "id",
    "guid",
    "type_id",
    "end1_id",
    "end2_id",
    "status",
    "version",
    "attributes",
    "created_by",
    "created_at",
    "updated_by",
    "updated_at",
)


def _row(wanted: Wanted, guid: str, pen: Pen) -> tuple[object, ...]:
    ends, attributes = wanted.ends, json_text(wanted.attributes or {})
    who = (pen.by, pen.at, pen.by, pen.at)
    return (wanted.id, guid, wanted.type.id, *ends, ACTIVE, 1, attributes, *who)
