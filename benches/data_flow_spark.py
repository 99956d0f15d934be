"""A data flow on the embedded engine against the same data flow on Spark on this machine.

    python benches/data_flow_spark.py [rows]

The same script, the same Parquet and CSV files, the same sinks, in turn; the fastest of each counts. Spark's start is
not measured: a first run warms it up. Rows of the sinks are compared, so the ratio is between equals.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import duckdb

from headwater.connectors.registry import connect
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.plan.resolved import FlowPlan
from headwater.run.engines.flow import Host, staged_flow
from headwater.settings import Binding, EngineSettings
from headwater.transformations.graph import build_graph

ROUNDS = 3
BAR = 5.0
MEMORY = "2g"
ENGINES = {
    "duckdb": EngineSettings(memory_limit="2GB", threads=2),
    "spark": EngineSettings(
        name="spark", spark="local[2]", memory_limit="2GB", threads=2, spark_options={"spark.driver.memory": MEMORY}
    ),
}


def data_flow() -> ModuleType:
    """Return the benchmark of the same graph against SQL by hand, which has the script and makes the data."""
    spec = importlib.util.spec_from_file_location("data_flow", Path(__file__).parent / "data_flow.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GRAPH = data_flow()


def run(root: Path, settings: EngineSettings) -> float:
    """Run the flow to its end and return the seconds."""
    source = Source(GRAPH.SCRIPT)
    script, _ = parse_script(source)
    assert script is not None
    sources = {
        "lines": GRAPH.dataset("in", "lines.parquet", "Parquet"),
        "customers": GRAPH.dataset("in", "customers.csv", "DelimitedText"),
    }
    sinks = {name: GRAPH.dataset(settings.name, None, "Parquet") for name in ("by_year", "by_part")}
    plan = FlowPlan("bench", build_graph(script, {}, {}, source), sources, sinks, {}, {})
    store = connect(GRAPH.STORE, {}, Binding(url="folder:lake"), root)
    started = time.perf_counter()
    with staged_flow(plan, Host(lambda _: store, settings, root, "bench")) as staged:
        staged.commit()
    return time.perf_counter() - started


def same_rows(root: Path) -> bool:
    data = root / "lake/data"
    counts = [
        duckdb.execute(f"SELECT count(*), round(sum(revenue)) FROM '{data}/{engine}/{name}.parquet'").fetchone()
        for name in ("yearly", "parts")
        for engine in ENGINES
    ]
    return counts[0] == counts[1] and counts[2] == counts[3]


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        GRAPH.make_data(root, rows)
        for settings in ENGINES.values():
            run(root, settings)
        times: dict[str, list[float]] = {name: [] for name in ENGINES}
        for _ in range(ROUNDS):
            for name, settings in ENGINES.items():
                times[name].append(run(root, settings))
        result = {
            "benchmark": "data flow on the embedded engine against Spark local",
            "rows": rows,
            "seconds": {name: round(min(taken), 3) for name, taken in times.items()},
            "ratio": round(min(times["spark"]) / min(times["duckdb"]), 1),
            "bar": BAR,
            "same_rows": same_rows(root),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
