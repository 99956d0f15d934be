"""Copy CSV → Parquet against DuckDB's own COPY of the same columns and types: prints the ratio of the medians.

    python benches/copy_csv_to_parquet.py [--rows 2000000] [--repeat 3]

Both sides read the columns of a lineitem in the same types and write the same Parquet file; ours is the whole
activity: planning apart, everything from opening the engine to the commit. The bar is 1.15.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import duckdb

from headwater.connectors.registry import connect
from headwater.connectors.statements import run_statement
from headwater.definition.load import load_files
from headwater.language.expression.context import Context
from headwater.run.activities.copy import CopyRunner
from headwater.run.activities.protocol import ActivityResult, Control, Ids, SinkToken, Surroundings
from headwater.settings import Binding, EngineSettings

MEMORY = "512MB"
# The shape of TPC-H's lineitem: 4 whole numbers, 4 decimals, 3 dates, 5 texts.
COLUMNS = {
    "l_orderkey": ("Int64", "i // 4"),
    "l_partkey": ("Int64", "i * 7919 % 200000"),
    "l_suppkey": ("Int64", "i * 104729 % 10000"),
    "l_linenumber": ("Int32", "i % 7"),
    "l_quantity": ("Decimal", "(i % 50)::DECIMAL(15, 2)"),
    "l_extendedprice": ("Decimal", "(i * 31 % 10000000 / 100)::DECIMAL(15, 2)"),
    "l_discount": ("Decimal", "(i % 11 / 100)::DECIMAL(15, 2)"),
    "l_tax": ("Decimal", "(i % 9 / 100)::DECIMAL(15, 2)"),
    "l_returnflag": ("String", "CASE WHEN i % 4 = 0 THEN 'R' WHEN i % 4 = 1 THEN 'A' ELSE 'N' END"),
    "l_linestatus": ("String", "CASE WHEN i % 2 = 0 THEN 'O' ELSE 'F' END"),
    "l_shipdate": ("DateTime", "TIMESTAMP '1992-01-01' + to_days((i % 2500)::INTEGER)"),
    "l_commitdate": ("DateTime", "TIMESTAMP '1992-02-01' + to_days((i % 2500)::INTEGER)"),
    "l_receiptdate": ("DateTime", "TIMESTAMP '1992-03-01' + to_days((i % 2500)::INTEGER)"),
    "l_shipinstruct": ("String", "CASE WHEN i % 3 = 0 THEN 'DELIVER IN PERSON' ELSE 'TAKE BACK RETURN' END"),
    "l_shipmode": ("String", "CASE WHEN i % 2 = 0 THEN 'TRUCK' ELSE 'REG AIR' END"),
    "l_comment": ("String", "'note ' || (i * 31337 % 1000003) || ' on this line'"),
}
SQL_TYPES = {
    "DateTime": "TIMESTAMP",
    "Decimal": "DECIMAL(15, 2)",
    "Int32": "INTEGER",
    "Int64": "BIGINT",
    "String": "VARCHAR",
}


class Ignored:
    """A checkpoint that writes nothing down."""

    def prepared(self, tokens: Sequence[SinkToken], result: ActivityResult) -> None:
        pass


def definitions() -> dict[str, bytes]:
    """Return a workspace with one Copy between two bound stores."""
    text = {"firstRowAsHeader": True, "escapeChar": '"', "nullValue": "NA"}

    def dataset(type_: str, file: str, properties: dict[str, object]) -> dict[str, object]:
        location = {"type": "AzureBlobStorageLocation", "container": "c", "fileName": file}
        reference = {"referenceName": "store", "type": "LinkedServiceReference"}
        return {
            "properties": {
                "type": type_,
                "linkedServiceName": reference,
                "typeProperties": properties | {"location": location},
            }
        }

    mappings = [
        {"source": {"name": name}, "sink": {"name": name, "type": type_, "precision": 15, "scale": 2}}
        for name, (type_, _) in COLUMNS.items()
    ]
    copy = {
        "name": "Copy",
        "type": "Copy",
        "inputs": [{"referenceName": "source", "type": "DatasetReference"}],
        "outputs": [{"referenceName": "sink", "type": "DatasetReference"}],
        "typeProperties": {
            "source": {"type": "DelimitedTextSource"},
            "sink": {"type": "ParquetSink"},
            "translator": {"type": "TabularTranslator", "mappings": mappings},
        },
    }
    files: dict[str, object] = {
        "linkedService/store.json": {"properties": {"type": "AzureBlobStorage", "typeProperties": {}}},
        "dataset/source.json": dataset("DelimitedText", "data.csv", text),
        "dataset/sink.json": dataset("Parquet", "ours.parquet", {}),
        "pipeline/p.json": {"properties": {"activities": [copy]}},
    }
    return {name: json.dumps(content).encode() for name, content in files.items()}


def ours(root: Path) -> Callable[[], None]:
    """Return a run of the activity."""
    workspace = load_files(definitions(), "bench")
    runner = CopyRunner()
    plan = runner.plan(workspace.find_pipeline("p").activities[0], workspace, Context())
    now = datetime.datetime.now(datetime.UTC)
    surroundings = Surroundings(
        workspace=workspace,
        ids=Ids("bench", "p", "run", "activity", "Copy", 0, "", now),
        connect=lambda dataset: connect(dataset.location.store, {}, Binding(url="folder:store"), root),
        engine=EngineSettings(memory_limit=MEMORY),
        scratch=root,
        progress=lambda _: None,
        announce=lambda _: None,
        cancelled=lambda: False,
        checkpoint=Ignored(),
        control=cast(Control, None),  # a copy has no use for it
    )
    return lambda: print(f"  ours: {runner.run(plan, surroundings).output['rowsCopied']} rows", file=sys.stderr)


def theirs(root: Path) -> Callable[[], None]:
    """Return DuckDB's own COPY with the same types."""
    columns = ", ".join(f"'{name}': '{SQL_TYPES[type_]}'" for name, (type_, _) in COLUMNS.items())
    source = root / "store/c/data.csv"
    scan = f"read_csv('{source}', header = true, nullstr = 'NA', columns = {{{columns}}})"

    def run() -> None:
        with duckdb.connect() as connection:
            run_statement(connection, f"SET memory_limit = '{MEMORY}'")
            run_statement(connection, f"COPY (FROM {scan}) TO '{root}/theirs.parquet' (FORMAT parquet)")

    return run


def seconds(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "store/c").mkdir(parents=True)
        values = ", ".join(f"{expression} AS {name}" for name, (_, expression) in COLUMNS.items())
        with duckdb.connect() as connection:
            query = f"SELECT {values} FROM range({options.rows}) r(i)"
            run_statement(connection, f"COPY ({query}) TO '{root}/store/c/data.csv' (HEADER, NULLSTR 'NA')")
        size = (root / "store/c/data.csv").stat().st_size
        runs = {"headwater": ours(root), "duckdb": theirs(root)}
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(options.repeat):
            for name, run in runs.items():
                times[name].append(seconds(run))
        medians = {name: statistics.median(found) for name, found in times.items()}
        ratio = medians["headwater"] / medians["duckdb"]
        print(f"copy_csv_to_parquet  {size / 1e6:.0f} MB, {options.rows} rows  ratio {ratio:.2f}  (bar 1.15)")
        print("  " + "  ".join(f"{name} {median:.2f} s" for name, median in medians.items()))


if __name__ == "__main__":
    main()
