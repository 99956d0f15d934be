"""A data flow on our engine against the same graph as SQL by hand, and what compiling costs.

    python benches/data_flow.py [rows]

Both read the same Parquet and CSV files and write the same two Parquet files, in turn, several times; the fastest of
each counts, because the machine is shared. Rows of the sinks are compared, so the ratio is between equals.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from headwater.connectors.engine import open_engine
from headwater.connectors.formats.registry import format_from_dataset
from headwater.connectors.registry import connect
from headwater.data.locations import FileLocation, Store
from headwater.data.schema import Schema
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.engines.flow import Host, staged_flow
from headwater.settings import Binding, EngineSettings
from headwater.transformations.graph import build_graph
from headwater.transformations.query import flow_queries
from headwater.transformations.trace import trace

ROUNDS = 5
STEPS = 30
STORE = Store("lake", "AzureBlobFS")
SETTINGS = EngineSettings(memory_limit="2GB", threads=2)

SCRIPT = """
source(output(order_id as long, part as integer, customer as integer, quantity as integer, price as double,
    discount as double, shipped as date, comment as string), allowSchemaDrift: false, format: 'parquet') ~> lines
source(output(customer as integer, segment as string, nation as string), allowSchemaDrift: false) ~> customers
lines filter(quantity > 2 && !isNull(shipped)) ~> kept
kept derive(revenue = price * quantity * (1.0 - discount), year = year(shipped),
    bulky = iif(quantity > 30, 1, 0)) ~> worth
worth, customers join(worth@customer == customers@customer, joinType: 'inner') ~> joined
joined aggregate(groupBy(segment, nation, year),
    revenue = sum(revenue), orders = count(1), bulky = sum(bulky)) ~> yearly
joined aggregate(groupBy(part), revenue = sum(revenue), best = max(price)) ~> per_part
yearly sink(partitionFileNames: ['yearly.parquet']) ~> by_year
per_part filter(revenue > 1000.0) ~> sold
sold sink(partitionFileNames: ['parts.parquet']) ~> by_part
"""

# What a person would write who knows DuckDB: the shared join once, with only the columns that are used.
BY_HAND = """
CREATE OR REPLACE TEMP TABLE joined AS
SELECT part, segment, nation, price, year(shipped)::INTEGER AS year, (quantity > 30)::INTEGER AS bulky,
    price * quantity * (1 - discount) AS revenue
FROM read_parquet('{root}/in/lines.parquet') l
JOIN read_csv('{root}/in/customers.csv', types = {{'customer': 'INTEGER'}}) c ON l.customer = c.customer
WHERE quantity > 2 AND shipped IS NOT NULL;
COPY (
    SELECT segment, nation, year, sum(revenue) AS revenue, count(*) AS orders, sum(bulky)::BIGINT AS bulky
    FROM joined GROUP BY ALL
) TO '{root}/hand/yearly.parquet' (FORMAT parquet, COMPRESSION snappy);
COPY (
    SELECT part, sum(revenue) AS revenue, max(price) AS best FROM joined GROUP BY part HAVING sum(revenue) > 1000
) TO '{root}/hand/parts.parquet' (FORMAT parquet, COMPRESSION snappy)
"""


def make_data(root: Path, rows: int) -> None:
    (root / "lake/data/in").mkdir(parents=True)
    (root / "lake/data/hand").mkdir()
    data = root / "lake/data/in"
    duckdb.execute(f"""
        COPY (SELECT i AS order_id, (i * 7919 % 20000)::INT AS part, (i * 104729 % 50000)::INT AS customer,
                (i % 50)::INT AS quantity, (i % 9973) / 10.0 AS price, (i % 11) / 100.0 AS discount,
                CASE WHEN i % 97 > 0 THEN DATE '1992-01-01' + (i % 2500)::INT END AS shipped,
                'comment number ' || i AS comment
            FROM range({rows}) t(i)) TO '{data}/lines.parquet';
        COPY (SELECT i AS customer, 'segment ' || i % 5 AS segment, 'nation ' || i % 25 AS nation
            FROM range(50000) t(i)) TO '{data}/customers.csv' (HEADER)
    """).fetchall()


def dataset(folder: str, file: str | None, type_: str) -> ResolvedDataset:
    properties = {"firstRowAsHeader": True} if type_ == "DelimitedText" else {}
    format_ = format_from_dataset(type_, properties)
    return ResolvedDataset(folder, type_, FileLocation(STORE, "data", folder, file), format_, Schema())


def ours(root: Path) -> None:
    source = Source(SCRIPT)
    script, _ = parse_script(source)
    assert script is not None
    sources = {
        "lines": dataset("in", "lines.parquet", "Parquet"),
        "customers": dataset("in", "customers.csv", "DelimitedText"),
    }
    sinks = {name: dataset("out", None, "Parquet") for name in ("by_year", "by_part")}
    plan = FlowPlan("bench", build_graph(script, {}, {}, source), sources, sinks, {}, {})
    store = connect(STORE, {}, Binding(url="folder:lake"), root)
    with staged_flow(plan, Host(lambda _: store, SETTINGS, root, "bench")) as staged:
        for sink in staged.sinks:
            trace(staged.graph, sink.name)
        staged.commit()


def by_hand(root: Path) -> None:
    with open_engine(SETTINGS, root, ordered=False) as engine:
        engine.execute(BY_HAND.format(root=root / "lake/data")).fetchall()


def seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def same_rows(root: Path) -> bool:
    data = root / "lake/data"
    counts = [
        duckdb.execute(f"SELECT count(*), round(sum(revenue)) FROM '{data}/{folder}/{name}.parquet'").fetchone()
        for name in ("yearly", "parts")
        for folder in ("out", "hand")
    ]
    return counts[0] == counts[1] and counts[2] == counts[3]


def long_script() -> str:
    """Return a flow of 30 transformations over 30 columns."""
    columns = ", ".join(f"c{n} as integer" for n in range(30))
    lines = [f"source(output({columns}), allowSchemaDrift: false) ~> s0"]
    for step in range(1, STEPS):
        if step % 3 == 0:
            lines.append(f"s{step - 1} filter(c{step} > {step}) ~> s{step}")
        else:
            lines.append(
                f"s{step - 1} derive(c{step} = c{step} + c{(step + 1) % 30}, d{step} = c{step} * 2) ~> s{step}"
            )
    return "\n".join([*lines, f"s{STEPS - 1} sink() ~> out"])


def compile_ms() -> dict[str, float]:
    source = Source(long_script())
    script, _ = parse_script(source)
    assert script is not None
    graph = build_graph(script, {}, {}, source)
    parts = {
        "parse": lambda: parse_script(source),
        "graph": lambda: build_graph(script, {}, {}, source),
        "queries": lambda: flow_queries(graph, ["out"]).sinks["out"].sql("duckdb"),
        "trace": lambda: trace(graph, "out"),
    }
    return {name: round(statistics.median(seconds(part) for _ in range(7)) * 1000, 1) for name, part in parts.items()}


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_data(root, rows)
        times: dict[str, list[float]] = {"ours": [], "by hand": []}
        for _ in range(ROUNDS):
            times["by hand"].append(seconds(lambda: by_hand(root)))
            times["ours"].append(seconds(lambda: ours(root)))
        result = {
            "benchmark": "data flow against the same SQL by hand",
            "rows": rows,
            "seconds": {name: round(min(taken), 3) for name, taken in times.items()},
            "ratio": round(min(times["ours"]) / min(times["by hand"]), 3),
            "bar": 1.2,
            "same_rows": same_rows(root),
            f"compile_{STEPS}_transformations_ms": compile_ms(),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
