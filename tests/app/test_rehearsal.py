"""Rehearsals of what a path holds: which workspaces, which flows, and how far it is told to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.app.rehearsal.rehearse import Asked, Progressed, rehearse
from headwater.app.rehearsal.report import Tally
from headwater.errors import SettingsError

FIXTURES = Path(__file__).parents[1] / "fixtures" / "rehearsal"
ROOT = Path(__file__).parents[2]


def asked(**more: str) -> Asked:
    return Asked(rows=10, seed=1, data_flow=more.get("data_flow"), pipeline=more.get("pipeline"))


def test_progress_is_told_before_each_and_at_the_end() -> None:
    told: list[Progressed] = []
    rehearse(FIXTURES / "template" / "orders.json", asked(), told.append)
    assert told == [Progressed(0, 1, "Upserts"), Progressed(1, 1)]


def test_project_is_searched_in_all_its_workspaces() -> None:
    report = rehearse(ROOT / "examples" / "flights", asked(data_flow="builddelays"))
    assert [(workspace.name, len(workspace.flows)) for workspace in report.workspaces] == [
        ("ingest", 0),
        ("reporting", 1),
    ]
    # The project binds its stores, so that nothing is missing.
    assert report.workspaces[1].flows[0].needs == ()


def test_scratch_folder_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    rehearse(FIXTURES / "orders", asked(data_flow="Texts"))
    assert list(tmp_path.iterdir()) == []


def test_folder_of_nothing_to_rehearse_is_refused(tmp_path: Path) -> None:
    dataset = FIXTURES / "orders" / "dataset" / "Orders.json"
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "Orders.json").write_bytes(dataset.read_bytes())
    with pytest.raises(SettingsError) as refused:
        rehearse(tmp_path, asked())
    assert refused.value.code == "SET-006"


@pytest.mark.parametrize(
    ("total", "run", "percent"), [(0, 0, 100.0), (3, 3, 100.0), (7, 5, 71.4), (3, 0, 0.0), (3000, 2999, 99.9)]
)
def test_percent_never_says_more_than_there_is(total: int, run: int, percent: float) -> None:
    assert Tally(total, run, run).percent == percent
