"""Column edges of lineage that somebody drew between two datasets, without a process.

The relationship's `columnMapping` says them: a JSON string, `[{"Source": "a", "Sink": "b"}]`. There is no operation to
hang them on, so the sink's asset stands for one: all that was drawn into an asset is kept and ended together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from headwater import typed
from headwater.catalog.reading import Row, rows_by_id
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import DIRECT, IS_LINKED, relationships
from headwater.catalog.types import EntityType, RelationshipType, TypeSet
from headwater.catalog.writing import column_edges
from headwater.catalog.writing.column_reports import ROWS, Pair, Said
from headwater.catalog.writing.vertices import Neighbour, Vertices
from headwater.errors import Fault, Invalid, Place, raise_if_any

ATTRIBUTE = "columnMapping"
DRAWN = "MANUAL"
"""Subtype of such an edge: nobody said how the column is made."""
# Purview draws no lineage by hand at what its own tools report.
REPORTED_BY_TOOLS = frozenset({"azure_data_factory", "azure_synapse_workspace", "powerbi_dataset"})
_PAIRS = typed.decoder(tuple[Pair, ...])


def is_direct(type: RelationshipType) -> bool:
    """Tell whether lineage of this type can say columns itself."""
    return type.is_lineage and ATTRIBUTE in type.attributes


def may_draw(type: RelationshipType, ends: Sequence[EntityType], attributes: Mapping[str, object]) -> None:
    """Raise Invalid if nobody may draw such an edge by hand, or if its `columnMapping` cannot be read."""
    if not is_direct(type):
        return
    faults = []
    for end in ends:
        if not end.supers.isdisjoint(REPORTED_BY_TOOLS):
            cure = "Its own tool reports this lineage; draw from and to other assets."
            message = f"Lineage of a {end.name} is not drawn by hand"
            faults.append(Fault("CAT-024", message, Place(path="typeName"), cure))
    if (fault := _unreadable(attributes.get(ATTRIBUTE))) is not None:
        faults.append(fault)
    raise_if_any(Invalid, faults)


def keep(connection: Connection, changed: Iterable[tuple[RelationshipType, int]], types: TypeSet, at: int) -> None:
    """Make the column edges into datasets agree with what is drawn into them. `changed` are type and end 2 each."""
    sinks = sorted({sink for type, sink in changed if is_direct(type)})
    if not sinks:
        return
    drawn = _drawn(connection, sinks, types)
    datasets = _datasets(connection, {id for row in drawn for id in (row["end1_id"], row["end2_id"])}, types)
    said: dict[int, list[Said]] = {sink: [] for sink in sinks}
    for row in drawn:
        source, sink = datasets[row["end1_id"]], datasets[row["end2_id"]]
        for pair in _pairs(row["attributes"].get(ATTRIBUTE)):
            said[row["end2_id"]].append((source, pair.source, sink, pair.sink, DIRECT, DRAWN, "", ""))
    column_edges.agree(connection, said, Vertices(connection, datasets.values()), {}, at)


def _drawn(connection: Connection, sinks: Sequence[int], types: TypeSet) -> list[Row]:
    direct = [id for id, type in types.relationships_by_id.items() if is_direct(type)]
    wanted = listed()
    query = select(relationships).join(wanted, relationships.c.end2_id == integer(wanted))
    query = query.where(IS_LINKED, relationships.c.type_id.in_(direct)).order_by(relationships.c.id)
    return list(connection.execute(query, {"wanted": packed(sinks)}).mappings())


def _datasets(connection: Connection, ids: Iterable[int], types: TypeSet) -> dict[int, Neighbour]:
    return {
        id: Neighbour(id, row["qualified_name"], types.entities_by_id[row["type_id"]].ignores_column_case)
        for id, row in rows_by_id(connection, ids).items()
    }


def _pairs(text: object) -> list[Pair]:
    """Return the pairs that name a column at both ends; `*` means "many", and which, nobody said."""
    if _unreadable(text) is not None:
        return []
    found = _PAIRS.decode(str(text)) if text else ()
    return [pair for pair in found if pair.source and pair.sink and ROWS not in (pair.source, pair.sink)]


def _unreadable(text: object) -> Fault | None:
    if not text:
        return None
    try:
        _PAIRS.decode(str(text))
    except (msgspec.DecodeError, RecursionError) as error:
        cure = 'Send a JSON string: [{"Source": "<column>", "Sink": "<column>"}].'
        return Fault("CAT-036", f"columnMapping cannot be read: {error}", Place(path="attributes.columnMapping"), cure)
    return None
