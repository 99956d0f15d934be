"""The entities that a change of annotations is meant for: found, still there, and permitted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from headwater.catalog import clock
from headwater.catalog.collections import collection_names
from headwater.catalog.reading import Row
from headwater.catalog.store.lists import listed, packed, text
from headwater.catalog.store.schema import ACTIVE, IS_LIVE, entities
from headwater.catalog.types import TypeSet
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.rows import Pen, Permit
from headwater.catalog.writing.subjects import no_guid
from headwater.errors import Fault, NotFound, raise_if_any


def by_guid(connection: Connection, guids: Sequence[str]) -> list[Row]:
    """Return the rows of active entities in the order of their guids. Raises NotFound with each that has none."""
    wanted = listed()
    query = select(entities).join(wanted, entities.c.guid == text(wanted))
    found = connection.execute(query, {"wanted": packed(sorted(set(guids)))}).mappings()
    rows = {row["guid"]: row for row in found}
    live = {guid for guid, row in rows.items() if row["status"] == ACTIVE}
    asked = list(dict.fromkeys(guids))
    raise_if_any(NotFound, (no_guid(guid, deleted=guid in rows) for guid in asked if guid not in live))
    return [rows[guid] for guid in asked]


def by_name(connection: Connection, type_name: str, names: Iterable[str], types: TypeSet) -> dict[str, Row]:
    """Return the active entities of the type, or else of a subtype, by name. Raises NotFound for the type."""
    type = types.known(type_name)
    below = types.subtype_ids(type_name)
    wanted = listed()
    query = select(entities).join(wanted, entities.c.qualified_name == text(wanted)).where(IS_LIVE)
    found: dict[str, Row] = {}
    for row in connection.execute(query, {"wanted": packed(sorted(set(names)))}).mappings():
        if row["type_id"] == type.id or (row["type_id"] in below and row["qualified_name"] not in found):
            found[row["qualified_name"]] = row
    return found


def no_name(type_name: str, name: str) -> Fault:
    message = f"Instance {type_name} with unique attribute {{qualifiedName={name}}} does not exist"
    return Fault("CAT-003", message, cure="Names are case sensitive; search for the asset.")


def pen_for(rows: Iterable[Row], by: str) -> Pen:
    """Write now, and not at the moment of any change before: history tells states apart by their times."""
    return Pen(by, max([clock.now(), *(int(row["updated_at"]) + 1 for row in rows)]), 0, {})


def asked(
    connection: Connection, guids: Sequence[str], permit: Permit | None, condition: Condition | None = None
) -> list[Row]:
    """Return the rows of the entities that a write is for, once it may be made.

    Raises NotFound, what `permit` raises, or PreconditionFailed if they are not as `condition` says.
    """
    rows = by_guid(connection, guids)
    ask(connection, rows, permit)
    if condition is not None:
        condition.check_all(rows)
    return rows


def ask(connection: Connection, rows: Iterable[Row], permit: Permit | None) -> None:
    """Ask whether the entities' collections may be touched."""
    if permit is not None:
        names = collection_names(connection)
        permit(frozenset(names[row["collection_id"]] for row in rows))
