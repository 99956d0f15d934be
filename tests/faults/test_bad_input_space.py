"""Sinks that cannot take what is written: no room, no right to write, or held by somebody else.

The operating system refuses for real: the process may not write files beyond a size, or has no power over permissions.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from faults.flights_project import LANDING, WAREHOUSE, Ended, FlightsProject, activity
from servers.demo import HEADWATER

ROOM = 2_000_000
"""Bytes that a file may have: more than the databases of a project need, less than what the copies write."""
_LITTLE_ROOM = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({ROOM}, {ROOM}))"
# Takes CAP_DAC_OVERRIDE out of the bounding set, so that permissions count for root too once it runs a program.
_PERMISSIONS_COUNT = "import ctypes; ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)"
_BECOME_HEADWATER = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"


def _run_under(project: FlightsProject, limit: str, workspace: str, pipeline: str) -> Ended:
    """Run a pipeline in a process that has set itself a limit first."""
    limited = [sys.executable, "-c", f"{limit}; {_BECOME_HEADWATER}"]
    command = [*limited, *HEADWATER, "run", workspace, "-n", pipeline]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, timeout=300, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


def _grow(project: FlightsProject) -> None:
    """Have so many rows with names that do not compress that no sink of them has room."""
    flights = project.folder / LANDING / "flights" / "flights.csv"
    header, *rows = flights.read_text().splitlines()
    tail = header.split(",").index("tailnum")
    lines = [header]
    for number in range(40_000):
        values = rows[number % len(rows)].split(",")
        values[tail] = hashlib.sha256(str(number).encode()).hexdigest()
        lines.append(",".join(values))
    flights.write_text("\n".join(lines) + "\n")
    airlines = project.folder / LANDING / "dimensions" / "airlines.csv"
    names = (f"{number},{hashlib.sha512(str(number).encode()).hexdigest()}" for number in range(40_000))
    airlines.write_text("\n".join(["carrier,name", *names]) + "\n")


def _assert_failed(project: FlightsProject, ended: Ended, workspace: str, name: str, code: str, *says: str) -> None:
    assert ended.code == 1, ended.told
    assert "Traceback" not in ended.told
    assert f"› {name}\n  {code} " in ended.stderr
    for part in says:
        assert part in ended.stderr
    report = project.last_run(workspace)
    failed = activity(report, name)
    assert (report.run.status, failed.run.status, failed.run.error.error_code) == ("Failed", "Failed", code)
    assert failed.lineage.status == "Succeeded"
    assert (failed.lineage.reason or "").startswith("The activity ")


def test_full_disk_under_a_file_leaves_the_old_file(project: FlightsProject) -> None:
    _grow(project)
    before = project.stores()
    ended = _run_under(project, _LITTLE_ROOM, "ingest", "IngestFlights")
    says = ("File 'flights/flights.parquet' in 'lake' has no room left", "→ Free some space or raise the quota")
    _assert_failed(project, ended, "ingest", "CopyFlights", "CON-013", *says)
    assert "exception_type" not in ended.stderr
    assert project.stores() == before


def test_full_disk_under_a_table_leaves_the_old_rows(project: FlightsProject) -> None:
    _grow(project)
    before = project.stores()
    ended = _run_under(project, _LITTLE_ROOM, "ingest", "IngestDimensions")
    says = ("Table 'dbo.airlines' of 'ls_warehouse' has no room left", "→ Free some space or raise the quota")
    _assert_failed(project, ended, "ingest", "CopyAirlines", "CON-013", *says)
    assert project.stores() == before


def test_full_disk_under_one_sink_of_a_data_flow_leaves_all_of_them(project: FlightsProject) -> None:
    _grow(project)
    assert project.here("run", "ingest", "-n", "IngestFlights").code == 0
    flow = "reporting/dataflow/BuildDelays.json"
    project.change({"file": flow, "replace": "groupBy(origin = Delays@origin", "by": "groupBy(origin = tail_number"})
    before = project.stores()
    ended = _run_under(project, _LITTLE_ROOM, "reporting", "DelayReport")
    says = ("Sink 'DelaysByOriginHour', file 'reports/delays_by_origin_hour.parquet' in 'lake', has no room left",)
    _assert_failed(project, ended, "reporting", "BuildDelays", "CON-013", *says)
    assert project.stores() == before


def test_folder_that_may_not_be_written_leaves_what_it_holds(project: FlightsProject) -> None:
    before = project.stores()
    folder = project.folder / "stores" / "contosolake" / "lake" / "flights"
    folder.chmod(0o555)
    try:
        ended = _run_under(project, _PERMISSIONS_COUNT, "ingest", "IngestFlights")
    finally:
        folder.chmod(0o755)
    says = ("File 'flights/flights.parquet' in 'lake' refuses access: Permission denied", "→ Check the credentials")
    _assert_failed(project, ended, "ingest", "CopyFlights", "CON-011", *says)
    assert project.stores() == before


@contextmanager
def _held(project: FlightsProject) -> Iterator[None]:
    """Have another process hold the warehouse open."""
    script = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [HEADWATER[0], "-c", script, str(project.folder / WAREHOUSE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate("")


def test_database_that_another_process_holds_is_told_so(
    project: FlightsProject, caplog: pytest.LogCaptureFixture
) -> None:
    before = project.stores()
    with _held(project):
        ended = project.here("run", "ingest", "-n", "IngestDimensions")
    says = ("Table 'dbo.airlines' of 'ls_warehouse' is in use by another process", "→ Close what holds it open")
    _assert_failed(project, ended, "ingest", "CopyAirlines", "CON-033", *says)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert project.stores() == before
