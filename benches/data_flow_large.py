"""A large data flow on the embedded engine against the same graph as SQL by hand, its memory, and its spilling.

    python benches/data_flow_large.py [--gigabytes 1] [--rounds 2] [--definitions FOLDER]

Two sources of about a gigabyte (order lines as Parquet, orders as CSV), derive, join, lookup, split, aggregate, window,
two sinks. Each run is a process of its own, so that its peak memory is its own; ours and the other take turns, and the
fastest of each counts, because the machine is shared. Then ours runs once more with less memory than its hash tables
take, and must give the same rows. `--definitions` also parses every data flow below a folder.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from headwater.connectors.engine import open_engine
from headwater.connectors.formats.registry import format_from_dataset
from headwater.connectors.registry import connect
from headwater.data.locations import FileLocation, Store
from headwater.data.schema import Schema
from headwater.definition.load import load_files
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.engines.flow import Host, staged_flow
from headwater.settings import Binding, EngineSettings
from headwater.transformations.graph import build_graph
from headwater.transformations.trace import trace

STORE = Store("lake", "AzureBlobFS")
LIMIT, LITTLE = "2GB", "256MB"
LINES_PER_GIGABYTE = 20_000_000
RATIO_BAR, COUNTING_BAR = 1.2, 0.05

SCRIPT = """
source(output(order_id as long, part as integer, supplier as integer, quantity as integer, price as double,
    discount as double, tax as double, flag as string, shipped as date, comment as string),
    allowSchemaDrift: false, format: 'parquet') ~> lines
source(output(order_id as long, customer as integer, status as string, total as double, ordered as date,
    priority as string, clerk as string), allowSchemaDrift: false) ~> orders
lines derive(revenue = price * quantity * (1.0 - discount), late = iif(flag == 'R', 1, 0),
    year = year(shipped)) ~> worth
worth, orders join(worth@order_id == orders@order_id, joinType: 'inner') ~> joined
orders aggregate(groupBy(customer), spent = sum(total), bought = count(1)) ~> customers
joined, customers lookup(joined@customer == customers@customer, multiple: false, pickup: 'any') ~> known
known split(spent > 2500000.0, disjoint: false) ~> parts@(big, small)
parts@big aggregate(groupBy(priority, year), revenue = sum(revenue), lines = count(1), late = sum(late)) ~> yearly
parts@small filter(late == 1) ~> returned
returned window(over(orders@customer), asc(ordered, true), asc(part, true), running = sum(revenue),
    place = rowNumber()) ~> ranked
ranked select(mapColumn(customer = orders@customer, order_id = worth@order_id, part, ordered, running, place)) ~> shown
yearly sink(partitionFileNames: ['yearly.parquet']) ~> by_year
shown sink(partitionFileNames: ['returned.parquet']) ~> by_customer
"""

# What a person would write who knows DuckDB: what both sinks share once, with only the columns that are used.
BY_HAND = """
CREATE TEMP TABLE orders AS SELECT order_id, customer, total, ordered, priority
FROM read_csv('{root}/in/orders.csv', header = true, types = {{'order_id': 'BIGINT', 'customer': 'INTEGER',
    'total': 'DOUBLE', 'ordered': 'DATE'}});
CREATE TEMP TABLE known AS
SELECT o.customer, l.order_id, l.part, o.ordered, o.priority, year(l.shipped)::INTEGER AS year,
    (l.flag = 'R')::INTEGER AS late, l.price * l.quantity * (1 - l.discount) AS revenue, c.spent
FROM read_parquet('{root}/in/lines.parquet') l
JOIN orders o ON l.order_id = o.order_id
LEFT JOIN (SELECT customer, sum(total) AS spent FROM orders GROUP BY customer) c ON o.customer = c.customer;
COPY (
    SELECT priority, year, sum(revenue) AS revenue, count(*) AS lines, sum(late)::BIGINT AS late
    FROM known WHERE spent > 2500000 GROUP BY ALL
) TO '{root}/hand/yearly.parquet' (FORMAT parquet, COMPRESSION snappy);
COPY (
    SELECT customer, order_id, part, ordered,
        sum(revenue) OVER (PARTITION BY customer) AS running,
        row_number() OVER (PARTITION BY customer ORDER BY ordered, part) AS place
    FROM known WHERE (spent > 2500000) IS NOT TRUE AND late = 1
) TO '{root}/hand/returned.parquet' (FORMAT parquet, COMPRESSION snappy)
"""


def make_data(root: Path, gigabytes: float) -> int:
    """Write both files and return their size in bytes."""
    data = root / "lake/data/in"
    data.mkdir(parents=True)
    (root / "lake/data/hand").mkdir()
    lines = round(gigabytes * LINES_PER_GIGABYTE)
    orders, customers = lines // 4, max(lines // 40, 1)
    duckdb.execute(f"""
        COPY (SELECT (hash(i) % {orders})::BIGINT AS order_id, (hash(i + 1) % 200000)::INT AS part,
                (hash(i + 2) % 10000)::INT AS supplier, (1 + i % 50)::INT AS quantity,
                (900 + hash(i + 3) % 100000) / 100.0 AS price, (i % 11) / 100.0 AS discount, (i % 9) / 100.0 AS tax,
                CASE WHEN hash(i + 4) % 4 = 0 THEN 'R' ELSE 'N' END AS flag,
                DATE '1992-01-01' + (hash(i + 5) % 2500)::INT AS shipped, 'carefully packed ' || hash(i + 6) AS comment
            FROM range({lines}) t(i)) TO '{data}/lines.parquet' (COMPRESSION snappy);
        COPY (SELECT i AS order_id, (hash(i + 7) % {customers})::INT AS customer, substr('OFP', 1 + i % 3, 1) AS status,
                (100000 + hash(i + 8) % 40000000) / 100.0 AS total,
                DATE '1992-01-01' + (hash(i + 9) % 2400)::INT AS ordered,
                1 + i % 5 || '-' || substr('LOWMIDTOP', (1 + 3 * (i % 3))::INT, 3) AS priority,
                'Clerk ' || hash(i + 10) % 1000 AS clerk
            FROM range({orders}) t(i)) TO '{data}/orders.csv' (HEADER)
    """).fetchall()
    return sum(file.stat().st_size for file in data.iterdir())


def dataset(folder: str, file: str | None, type_: str) -> ResolvedDataset:
    properties = {"firstRowAsHeader": True} if type_ == "DelimitedText" else {}
    format_ = format_from_dataset(type_, properties)
    return ResolvedDataset(folder, type_, FileLocation(STORE, "data", folder, file), format_, Schema())


def ours(root: Path, limit: str) -> None:
    source = Source(SCRIPT)
    script, faults = parse_script(source)
    assert script is not None, faults
    sources = {
        "lines": dataset("in", "lines.parquet", "Parquet"),
        "orders": dataset("in", "orders.csv", "DelimitedText"),
    }
    sinks = {name: dataset("out", None, "Parquet") for name in ("by_year", "by_customer")}
    plan = FlowPlan("bench", build_graph(script, {}, {}, source), sources, sinks, {}, {})
    store = connect(STORE, {}, Binding(url="folder:lake"), root)
    settings = EngineSettings(memory_limit=limit, threads=2)
    with staged_flow(plan, Host(lambda _: store, settings, root, "bench")) as staged:
        for sink in staged.sinks:
            trace(staged.graph, sink.name)
        staged.commit()


def by_hand(root: Path, limit: str, *, counting: bool = False) -> None:
    settings = EngineSettings(memory_limit=limit, threads=2)
    with open_engine(settings, root, ordered=False) as engine:
        if counting:
            engine.execute("PRAGMA enable_profiling = 'no_output'")
            engine.execute("SET profiling_coverage = 'ALL'")
        for statement in BY_HAND.format(root=root / "lake/data").split(";\n"):
            engine.execute(statement).fetchall()
            if counting:
                engine.get_profiling_information(format="json")


def child(kind: str, root: Path, limit: str) -> None:
    """Run one of them and print what it took, as JSON."""
    spilled = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal spilled
        while not ended.wait(0.05):
            spilled = max(spilled, _size(root / "spill"))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    started = time.perf_counter()
    if kind == "ours":
        ours(root, limit)
    else:
        by_hand(root, limit, counting=kind == "counted")
    seconds = time.perf_counter() - started
    ended.set()
    watcher.join()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": usage.ru_maxrss * 1024, "spilled": spilled}))


def _size(folder: Path) -> int:
    total = 0
    for file in folder.glob("**/*"):
        # The engine removes what it has read back.
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            continue
    return total


def measured(kind: str, root: Path, limit: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", kind, "--root", str(root), "--limit", limit]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def rows(root: Path, folder: str) -> list[tuple[object, ...]]:
    """Return what tells whether two results are the same: counts and sums of every column of both sinks."""
    data = root / "lake/data" / folder
    queries = (
        (
            f"SELECT count(*), sum(year), round(sum(revenue), -2), sum(lines), sum(late), min(priority) "
            f"FROM '{data}/yearly.parquet'"
        ),
        (
            f"SELECT count(*), sum(hash(customer, order_id, part, ordered)), round(sum(running), -4), sum(place) "
            f"FROM '{data}/returned.parquet'"
        ),
    )
    return [duckdb.execute(query).fetchall()[0] for query in queries]


def _scripts(folder: Path) -> Iterator[dict[str, bytes]]:
    for repository in sorted(path for path in folder.iterdir() if path.is_dir()):
        yield {f"dataflow/{file.name}": file.read_bytes() for file in sorted(repository.glob("dataflow/*.json"))}


def parse_all(folder: Path) -> None:
    files = list(_scripts(folder))
    started = time.perf_counter()
    count = sum(len(load_files(one, "w").data_flows) for one in files)
    print(f"{count} data flows read and parsed: {time.perf_counter() - started:.2f} s")


def compare(root: Path, rounds: int) -> None:
    taken: dict[str, list[dict[str, float]]] = {"ours": [], "hand": [], "counted": []}
    for _ in range(rounds):
        for kind, found in taken.items():
            found.append(measured(kind, root, LIMIT))
    best = {kind: min(one["seconds"] for one in found) for kind, found in taken.items()}
    # What counting adds is less than what other work on the machine does to the clock.
    cpu = {kind: min(one["cpu"] for one in found) for kind, found in taken.items()}
    same = rows(root, "out") == rows(root, "hand")
    print(f"ours {best['ours']:.2f} s, by hand {best['hand']:.2f} s, same rows: {same}")
    print(f"ratio {best['ours'] / best['hand']:.2f} (bar {RATIO_BAR})")
    print(f"row counts cost {cpu['counted'] / cpu['hand'] - 1:+.1%} of its processor time (bar {COUNTING_BAR:.0%})")
    for kind in ("ours", "hand"):
        peak = max(one["peak"] for one in taken[kind])
        print(f"{kind}: peak memory {peak / 1e6:.0f} MB with a limit of {LIMIT}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--gigabytes", type=float, default=1.0)
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--definitions", type=Path, help="A folder of repositories, each with dataflow/*.json.")
    arguments.add_argument("--child", help=argparse.SUPPRESS)
    arguments.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--limit", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        child(given.child, given.root, given.limit)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        size = make_data(root, given.gigabytes)
        print(f"{size / 1e9:.2f} GB in two files")
        compare(root, given.rounds)
        enough = rows(root, "out")
        little = measured("ours", root, LITTLE)
        print(
            f"ours with a limit of {LITTLE}: {little['seconds']:.2f} s, peak memory {little['peak'] / 1e6:.0f} MB, "
            f"spilled {little['spilled'] / 1e6:.0f} MB, same rows: {rows(root, 'out') == enough}"
        )
    if given.definitions:
        parse_all(given.definitions)


if __name__ == "__main__":
    main()
