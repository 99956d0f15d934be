"""A made-up catalog of any size, written straight into the tables of a store.

A million assets through HTTP would take minutes a run; here they are bulk rows, indexes come last, and only then is
the store opened as an account. The rows are those that the account itself writes, but for the JSON of `columnLineage`
(a gigabyte that no walk and no search reads). How fast the account takes entities by itself is `catalog_ingest.py`.

Asset n has ten columns and is written by operation n, from one to three assets before it, each sink column from one
source column: ten column edges an operation. Asset 0 is a hub that feeds ten thousand operations, or half of them.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from headwater.access.account import Account

COLUMNS = 10
NEAR = 500
"""How far before it an asset's sources lie at most."""
HUB = 10_000
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "ol", "us")]
START = 1_700_000_000_000
BLOCK = 50_000


@dataclass(frozen=True)
class Keys:
    """Keys of types and collection in the store."""

    table: int
    operation: int
    inputs: int
    outputs: int
    collection: int


def vocabulary(chance: random.Random) -> list[str]:
    """Return 5,000 words; the first are the most frequent."""
    words = dict.fromkeys("".join(chance.choices(SYLLABLES, k=chance.randint(2, 3))) for _ in range(6_000))
    return list(words)[:5_000]


def zipf(words: Sequence[str]) -> list[float]:
    """Return cumulative weights: the n-th word comes up as 1/n."""
    return list(accumulate(1 / n for n in range(1, len(words) + 1)))


def sources(n: int, assets: int, chance: random.Random) -> list[int]:
    """Return the assets that operation n reads; n is 1 or more."""
    near = {chance.randrange(max(0, n - NEAR), n) for _ in range(chance.randint(1, 3))}
    if n % max(2, assets // HUB) == 0:
        near.add(0)
    return sorted(near)


def qualified_name(n: int) -> str:
    return f"mssql://server.database.windows.net/warehouse/dbo/table_{n:07d}"


def guid(kind: int, n: int) -> str:
    return f"{n:08x}-0000-7000-8000-{kind:012x}"


def asset_key(n: int) -> int:
    return 2 * n + 1


def operation_key(n: int) -> int:
    return 2 * n + 2


class Graph:
    """The made-up catalog as rows, the same at every reading."""

    def __init__(self, assets: int, keys: Keys) -> None:
        self.assets = assets
        self._keys = keys

    def flows(self) -> Iterator[tuple[int, list[int]]]:
        """Yield each operation with the assets that it reads."""
        chance = random.Random(7)
        for n in range(1, self.assets):
            yield n, sources(n, self.assets, chance)

    def entities(self) -> Iterator[tuple[object, ...]]:
        chance = random.Random(11)
        words = vocabulary(chance)
        weights = zipf(words)
        keys, who = self._keys, (START, START, "bench", "bench")
        for n in range(self.assets):
            drawn = chance.choices(words, cum_weights=weights, k=8)
            name, text, path = "_".join(drawn[:3]) + f"_{n}", " ".join(drawn[3:]), qualified_name(n)
            attributes = f'{{"qualifiedName":"{path}","name":"{name}","description":"{text}"}}'
            yield (asset_key(n), guid(1, n), keys.table, keys.collection, 0, 1, *who, name, path, attributes)
            if n:
                copy = f"/workspaces/w/pipelines/p/activities/a#{path}"
                attributes = f'{{"qualifiedName":"{copy}","name":"copy {n}","runId":"run-{n}","status":"Completed"}}'
                place = (guid(2, n), keys.operation, keys.collection)
                yield (operation_key(n), *place, 0, 1, *who, f"copy {n}", copy, attributes)

    def documents(self) -> Iterator[tuple[object, ...]]:
        columns = " ".join(f"c{column}" for column in range(COLUMNS))
        for row in self.entities():
            is_table = row[2] == self._keys.table
            text = str(row[-1]).rpartition('"description":"')[2].rstrip('"}') if is_table else ""
            labels = "azure_sql_table Azure SQL Database" if is_table else "azure_synapse_operation Azure Synapse"
            yield (row[0], row[-3], "", row[-2], text, labels, columns if is_table else "")

    def links(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield relationship, type, end 1, end 2."""
        id = 0
        for n, read in self.flows():
            for source in read:
                id += 1
                yield id, self._keys.inputs, asset_key(source), operation_key(n)
            id += 1
            yield id, self._keys.outputs, operation_key(n), asset_key(n)

    def relationships(self) -> Iterator[tuple[object, ...]]:
        for id, type_id, end1, end2 in self.links():
            yield (id, guid(3, id), type_id, end1, end2, 0, 1, "{}", "bench", START, "bench", START)

    def lineage_edges(self) -> Iterator[tuple[object, ...]]:
        return ((end1, end2, id, guid(3, id), START) for id, _, end1, end2 in self.links())

    def lineage_columns(self) -> Iterator[tuple[object, ...]]:
        for n in range(self.assets):
            for column in range(COLUMNS):
                yield (n * COLUMNS + column + 1, asset_key(n), f"c{column}", f"c{column}")

    def column_edges(self) -> Iterator[tuple[object, ...]]:
        id = 0
        for n, read in self.flows():
            for column in range(COLUMNS):
                id += 1
                source, sink = read[column % len(read)] * COLUMNS + column + 1, n * COLUMNS + column + 1
                yield (id, operation_key(n), source, sink, 0, "IDENTITY", "", None, START)

    def observations(self) -> Iterator[tuple[object, ...]]:
        for n in range(1, self.assets):
            yield (operation_key(n), f"run-{n}", "", START, "Completed")


TABLES: dict[str, tuple[str, Callable[[Graph], Iterable[tuple[object, ...]]]]] = {
    "entities": (
        (
            "id, guid, type_id, collection_id, status, version, created_at, updated_at, created_by, updated_by, name, "
            "qualified_name, attributes"
        ),
        Graph.entities,
    ),
    "relationships": (
        (
            "id, guid, type_id, end1_id, end2_id, status, version, attributes, created_by, created_at, updated_by, "
            "updated_at"
        ),
        Graph.relationships,
    ),
    "lineage_edges": ("source_id, target_id, relationship_id, relationship_guid, first_seen", Graph.lineage_edges),
    "lineage_columns": ("id, entity_id, key, name", Graph.lineage_columns),
    "column_edges": (
        "id, operation_id, source_id, sink_id, kind, subtype, expression, steps, first_seen",
        Graph.column_edges,
    ),
    "observations": ("operation_id, run_id, activity_run_id, seen_at, status", Graph.observations),
    "documents": ("id, name, words, path, description, labels, columns", Graph.documents),
}


def build(folder: Path, assets: int) -> Graph:
    """Make the account in the folder and fill it."""
    account = Account.open(folder, name="bench")
    types = account.catalog.types.current
    with account.catalog.store.read() as connection:
        collection = int(connection.exec_driver_sql("SELECT id FROM collections").scalar_one())
    table, operation = types.entities["azure_sql_table"], types.entities["azure_synapse_operation"]
    inputs, outputs = types.relationships["dataset_process_inputs"], types.relationships["process_dataset_outputs"]
    account.close()
    graph = Graph(assets, Keys(table.id, operation.id, inputs.id, outputs.id, collection))
    with sqlite3.connect(folder / "account.db", isolation_level=None) as connection:
        _fill(connection, graph)
        counts = ((table.id, assets), (operation.id, assets - 1))
        connection.executemany("INSERT INTO type_counts VALUES (?, ?, ?)", ((id, collection, n) for id, n in counts))
    connection.close()
    return graph


def _fill(connection: sqlite3.Connection, graph: Graph) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -262144")
    held = "type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))"
    names = "[" + ", ".join(f'"{name}"' for name in TABLES) + "]"
    made = connection.execute(f"SELECT type, name, sql FROM sqlite_master WHERE {held}", (names,)).fetchall()
    for kind, name, _ in made:
        connection.execute(f"DROP {kind} {name}")
    for name, (columns, rows) in TABLES.items():
        places = ", ".join("?" * len(columns.split(",")))
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO {name} ({columns}) VALUES ({places})", rows(graph))
        last = connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        if name in ("relationships", "lineage_columns", "column_edges"):
            connection.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", (name, last + 1))
        connection.execute("COMMIT")
    connection.execute("INSERT OR REPLACE INTO counters VALUES ('entities', ?)", (2 * graph.assets + 2,))
    for _, _, statement in sorted(made):
        connection.execute(statement)
    connection.execute("INSERT INTO documents_index(documents_index) VALUES ('rebuild')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
