"""What a relationship attribute of an entity refers to, page by page: also the members of a set of any size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select, union

from headwater.catalog.collections import collection_names
from headwater.catalog.model import EntityHeader
from headwater.catalog.reading import SIDES, Row, headers_by_id
from headwater.catalog.store import schema
from headwater.catalog.store.schema import IS_LINKED, IS_LIVE, entities, relationships
from headwater.catalog.types import Link, TypeSet
from headwater.errors import Fault, Invalid, Place

MOST = 1000


@dataclass(frozen=True, slots=True)
class Related:
    """A page of active entities in the order in which they were made; `count` is how many there are in all."""

    headers: tuple[EntityHeader, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Part:
    """Which of them are asked for. `collections` are those that may be seen; None: all."""

    limit: int = 100
    offset: int = 0
    collections: frozenset[str] | None = None


FIRST = Part()


def related(connection: Connection, row: Row, name: str, part: Part, types: TypeSet) -> Related:
    """Return what an attribute of the entity of the row refers to. Raises Invalid for an attribute that it has not."""
    type = types.entities_by_id[row["type_id"]]
    if name not in type.links:
        cure = f"Known are {', '.join(sorted(type.links)) or 'none'}."
        raise Invalid(
            Fault("CAT-029", f"'{type.name}' has no relationship attribute '{name}'", Place(path="relation"), cure)
        )
    if not 0 <= part.limit <= MOST or part.offset < 0:
        message = f"A limit of {part.limit} at an offset of {part.offset} is no page"
        cure = f"Use a limit of 0 to {MOST}, and an offset of 0 or more."
        raise Invalid(Fault("CAT-029", message, Place(path="limit"), cure))
    ends = _ends(row["id"], type.links[name]).subquery()
    found = select(ends.c.id).join(entities, entities.c.id == ends.c.id).where(IS_LIVE)
    if part.collections is not None:
        place = schema.collections.c
        allowed = select(place.id).where(place.name.in_(part.collections))
        found = found.where(entities.c.collection_id.in_(allowed))
    count = connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    keys = connection.execute(found.order_by(ends.c.id).limit(part.limit).offset(part.offset)).scalars()
    headers = headers_by_id(connection, keys, types, collection_names(connection))
    return Related(tuple(headers[key] for key in sorted(headers)), int(count))


def _ends(key: int, links: Sequence[Link]) -> Select[int]:
    """Return the statement of the other ends, each once."""
    parts = [
        select(there.label("id")).where(here == key, relationships.c.type_id == link.relationship.id, IS_LINKED)
        for link in links
        for here, there in [SIDES[link.side]]
    ]
    # One relationship type leads to each end once; to ask for that would read all of them for the first page.
    return parts[0] if len(parts) == 1 else select(union(*parts).subquery().c.id)
