"""What a relationship lets through of the classifications that come to it, and what it is told to block."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from headwater.catalog.annotations.propagation import Given, block, steps_of
from headwater.catalog.annotations.reach import Tag, Ways, anything_travels
from headwater.catalog.annotations.tables import blocked
from headwater.catalog.model import Attributes, ClassificationInput
from headwater.catalog.reading import Row, rows_by_id
from headwater.catalog.types import TypeSet
from headwater.catalog.writing.rows import Pen
from headwater.errors import Fault, Invalid, raise_if_any

Several = tuple[Attributes, ...]


def shown(connection: Connection, relationship: Row, types: TypeSet) -> tuple[Several, Several]:
    """Return the classifications that propagate over the relationship, and those that it blocks."""
    if not anything_travels(connection):
        return (), ()
    comes, stopped = _coming(connection, relationship, types), _blocked(connection, relationship)
    given = Given(rows_by_id(connection, {source for source, _ in comes}), types)
    through = tuple(given.content(tag) for tag in sorted(comes - stopped))
    return through, tuple(given.content(tag) for tag in sorted(comes & stopped))


def set_blocked(
    connection: Connection, relationship: Row, wanted: Sequence[ClassificationInput], pen: Pen, types: TypeSet
) -> None:
    """Block exactly these. Raises Invalid for one that does not come to the relationship."""
    comes = _coming(connection, relationship, types)
    given = Given(rows_by_id(connection, {source for source, _ in comes}), types)
    by_origin = {given.origin(tag): tag for tag in comes}
    faults: list[Fault] = []
    tags: set[Tag] = set()
    for item in wanted:
        tag = by_origin.get((item.type_name, item.entity_guid or ""))
        if tag is None:
            message = (
                f"Invalid propagated classification: {item.type_name} with entityGuid: {item.entity_guid} added to"
                " blocked propagated classifications."
            )
            cure = "Name what GET …/relationship/guid/… lists as propagatedClassifications."
            faults.append(Fault("CAT-083", message, cure=cure))
        else:
            tags.add(tag)
    raise_if_any(Invalid, faults)
    block(connection, relationship, tags, pen, types)


def _coming(connection: Connection, relationship: Row, types: TypeSet) -> set[Tag]:
    """Return the tags that would go over the relationship if it blocked none."""
    return Ways(connection, types, walls=False).over(list(steps_of([relationship], types)))


def _blocked(connection: Connection, relationship: Row) -> set[Tag]:
    columns = (blocked.c.source_id, blocked.c.classification)
    query = select(*columns).where(blocked.c.relationship_id == relationship["id"])
    return {(source, name) for source, name in connection.execute(query)}
