"""Assignments: which entities a term is said of. They are relationships; `meanings.py` repeats them on the entities."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from headwater.catalog.annotations import meanings, propagation
from headwater.catalog.glossary.session import TERM, Sessions, Writing, paged
from headwater.catalog.glossary.shapes import ALL, Assigned, Page
from headwater.catalog.glossary.views import Readable
from headwater.catalog.model import Attributes
from headwater.catalog.reading import Row, rows_by_id
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.schema import IS_LINKED, IS_LIVE, collections, entities, relationships
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import links
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.drafts import Reference, read_reference
from headwater.catalog.writing.links import Plan, Wanted
from headwater.catalog.writing.rows import Permit
from headwater.catalog.writing.subjects import Cast, Found, Known
from headwater.errors import Fault, Invalid, NotFound, Place, raise_if_any

NO_TIMES: dict[int, int] = {}


class Assignments:
    """Reads and writes of what terms are assigned to."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def of(self, guid: str, page: Page = ALL, *, readable: Readable = None) -> list[Attributes]:
        """Return the entities that a term is assigned to, by name. Raises NotFound."""
        table = relationships.c
        with self._sessions.read() as reading:
            key = reading.row(guid, TERM)["id"]
            type_id = reading.types.relationship(meanings.ASSIGNMENT).id
            columns = (entities.c.guid, entities.c.type_id, entities.c.name, entities.c.qualified_name)
            query = (
                select(*columns, table.guid.label("relationship"), table.attributes.label("said"))
                .join(relationships, table.end2_id == entities.c.id)
                .where(table.end1_id == key, table.type_id == type_id, IS_LINKED, IS_LIVE)
            )
            if readable is not None:
                allowed = select(collections.c.id).where(collections.c.name.in_(readable))
                query = query.where(entities.c.collection_id.in_(allowed))
            rows = reading.connection.execute(paged(query, page)).mappings().all()
            return [_shown(row, reading.types) for row in rows]

    def assign(
        self,
        guid: str,
        given: Sequence[Assigned],
        *,
        by: str,
        permit: Permit | None = None,
        expected: Condition | None = None,
    ) -> None:
        """Assign a term to entities; to have it already is no error. Raises NotFound, or Invalid for a bad reference.

        Who assigns needs to write where the entities are. What is `expected` is expected of these.
        """
        with self._sessions.write(by, permit) as writing:
            row = writing.row(guid, TERM)
            found = _entities(writing, given)
            rows = rows_by_id(writing.connection, [one.id for one in found])
            writing.ask(rows.values(), expected)
            type = writing.types.relationship(meanings.ASSIGNMENT)
            plan = Plan()
            for one, sent in zip(found, given, strict=True):
                links.want(plan, Wanted(type, (row["id"], one.id), _said(sent)))
            linked = links.link_up(writing.connection, plan, writing.pen, writing.types, NO_TIMES)
            meanings.follow_bulk(writing.connection, plan, linked, (), writing.pen, writing.types)
            propagation.follow(writing.connection, linked, writing.pen, writing.types)

    def unassign(
        self,
        guid: str,
        given: Sequence[Assigned],
        *,
        by: str,
        permit: Permit | None = None,
        expected: Condition | None = None,
    ) -> None:
        """Take a term from entities, each named with the guid of its assignment. Raises NotFound or Invalid.

        What is `expected` is expected of the entities.
        """
        with self._sessions.write(by, permit) as writing:
            term = writing.row(guid, TERM)
            rows = _standing(writing, term, given)
            writing.ask(rows_by_id(writing.connection, [row["end2_id"] for row in rows]).values(), expected)
            links.end(writing.connection, rows, writing.pen, writing.types)
            keys = meanings.assigned_to(rows, writing.types)
            meanings.follow(writing.connection, keys, "TERM_DELETE", writing.pen, writing.types)
            propagation.follow_cut(writing.connection, rows, writing.pen, writing.types)


def _shown(row: Row, types: TypeSet) -> Attributes:
    """Return an assignment as the term's own list of entities shows it."""
    return {
        "guid": row["guid"],
        "typeName": types.entities_by_id[row["type_id"]].name,
        "entityStatus": "ACTIVE",
        "displayText": row["name"],
        "qualifiedName": row["qualified_name"],
        "uniqueAttributes": {"qualifiedName": row["qualified_name"]},
        "relationshipType": meanings.ASSIGNMENT,
        "relationshipGuid": row["relationship"],
        "relationshipStatus": "ACTIVE",
        "relationshipAttributes": {"typeName": meanings.ASSIGNMENT, "attributes": row["said"]},
    }


def _entities(writing: Writing, given: Sequence[Assigned]) -> list[Found]:
    """Return what the references mean. Raises Invalid for one that means nothing, NotFound for a lost one."""
    references = [_reference(one, f"[{at}]") for at, one in enumerate(given)]
    cast = Cast(writing.types, Known(writing.connection, writing.types, (), references), ())
    found = [cast.find(reference) for reference in references]
    cure = "Write the entity first."
    raise_if_any(
        NotFound,
        (
            Fault("CAT-006", f"Referenced entity {reference} is not found", Place(path=reference.place), cure)
            for reference, one in zip(references, found, strict=True)
            if one is None
        ),
    )
    entities = [one for one in found if one is not None]
    end = writing.types.relationship(meanings.ASSIGNMENT).ends[1].type
    strangers = [one for one in entities if end not in one.type.supers]
    cure = f"Assign terms to entities that are a {end}."
    raise_if_any(Invalid, (Fault("CAT-125", f"A {one.type.name} takes no terms", cure=cure) for one in strangers))
    return entities


def _reference(given: Assigned, place: str) -> Reference:
    named = {"guid": given.guid, "typeName": given.type_name, "uniqueAttributes": given.unique_attributes}
    found = read_reference({key: value for key, value in named.items() if value is not None}, place)
    if found is None:
        cure = 'Send {"guid": …} or {"typeName": …, "uniqueAttributes": {"qualifiedName": …}}.'
        raise Invalid(Fault("CAT-023", "ObjectId is not valid", Place(path=place), cure))
    return found


def _said(given: Assigned) -> Attributes | None:
    inner = (given.relationship_attributes or {}).get("attributes")
    return {name: value for name, value in inner.items() if value is not None} if isinstance(inner, dict) else None


def _standing(writing: Writing, term: Row, given: Sequence[Assigned]) -> list[Row]:
    """Return the relationships that are to end. Raises Invalid for one that is not this term's and that entity's."""
    lacking = [at for at, one in enumerate(given) if not one.relationship_guid]
    message = "Missing mandatory attribute, TermAssignment relationship guid"
    cure = "Send relationshipGuid with each entity; GET …/assignedEntities gives it."
    raise_if_any(Invalid, (Fault("CAT-129", message, Place(path=f"[{at}]"), cure) for at in lacking))
    wanted = listed()
    query = select(relationships).join(wanted, relationships.c.guid == text(wanted)).where(IS_LINKED)
    guids = [one.relationship_guid or "" for one in given]
    rows = {row["guid"]: row for row in writing.connection.execute(query, {"wanted": packed(guids)}).mappings()}
    ends = rows_by_id(writing.connection, [row["end2_id"] for row in rows.values()])
    type_id = writing.types.relationship(meanings.ASSIGNMENT).id
    faults = []
    for at, one in enumerate(given):
        row = rows.get(one.relationship_guid or "")
        mine = row is not None and (row["end1_id"], row["type_id"]) == (term["id"], type_id)
        if row is None or not mine or (one.guid and ends[row["end2_id"]]["guid"] != one.guid):
            said = f"Given relationshipGuid({one.relationship_guid}) is invalid for term (guid={term['guid']})"
            faults.append(Fault("CAT-129", f"{said} and entity(guid={one.guid})", Place(path=f"[{at}]"), cure))
    raise_if_any(Invalid, faults)
    return list(rows.values())
