"""Columns as lineage names them, by dataset and name; those that are named for the first time get their keys here.

Apart from `column_edges.py`, since whoever draws edges between columns needs them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Connection, Select, select

from headwater.catalog.store.bulk import insert_rows
from headwater.catalog.store.counters import following, take
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import lineage_columns


@dataclass(slots=True, eq=False)
class Neighbour:
    """A dataset that lineage touches. `vertices` are keys of its columns, by name as spoken and as compared."""

    id: int
    qualified_name: str
    ignores_case: bool
    vertices: dict[str, int] = field(default_factory=dict)

    def key(self, column: str) -> str:
        """Return the column's name as the store compares it."""
        return column.casefold() if self.ignores_case else column


class Vertices:
    """The columns of these datasets. Those of `fresh` datasets are not looked for: they have none yet.

    Keys are given one after the other, so nothing else may make columns before `keep`.
    """

    def __init__(self, connection: Connection, datasets: Iterable[Neighbour], fresh: Collection[int] = ()) -> None:
        self._connection = connection
        self._first = following(connection, "lineage_columns")
        self._made: list[tuple[int, int, str, str]] = []
        by_id = {dataset.id: dataset for dataset in datasets if dataset.id not in fresh}
        if by_id:
            for id, entity_id, key in fetch(connection, _of_datasets(), {"wanted": packed(by_id)}):
                by_id[entity_id].vertices[key] = id

    def named(self, dataset: Neighbour, column: str) -> int:
        """Return the key of a column. Look into `vertices` first: most have been named before."""
        key = dataset.key(column)
        id = dataset.vertices.get(key)
        if id is None:
            id = self._first + len(self._made)
            self._made.append((id, dataset.id, key, column))
            dataset.vertices[key] = id
        dataset.vertices[column] = id
        return id

    def keep(self) -> None:
        """Write the columns that were named for the first time."""
        take(self._connection, "lineage_columns", len(self._made))
        insert_rows(self._connection, lineage_columns, ("id", "entity_id", "key", "name"), self._made)


# Built once: making a statement takes longer than running it for few datasets.
@cache
def _of_datasets() -> Select[int, int, str]:
    table, wanted = lineage_columns.c, listed()
    return select(table.id, table.entity_id, table.key).join(wanted, table.entity_id == integer(wanted))
