"""kill -9 in the middle of the demo, then a second start: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from headwater.access.account import Account
from servers.demo import HEADWATER, DemoWorld, headwater

PATIENCE_S = 120


def _ended_activities(folder: Path) -> int:
    database = folder / ".headwater" / "runs.db"
    if not database.is_file():
        return 0
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1) as connection:
            (count,) = connection.execute("SELECT count(*) FROM activity_runs WHERE status = 'Succeeded'").fetchone()
    except sqlite3.OperationalError:
        return 0
    return int(count)


def _kill_after(parent: Path, activities: int) -> None:
    """Start a demo and kill it as soon as so many activities have ended."""
    process = subprocess.Popen(
        [*HEADWATER, "demo", "--no-serve", "--json"], cwd=parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + PATIENCE_S
    while _ended_activities(parent / "headwater-demo") < activities:
        assert process.poll() is None, "the demo ended before it could be killed"
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def _content(folder: Path) -> dict[str, Any]:
    """What the demo left in the stores, in an order that does not depend on the run."""
    with duckdb.connect(str(folder / "stores" / "flights.duckdb"), read_only=True) as warehouse:
        tables = [
            row[0]
            for row in warehouse.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'dbo' ORDER BY ALL"
            ).fetchall()
        ]
        rows = {table: warehouse.execute(f'SELECT * FROM dbo."{table}" ORDER BY ALL').fetchall() for table in tables}
    with duckdb.connect() as engine:
        for file in sorted((folder / "stores" / "contosolake").rglob("*.parquet")):
            rows[file.name] = engine.execute("SELECT * FROM read_parquet(?) ORDER BY ALL", [str(file)]).fetchall()
    report = folder / "stores" / "contosolanding" / "reports" / "delay_report.csv"
    rows["report"] = sorted(report.read_text().splitlines())
    files = sorted(str(path.relative_to(folder)) for path in (folder / "stores").rglob("*") if path.is_file())
    return {"rows": rows, "files": files}


def _edges(folder: Path) -> set[tuple[str, ...]]:
    """Every column edge of the account, by names."""
    account = Account.open(folder / ".headwater", name="contoso")
    try:
        connection = sqlite3.connect(f"file:{folder / '.headwater' / 'account.db'}?mode=ro", uri=True)
        guids = [guid for (guid,) in connection.execute("SELECT guid FROM entities")]
        connection.close()
        headers = account.catalog.entities.headers(guids)
        names = {guid: str(header.attributes.get("qualifiedName")) for guid, header in headers.items()}
        return {
            (names[edge.source], edge.source_column, names[edge.sink], edge.sink_column, edge.kind, edge.expression)
            for edge in account.catalog.columns.within(guids)
        }
    finally:
        account.close()


@pytest.mark.parametrize("activities", [1, 4, 7, 9])
def test_demo_that_is_killed_goes_on_where_it_stood(demo: DemoWorld, tmp_path: Path, activities: int) -> None:
    _kill_after(tmp_path, activities)
    second = headwater("demo", "--no-serve", "--json", cwd=tmp_path)
    assert second.returncode == 0, second.stdout + second.stderr
    document = json.loads(second.stdout)
    folder = tmp_path / "headwater-demo"
    assert _content(folder) == _content(demo.folder)
    assert document["lineage"] == demo.document["lineage"]
    assert _edges(folder) == _edges(demo.folder)
