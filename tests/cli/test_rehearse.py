"""`headwater rehearse`: what it prints for people and for CI, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.cli.main import run

FIXTURES = Path(__file__).parents[1] / "fixtures" / "rehearsal"
ORDERS = str(FIXTURES / "orders")
FLIGHTS = str(Path(__file__).parents[2] / "examples" / "flights")


def rehearse(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str, int]:
    """Return what a command prints on stdout and stderr, and how it ends."""
    code: object = 0
    try:
        run(["rehearse", *arguments])
    except SystemExit as ended:
        code = ended.code
    printed = capsys.readouterr()
    return printed.out, printed.err, int(str(code or 0))


def rehearse_apart(*arguments: str) -> tuple[str, str, int]:
    """Do the same in a process of its own: what carries pipelines keeps the streams of the process."""
    command = [sys.executable, "-c", "from headwater.cli.main import run; run()", "rehearse", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return ended.stdout, ended.stderr, ended.returncode


def document(text: str) -> dict[str, Any]:  # Any: what the JSON says
    return json.loads(text)  # type: ignore[no-any-return]  # as above


def test_flow_that_runs_ends_with_0_and_prints_its_sinks(capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = rehearse(capsys, ORDERS, "--dataflow", "missing", "--rows", "30", "--seed", "7")
    assert code == 0
    assert "✓ Missing  parsed, typed, run in" in out
    assert "day: derive 'Made' makes it from no column: $day" in out
    assert 'a run would need PLN-010 There is no dataset "NoSuchDataset"' in out
    assert "seed 7, 30 rows a source" in out
    assert "data flows: 1, 1 run, 0 refused, 100.0 %, every column of every sink traced" in out


def test_flow_at_fault_ends_with_1_and_prints_caret_and_cure(capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = rehearse(capsys, ORDERS, "--dataflow", "UnknownColumn")
    assert code == 1
    lines = [line.strip() for line in out.splitlines()]
    place = lines.index("Orders derive(net = amuont * 2) ~> Net")
    assert lines[place + 1 : place + 3] == ["^^^^^^", "→ There are: 'order_id'."]


def test_json_document_has_the_documented_shape(capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = rehearse(capsys, ORDERS, "--dataflow", "Upserts", "--json", "--rows", "10")
    found = document(out)
    assert code == 0
    assert {name: found[name] for name in ("ok", "seed", "rows")} == {"ok": True, "seed": 1, "rows": 10}
    assert found["summary"] == {
        "flows": {"total": 1, "run": 1, "refused": 0, "percent": 100.0, "traced": 1},
        "pipelines": {"total": 0, "run": 0, "refused": 0, "percent": 100.0},
    }
    (workspace,) = found["workspaces"]
    (flow,) = workspace["flows"]
    assert {key: flow[key] for key in ("name", "file", "parsed", "typed", "run", "traced", "faults")} == {
        "name": "Upserts",
        "file": "dataflow/Upserts.json",
        "parsed": True,
        "typed": True,
        "run": True,
        "traced": True,
        "faults": [],
    }
    assert flow["sinks"] == [
        {"name": "Table", "rows": 10, "columns": 2, "edges": 2, "traced": True, "untraced": []},
    ]
    assert [need["code"] for need in flow["needs"]] == ["CON-002"]


def test_all_goes_on_after_failures_and_counts_them() -> None:
    out, err, code = rehearse_apart(ORDERS, "--all", "--json", "--rows", "40")
    found = document(out)
    assert (code, found["ok"], err) == (1, False, "")
    flows = {flow["name"]: flow["run"] for flow in found["workspaces"][0]["flows"]}
    assert [name for name, ran in flows.items() if not ran] == ["UnknownColumn", "Unparsed"]
    assert found["summary"]["flows"] == {"total": 8, "run": 6, "refused": 2, "percent": 75.0, "traced": 6}
    assert found["summary"]["pipelines"] == {"total": 3, "run": 2, "refused": 1, "percent": 66.6}
    assert found["workspaces"][0]["skipped"] == [{"name": "Prepared", "type": "WranglingDataFlow"}]


def test_kept_sinks_are_files_to_open(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out, _, code = rehearse(capsys, ORDERS, "--dataflow", "Texts", "--keep", str(tmp_path / "kept"), "--json")
    (sink,) = document(out)["workspaces"][0]["flows"][0]["sinks"]
    assert code == 0
    assert Path(sink["path"]).is_relative_to(tmp_path / "kept")
    assert Path(sink["path"]).is_file()


def test_template_is_rehearsed_like_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    out, _, code = rehearse(capsys, str(FIXTURES / "template" / "orders.json"), "--json")
    assert (code, document(out)["summary"]["flows"]["run"]) == (0, 1)


def test_example_project_runs_whole() -> None:
    out, _, code = rehearse_apart(FLIGHTS, "--rows", "50")
    assert code == 0, out
    assert "pipelines: 4, 4 run, 0 failed, 100.0 %" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((ORDERS, "--dataflow", "Upsert"), 1, 'Did you mean "Upserts"?'),
        ((ORDERS, "--pipeline", "Loads"), 1, 'Did you mean "Load"?'),
        ((ORDERS, "--pipeline", "Load", "--all"), 2, "Give one of"),
        ((ORDERS, "--rows", "0"), 2, "greater than or equal to 1"),
        ((str(FIXTURES / "nowhere"),), 1, "is not a folder"),
        ((str(FIXTURES / "orders" / "dataflow" / "Texts.json"),), 1, "holds no definitions"),
        ((ORDERS, "--dataflow", "Prepared"), 1, "is of type WranglingDataFlow, which cannot be run"),
    ],
)
def test_what_cannot_be_rehearsed_is_told_with_a_cure(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, said: str
) -> None:
    out, err, ended = rehearse(capsys, *arguments)
    assert ended == code
    assert said in out + err
