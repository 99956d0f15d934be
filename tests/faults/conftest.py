"""A project that has run once, copied for each test that breaks it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from faults.flights_project import FlightsProject, lay_out_and_run


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory: pytest.TempPathFactory) -> FlightsProject:
    """The example after a run that succeeded; not to be changed."""
    return lay_out_and_run(tmp_path_factory.mktemp("flights"))


@pytest.fixture
def project(finished_project: FlightsProject, tmp_path: Path) -> FlightsProject:
    """A copy of the example after a run, with its targets, history and account; free to be broken."""
    return FlightsProject(Path(shutil.copytree(finished_project.folder, tmp_path / "flights")))
