"""Every real definition loads; how many are without a fault of their own must not fall."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from headwater.definition.check import check
from headwater.definition.load import FOLDERS, load_files
from headwater.definition.workspace import Workspace

CORPUS = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[2].parent / "shared")) / "corpus"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the real definitions are not there (HEADWATER_SHARED)")

# Folder → share of files without an error. The rest is of Data Factory v1, of Fabric (no name), or cut off by hand.
FLOORS = {"pipeline": 0.97, "dataset": 0.99, "linkedService": 0.99, "dataflow": 0.99}


def each_file_alone() -> list[tuple[str, Workspace]]:
    """Return folder and workspace of each file by itself, so that versions of one file do not clash."""
    return [
        (file.parent.name, load_files({f"{file.parent.name}/{file.name}": file.read_bytes()}, "corpus"))
        for file in sorted(CORPUS.glob("*/*/*.json"))
        if file.parent.name in FOLDERS
    ]


def test_corpus_files_load_with_few_faults_of_their_own() -> None:
    loaded = each_file_alone()
    count = Counter(folder for folder, _ in loaded)
    sound = Counter(folder for folder, w in loaded if not any(f.severity == "error" for f in w.faults))
    assert count["pipeline"] > 400
    for folder, floor in FLOORS.items():
        assert sound[folder] / count[folder] >= floor, (folder, sound[folder], count[folder])


def test_corpus_repositories_check_without_a_traceback() -> None:
    checked = 0
    for repository in sorted(path for path in CORPUS.iterdir() if path.is_dir()):
        files = {f"{f.parent.name}/{f.name}": f.read_bytes() for f in sorted(repository.glob("*/*.json"))}
        workspace = load_files(files, repository.name)
        faults = check(workspace)
        assert all(fault.place.file and fault.cure for fault in faults)
        checked += bool(workspace.pipelines)
    assert checked > 15


def test_corpus_truncated_files_give_faults_not_tracebacks() -> None:
    """Half of a file is never sound, and never an exception."""
    for file in sorted(CORPUS.glob("*/*/*.json"))[::25]:
        if file.parent.name in FOLDERS:
            data = file.read_bytes()
            workspace = load_files({f"{file.parent.name}/{file.name}": data[: len(data) // 2]}, "half")
            assert [fault.code for fault in workspace.faults] == ["DEF-001"]
