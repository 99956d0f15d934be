"""The account is down, or does not let a workspace in, or is not to hear of a store: runs go on, and lineage tells.

Nothing is lost: what could not be delivered arrives as soon as the account takes it.
"""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.flights_project import FlightsProject, activity, lay_out
from headwater.app.identity import Identities
from headwater.lineage.report import ReportLineage
from servers.demo import ADDRESS, HEADWATER

FLIGHTS = "https://contosolake.dfs.core.windows.net/lake/flights/flights.parquet"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def _served(project: FlightsProject, port: int) -> Iterator[None]:
    command = [*HEADWATER, "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=project.folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(ADDRESS.search(line) for line in process.stdout)
        yield
        process.terminate()


def _status(project: FlightsProject, workspace: str) -> dict[str, object]:
    ended = project.here("status", "--json")
    assert ended.code == 0, ended.told
    (found,) = (one for one in ended.document["workspaces"] if one["workspace"] == workspace)
    return dict(found)


def _lineage(project: FlightsProject) -> ReportLineage:
    return activity(project.last_run("ingest"), "CopyFlights").lineage


def _origin(project: FlightsProject) -> list[str]:
    """Return where the account of a project says that a column came from."""
    ended = project.here("lineage", FLIGHTS, "--column", "tail_number", "--json")
    assert ended.code == 0, ended.told
    (line,) = ended.document["lineage"]
    return [f"{source['asset']}#{source['column']}" for source in line["sources"]]


def test_account_that_is_down_gets_the_lineage_when_it_is_up(tmp_path: Path) -> None:
    """`home` keeps the account; `away` reports to it over the network, under an identity that `home` gave."""
    home, away, port = lay_out(tmp_path / "home"), lay_out(tmp_path / "away"), _free_port()
    assert home.here("connect", "ingest").code == 0
    identity = Identities(home.folder / ".headwater").get("ingest")
    assert identity is not None
    Identities(away.folder / ".headwater").put(identity)
    away.change({"file": "headwater.toml", "replace": "[account]", "by": f'[account]\nurl = "http://127.0.0.1:{port}"'})

    ended = away.command("run", "ingest", "-n", "IngestFlights", "--wait", "0.5")
    assert ended.code == 0, ended.told
    assert "Traceback" not in ended.told
    down = f'The account "contoso" is out of reach at http://127.0.0.1:{port}'
    assert f"lineage Pending IngestFlights › CopyFlights: {down}" in ended.stderr
    first = away.last_run("ingest").run.run_id
    pending = _lineage(away)
    assert pending.status == "Pending"
    assert (pending.reason or "").startswith(down)
    state = _status(away, "ingest")
    assert (state["status"], state["waiting"]) == ("Unknown", 1)
    assert str(port) in str(state["reason"])
    assert str(state["fix"]).startswith("Start the account")

    with _served(home, port):
        ended = away.here("run", "ingest", "-n", "IngestFlights")
        assert ended.code == 0, ended.told
        state = _status(away, "ingest")
        assert (state["status"], state["waiting"]) == ("Connected", 0)
    assert _lineage(away).status == "Succeeded"
    assert away.last_run("ingest").run.run_id != first
    assert _report_of(away, first).status == "Succeeded"
    assert _origin(home) == ["https://contosolanding.blob.core.windows.net/landing/flights/flights.csv#tailnum"]


def _report_of(project: FlightsProject, run_id: str) -> ReportLineage:
    return activity(project.run_report(run_id), "CopyFlights").lineage


def test_workspace_without_the_role_waits_for_the_grant(tmp_path: Path) -> None:
    project = lay_out(tmp_path / "flights")
    ended = project.here("connect", "ingest", "--no-grant", "--json")
    assert ended.code == 0, ended.told
    assert ended.document["status"] == "Disconnected"
    lacks = 'The identity of workspace "ingest" lacks the role Data Curator on collection "contoso"'
    assert ended.document["reason"].startswith(lacks)
    assert "headwater connect ingest" in ended.document["fix"]

    ended = project.here("run", "ingest", "-n", "IngestFlights")
    assert ended.code == 0, ended.told
    assert f"lineage Failed IngestFlights › CopyFlights: {lacks}" in ended.stderr
    refused = _lineage(project)
    assert refused.status == "Failed"
    assert "headwater connect ingest" in (refused.reason or "")
    state = _status(project, "ingest")
    assert (state["status"], state["waiting"]) == ("Disconnected", 1)

    ended = project.here("connect", "ingest", "--json")
    assert ended.code == 0, ended.told
    assert (ended.document["status"], ended.document["waiting"]) == ("Connected", 0)
    assert _lineage(project).status == "Succeeded"
    assert _origin(project) == ["https://contosolanding.blob.core.windows.net/landing/flights/flights.csv#tailnum"]


def test_workspace_that_is_not_connected_keeps_its_lineage_until_it_is(tmp_path: Path) -> None:
    project = lay_out(tmp_path / "flights")
    assert project.here("run", "ingest", "-n", "IngestFlights").code == 0
    kept = _lineage(project)
    assert kept.status == "NotReported"
    assert (kept.reason or "").endswith("headwater connect ingest")
    assert project.here("connect", "ingest").code == 0
    assert _lineage(project).status == "Succeeded"


def _from_a_store_that_purview_does_not_follow(folder: Path, policy: str) -> FlightsProject:
    """Have the flights come from an SFTP server, which a folder stands in for."""
    project = lay_out(folder)
    service = {"name": "ls_sftp", "properties": {"type": "Sftp", "typeProperties": {"host": "files.contoso.com"}}}
    project.change({"file": "ingest/linkedService/ls_sftp.json", "text": json.dumps(service)})
    dataset = "ingest/dataset/ds_flights_csv.json"
    project.change({"file": dataset, "replace": "ls_landing", "by": "ls_sftp"})
    project.change({"file": dataset, "replace": "AzureBlobStorageLocation", "by": "SftpLocation"})
    project.change({"file": dataset, "replace": ',\n\t\t\t\t"container": "landing"', "by": ""})
    pipeline = "ingest/pipeline/IngestFlights.json"
    project.change({"file": pipeline, "replace": "AzureBlobStorageReadSettings", "by": "SftpReadSettings"})
    settings = '[bindings.ls_sftp]\nurl = "folder:stores/contosolanding/landing"\n\n[bindings.ls_lake]'
    project.change({"file": "headwater.toml", "replace": "[bindings.ls_lake]", "by": settings})
    project.change(
        {"file": "headwater.toml", "replace": "[account]", "by": f'[account]\nunsupported_stores = "{policy}"'}
    )
    assert project.here("connect", "ingest").code == 0
    ended = project.here("run", "ingest", "-n", "IngestFlights")
    assert ended.code == 0, ended.told
    return project


def test_policy_record_keeps_an_unsupported_store_as_a_generic_dataset(tmp_path: Path) -> None:
    project = _from_a_store_that_purview_does_not_follow(tmp_path / "flights", "record")
    report = _lineage(project)
    assert report.status == "Succeeded"
    assert report.reason == 'Purview has no lineage for the store "Sftp".'
    assert _origin(project) == ["sftp://files.contoso.com/flights/flights.csv#tailnum"]
    ended = project.here("lineage", FLIGHTS, "--tables", "--json")
    (line,) = ended.document["lineage"]
    assert [source["typeName"] for source in line["sources"]] == ["DataSet"]


def test_policy_drop_leaves_an_unsupported_store_out_and_names_it(tmp_path: Path) -> None:
    project = _from_a_store_that_purview_does_not_follow(tmp_path / "flights", "drop")
    report = _lineage(project)
    assert report.status == "Skipped"
    assert report.reason == 'Purview has no lineage for the store "Sftp" in a Copy activity.'
    ended = project.here("lineage", FLIGHTS)
    assert ended.code == 1
    assert "CAT-001" in ended.stderr
