"""The name in lineage is the declared one; the stand-in that a linked service ran on is kept as evidence."""

from __future__ import annotations

from headwater.lineage.derive import derive
from lineage.made import IDENTITY, event


def test_stand_in_is_told_beside_the_declared_name() -> None:
    happened = event("copy_wildcard")
    service = happened.movements[0].sink.location.store.linked_service
    fact = derive(happened, IDENTITY, "record", {service: "folder", "another": "duckdb"})
    assert fact is not None
    assert fact.operations[0].bindings == ((service, "folder"),)
    assert derive(happened, IDENTITY, "record").operations[0].sink == fact.operations[0].sink
