from __future__ import annotations

from pathlib import Path

import pytest

from headwater.app.locate import project_at, workspaces_at
from headwater.errors import SettingsError

TOML = '[workspaces.a]\nfolder = "one"\n[workspaces.b]\nfolder = "two"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "headwater.toml").write_text(TOML)
    for name in ("one", "two"):
        (tmp_path / name / "pipeline").mkdir(parents=True)
    return tmp_path


def test_project_is_found_from_below(project: Path) -> None:
    assert project_at(project / "one" / "pipeline").root == project.resolve()


def test_workspace_is_the_one_that_the_folder_lies_in(project: Path) -> None:
    assert workspaces_at(project_at(project), project / "two" / "pipeline") == ("b",)


def test_all_workspaces_are_meant_by_the_root(project: Path) -> None:
    assert workspaces_at(project_at(project), project) == ("a", "b")


def test_folder_of_definitions_without_settings_is_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no file, a folder of definitions just runs with embedded defaults; data stay out of it."""
    (tmp_path / "etl" / "pipeline").mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    project = project_at(tmp_path / "etl")
    assert list(project.settings.workspaces) == ["etl"]
    assert project.data == elsewhere / ".headwater"


def test_folder_without_either_is_refused_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        project_at(tmp_path)
    assert caught.value.code == "SET-003"
    assert "headwater demo" in caught.value.faults[0].cure


def test_folder_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        project_at(tmp_path / "nowhere")
    assert caught.value.code == "SET-006"
