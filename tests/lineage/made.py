"""Events, facts and sinks that several test files share."""

from __future__ import annotations

from pathlib import Path

import msgspec

from headwater.lineage.derive import derive
from headwater.lineage.facts import LineageFact, Policy, WorkspaceIdentity
from headwater.run.events import ActivityEnded
from lineage.fixture_blocks import FIXTURES

EVENTS = {file.stem: file for file in sorted((FIXTURES / "facts").glob("*.json"))}
IDENTITY = WorkspaceIdentity("ingest", "synapse", "aaaa", "rg")
BINDINGS = {"copy_with_mapping": {"Lake": "folder"}}
"""Of the events that ran on stand-ins."""


def event(name: str, **changes: object) -> ActivityEnded:
    """Read an event from the fixtures, with some fields replaced."""
    found = msgspec.json.decode(EVENTS[name].read_bytes(), type=ActivityEnded)
    return msgspec.structs.replace(found, **changes)


def fact(name: str, policy: Policy = "record", **changes: object) -> LineageFact:
    """Derive the fact of an event of the fixtures."""
    happened = event(name, **changes)
    derived = derive(
        happened, msgspec.structs.replace(IDENTITY, name=happened.workspace), policy, BINDINGS.get(name, {})
    )
    assert derived is not None
    return derived


def expected(folder: str, name: str) -> Path:
    return FIXTURES / folder / name
