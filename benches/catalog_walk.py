"""How fast the catalog takes entities and walks their lineage, against the bars of the design.

    python benches/catalog_walk.py [--tables 20000]

Makes tables in layers, each written by an operation from one to three earlier ones with ten columns, and one hub.
Prints entities a second through the catalog's bulk write, and the 95th percentile of walks and searches, each as
a ratio to its bar.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from headwater.catalog.catalog import Catalog
from headwater.catalog.model import EntityBatch
from headwater.catalog.search import FacetRequest, SearchRequest

WORDS = [
    "order",
    "customer",
    "flight",
    "delay",
    "carrier",
    "airport",
    "weather",
    "price",
    "stock",
    "invoice",
    "supplier",
]
COLUMNS = 10
BATCH = 1000


def tables(number: int, chance: random.Random) -> Iterator[dict[str, object]]:
    for n in range(number):
        name = "_".join(chance.sample(WORDS, 3)) + f"_{n}"
        yield entity("azure_sql_table", table(n), name=name, description=" ".join(chance.sample(WORDS, 5)))
        if n:
            sources = sorted(
                {0 if n % 10 == 0 else chance.randrange(max(0, n - 500), n) for _ in range(chance.randint(1, 3))}
            )
            yield operation(n, sources)


def table(n: int) -> str:
    return f"mssql://server.database.windows.net/warehouse/dbo/table_{n:07d}"


def entity(type_name: str, qualified_name: str, **attributes: object) -> dict[str, object]:
    return {"typeName": type_name, "attributes": {"qualifiedName": qualified_name, **attributes}}


def operation(n: int, sources: list[int]) -> dict[str, object]:
    lines = [
        {"source": table(source), "sourceColumn": f"c{column}", "sinkColumn": f"c{column}", "subtype": "IDENTITY"}
        for source in sources
        for column in range(COLUMNS)
    ]
    reference = {"typeName": "azure_sql_table"}
    return entity(
        "azure_synapse_operation",
        f"/workspaces/w/pipelines/p/activities/a#{table(n)}",
        name=f"copy {n}",
        inputs=[{**reference, "uniqueAttributes": {"qualifiedName": table(source)}} for source in sources],
        outputs=[{**reference, "uniqueAttributes": {"qualifiedName": table(n)}}],
        runId=f"run-{n}",
        lastRunTime=1_700_000_000_000 + n,
        columnLineage=json.dumps(lines),
    )


def p95(act: Callable[[int], object], times: int = 100) -> float:
    """Return milliseconds."""
    taken = []
    for number in range(times):
        start = time.perf_counter()
        act(number)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.quantiles(taken, n=20)[-1]


def report(what: str, measured: float, bar: float, unit: str, *, more_is_better: bool = False) -> None:
    ratio = bar / measured if more_is_better else measured / bar
    print(f"{what:<52} {measured:>10.1f} {unit:<10} {ratio:>6.2f} of the bar ({bar:g})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=20_000)
    number = parser.parse_args().tables
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog.open(Path(folder) / "catalog.db", name="bench")
        pending = list(tables(number, chance))
        bodies = [msgspec.json.encode({"entities": pending[at : at + BATCH]}) for at in range(0, len(pending), BATCH)]
        start = time.perf_counter()
        for body in bodies:
            catalog.entities.write(msgspec.json.decode(body, type=EntityBatch), by="bench")
        report("ingest", len(pending) / (time.perf_counter() - start), 5000, "entities/s", more_is_better=True)
        guids = [catalog.entities.guid_of("azure_sql_table", table(chance.randrange(number))) for _ in range(100)]
        hub = catalog.entities.guid_of("azure_sql_table", table(0))
        report("walk, depth 10 both ways, width 10", p95(lambda n: catalog.lineage.walk(guids[n], depth=10)), 50, "ms")
        report("walk, depth 3 both ways", p95(lambda n: catalog.lineage.walk(guids[n], depth=3)), 50, "ms")
        report("hub, first page", p95(lambda _: catalog.lineage.walk(hub, depth=1, width=10), 20), 50, "ms")
        columns = catalog.columns
        report(
            "column, upstream, depth 10",
            p95(lambda n: columns.walk(guids[n], ["c1"], way="upstream", depth=10)),
            50,
            "ms",
        )
        facets = (FacetRequest("assetType"), FacetRequest("collectionId"))
        for what, keywords in (("two words", "{} AND {}"), ("one common word", "{}")):
            search = [keywords.format(*chance.sample(WORDS, 2)) for _ in range(100)]
            asked = [SearchRequest(keywords=words, limit=20, facets=facets) for words in search]
            report(f"search, {what}, facets", p95(lambda n, asked=asked: catalog.search.query(asked[n])), 50, "ms")
        report("suggest", p95(lambda _: catalog.search.suggest(chance.choice(WORDS)[:3])), 50, "ms")
        catalog.close()


if __name__ == "__main__":
    main()
