"""The tables that drive reading are sorted, and one file stands for each activity type that is read."""

from __future__ import annotations

from pathlib import Path

import headwater.definition.activities
from headwater.definition.activities import other
from headwater.definition.activities.registry import ACTIVITY_TYPES, nearest_activity_type
from headwater.definition.dataset_types import DATASET_TYPES
from headwater.definition.linked_service_types import LINKED_SERVICE_TYPES
from headwater.definition.load import FOLDERS, OTHER_FOLDERS


def test_tables_are_sorted_without_doubles() -> None:
    for table in (list(ACTIVITY_TYPES), other.NAMES, DATASET_TYPES, LINKED_SERVICE_TYPES, OTHER_FOLDERS):
        assert list(table) == sorted(set(table))
    assert list(FOLDERS) == sorted(set(FOLDERS), key=str.lower)


def test_every_read_activity_type_has_its_file() -> None:
    folder = Path(headwater.definition.activities.__file__).parent
    files = {file.stem.replace("_", "") for file in folder.glob("*.py")} - {
        "control",
        "init",
        "other",
        "protocol",
        "registry",
    }
    assert files - {""} == {name.lower() for name, kind in ACTIVITY_TYPES.items() if kind.runs}


def test_nearest_activity_type_ignores_case() -> None:
    assert nearest_activity_type("foreach") == "ForEach"
    assert nearest_activity_type("zzzz") is None
