"""Formats of Arrow batches against their own libraries: prints what it costs to read and write them through the engine.

    python benches/formats.py [--rows 500000] [--repeat 3]

The peer gets at all values (`pyarrow.orc.read_table` and the same query over it, a loop over `fastavro.reader`,
calamine's cells) and writes with the same codec; ours goes through the view that copies and data flows read, into a
query that looks at every column. The bar for Orc is 1.5, for Avro 2.5 (rows must become columns), for Excel 2.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import fastavro
import openpyxl
import pyarrow as pa
import python_calamine
from pyarrow import orc
from sqlglot import exp

from headwater.connectors.engine import open_engine
from headwater.connectors.folder import FolderFiles
from headwater.connectors.formats.opening import open_files, write_rows
from headwater.connectors.formats.protocol import Format
from headwater.connectors.formats.registry import format_from_dataset
from headwater.connectors.statements import run_statement
from headwater.settings import EngineSettings

BARS = {"Avro read": 2.5, "Avro write": 2.5, "Excel read": 2.0, "Orc read": 1.5, "Orc write": 1.5}
_ROWS = (
    "SELECT i AS id, i * 7919 % 200000 AS part, (i % 5000) / 7 AS price, 'note ' || (i * 31337 % 1000003) AS note, "
    "i % 3 = 0 AS flag, TIMESTAMP '1992-01-01' + to_days((i % 2500)::INTEGER) AS at FROM range({rows}) r(i)"
)
_LOOK = 'SELECT sum(id), max(part), sum(price), max(note), max(flag), max("at") FROM ({rows})'


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=500_000)
    arguments.add_argument("--repeat", type=int, default=3)
    given = arguments.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, ratio in measure(Path(folder), given.rows, given.repeat).items():
            fits = ratio <= BARS[name]
            missed += not fits
            print(f"{name:12} {ratio:5.2f} of its library  (bar {BARS[name]}){'' if fits else '  MISSED'}")
    return 1 if missed else 0


def measure(folder: Path, rows: int, repeat: int) -> dict[str, float]:
    """Return the ratio of the medians, ours to the peer's, by what was done."""
    (folder / "c").mkdir()
    ratios = {}
    engine = open_engine(EngineSettings(), folder / "scratch")
    for type_ in ("Avro", "Orc"):
        format_ = format_from_dataset(type_, {})
        assert format_ is not None
        written = _median(lambda made=format_: _write(folder, made, rows, engine), repeat)  # type: ignore[misc]  # bound now
        peer = _median(lambda type_=type_: PEERS_WRITE[type_](folder, rows), repeat)  # type: ignore[misc]  # the same
        ratios[f"{type_} write"] = written / peer
        read = _median(lambda made=format_: _read(folder, made, engine), repeat)  # type: ignore[misc]  # the same
        ratios[f"{type_} read"] = read / _median(lambda type_=type_: PEERS_READ[type_](folder), repeat)  # type: ignore[misc]  # the same
    _workbook(folder, min(rows, 50_000))
    excel = format_from_dataset("Excel", {"firstRowAsHeader": True})
    assert excel is not None
    ratios["Excel read"] = _median(lambda: _read(folder, excel, engine), repeat) / _median(
        lambda: _cells(folder), repeat
    )
    engine.close()
    return ratios


def _median(work: Callable[[], object], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _write(folder: Path, format_: Format, rows: int, engine: duckdb.DuckDBPyConnection) -> None:
    staged = FolderFiles(folder).stage("c", f"a{format_.extension}")
    query = exp.maybe_parse(_ROWS.format(rows=rows), dialect="duckdb", into=exp.Select)
    write_rows(engine, query, staged, format_, "a", "The file")
    staged.commit()


def _read(folder: Path, format_: Format, engine: duckdb.DuckDBPyConnection) -> None:
    files, reading = open_files(engine, FolderFiles(folder), format_)
    url = files.url("c", f"a{format_.extension}")
    reading.describe(engine, [url])
    view = exp.select("*").from_(reading.scan([url], None)).sql("duckdb")
    run_statement(engine, _LOOK.format(rows=view))


def _table(rows: int) -> pa.Table:
    engine = open_engine(EngineSettings(), Path(tempfile.gettempdir()))
    table = engine.sql(_ROWS.format(rows=rows)).to_arrow_table()
    engine.close()
    return table


def _write_avro(folder: Path, rows: int) -> None:
    fields = [("id", "long"), ("part", "long"), ("price", "double"), ("note", "string"), ("flag", "boolean")]
    members = [{"name": name, "type": ["null", type_]} for name, type_ in fields]
    members.append({"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]})
    schema = fastavro.parse_schema({"type": "record", "name": "r", "fields": members})
    with (folder / "c" / "peer.avro").open("wb") as file:
        fastavro.writer(file, schema, _table(rows).to_pylist())


def _read_avro(folder: Path) -> None:
    with (folder / "c" / "a.avro").open("rb") as file:
        for _ in fastavro.reader(file):
            pass


def _write_orc(folder: Path, rows: int) -> None:
    orc.write_table(_table(rows), folder / "c" / "peer.orc", compression="snappy")


def _read_orc(folder: Path) -> None:
    with duckdb.connect() as engine:
        engine.register("peer", orc.read_table(folder / "c" / "a.orc"))
        engine.execute(_LOOK.format(rows="FROM peer")).fetchall()


def _workbook(folder: Path, rows: int) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("s")
    sheet.append(["id", "part", "price", "note", "flag", "at"])
    for row in _table(rows).to_pylist():
        sheet.append(list(row.values()))
    book.save(folder / "c" / "a.xlsx")


def _cells(folder: Path) -> None:
    python_calamine.load_workbook(folder / "c" / "a.xlsx").get_sheet_by_index(0).to_python()


PEERS_READ: dict[str, Callable[[Path], None]] = {"Avro": _read_avro, "Orc": _read_orc}
PEERS_WRITE: dict[str, Callable[[Path, int], None]] = {"Avro": _write_avro, "Orc": _write_orc}

if __name__ == "__main__":
    sys.exit(main())
