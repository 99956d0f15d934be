"""The example project with a few rows of its data: to be broken in one place, and used as a user uses it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from headwater.app.local import Local
from headwater.app.reports import ActivityReport, RunReport
from headwater.cli.main import run
from headwater.run.records import RunQuery
from servers.demo import headwater

EXAMPLE = Path(__file__).parents[2] / "examples" / "flights"
LANDING = Path("stores/contosolanding/landing")
WAREHOUSE = Path("stores/flights.duckdb")
ROWS = 60
"""Lines that each file of the example keeps; enough for joins to find partners."""


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.stdout))

    @property
    def told(self) -> str:
        """Everything that a user sees."""
        return self.stdout + self.stderr


@dataclass(frozen=True)
class FlightsProject:
    """A copy of the example project in a folder."""

    folder: Path

    def command(self, *arguments: str) -> Ended:
        """Run a verb in the project's folder, in a process of its own."""
        done = headwater(*arguments, cwd=self.folder)
        return Ended(done.returncode, done.stdout, done.stderr)

    def here(self, *arguments: str) -> Ended:
        """Run a verb in the project's folder, in this process: for the many cases in which a process adds nothing."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                run(arguments)
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 1
        return Ended(code, out.getvalue(), err.getvalue())

    def last_run(self, workspace: str) -> RunReport:
        """Return the newest run of a workspace, with its activities and the state of their lineage."""
        with Local.open(self.folder) as local:
            return local.run_report(_newest(local, workspace))

    def run_report(self, run_id: str) -> RunReport:
        with Local.open(self.folder) as local:
            return local.run_report(run_id)

    def last_run_id(self, workspace: str) -> str:
        with Local.open(self.folder) as local:
            return _newest(local, workspace)

    def sql(self, *statements: str) -> None:
        """Run SQL on the warehouse."""
        with duckdb.connect(str(self.folder / WAREHOUSE)) as warehouse:
            for statement in statements:
                warehouse.execute(statement)

    def change(self, change: Mapping[str, Any]) -> None:
        """Make one change as a fixture writes it: `remove`, or a `file` with its `text`, or to `replace` in it."""
        if "remove" in change:
            (self.folder / change["remove"]).unlink()
            return
        file = self.folder / change["file"]
        if "text" in change:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(change["text"])
            return
        text = file.read_text()
        assert change["replace"] in text, f"{change['replace']!r} is not in {file}"
        file.write_text(text.replace(change["replace"], change["by"], 1))

    def stores(self) -> dict[str, object]:
        """Return what all stores hold: each file's digest, hidden ones too, and each table's columns and rows."""
        top = self.folder / "stores"
        held: dict[str, object] = {
            file.relative_to(top).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(top.rglob("*"))
            if file.is_file() and not file.name.startswith("flights.duckdb")
        }
        folders = [path.relative_to(top).as_posix() for path in sorted(top.rglob("*")) if path.is_dir()]
        return held | {"folders": folders, "tables": self.tables()}

    def tables(self) -> dict[str, object]:
        """Return the columns and rows of each table of the warehouse."""
        with duckdb.connect(str(self.folder / WAREHOUSE), read_only=True) as warehouse:
            names = warehouse.execute(
                "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema <> 'headwater'"
            ).fetchall()
            return {
                f"{schema}.{table}": (
                    warehouse.execute(f'DESCRIBE "{schema}"."{table}"').fetchall(),
                    warehouse.execute(f'SELECT * FROM "{schema}"."{table}" ORDER BY ALL').fetchall(),
                )
                for schema, table in names
            }


def _why(report: RunReport) -> str:
    return "\n".join((str(report.run), *(str(one.run) for one in report.activities)))


def _newest(local: Local, workspace: str) -> str:
    (newest,) = local.history.query_pipeline_runs(RunQuery(workspace=workspace, limit=1)).value
    return newest.run_id


def activity(report: RunReport, name: str) -> ActivityReport:
    """Return the one attempt of an activity."""
    (found,) = (one for one in report.activities if one.run.activity_name == name)
    return found


def lay_out(folder: Path) -> FlightsProject:
    """Lay the example out in a folder with the first rows of its data."""
    for workspace in ("ingest", "reporting"):
        shutil.copytree(EXAMPLE / workspace, folder / workspace)
    shutil.copyfile(EXAMPLE / "headwater.toml", folder / "headwater.toml")
    for file in (EXAMPLE / "data").rglob("*.csv"):
        target = folder / LANDING / file.relative_to(EXAMPLE / "data")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(file.read_text().splitlines(keepends=True)[: ROWS + 1]))
    return FlightsProject(folder)


def lay_out_and_run(folder: Path) -> FlightsProject:
    """Lay the example out, connect both workspaces and run them, so that every target exists."""
    project = lay_out(folder)
    with Local.open(folder) as local:
        for workspace in ("ingest", "reporting"):
            assert local.connect(workspace).status == "Connected"
        for workspace, pipeline in (("ingest", "IngestAll"), ("reporting", "DelayReport")):
            run_id = local.run(workspace, pipeline, {}, lambda _: None)
            report = local.run_report(run_id)
            assert report.run.status == "Succeeded", _why(report)
        assert local.deliver(60)
    return project
