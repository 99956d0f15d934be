"""An ended activity → its operations and column edges, as text."""

from __future__ import annotations

import msgspec
import pytest

from headwater.errors import LineageError
from headwater.lineage.derive import derive
from headwater.lineage.facts import LineageFact, decode, encode
from lineage.made import EVENTS, IDENTITY, event, expected, fact


def printed(made: LineageFact) -> str:
    lines = []
    for operation in made.operations:
        lines += [f"{'written' if operation.written else 'not written'} {_asset(operation.sink)}"]
        lines += [f"  from {_asset(asset)}" for asset in operation.inputs]
        lines += [f"  {edge}" for edge in operation.edges]
        lines += [f"  note: {note}" for note in operation.notes]
    lines += [f"left out: {reason}" for reason in made.left_out]
    return "\n".join(lines) + "\n"


def _asset(asset: object) -> str:
    columns = ", ".join(f"{column.name} {column.type}" for column in asset.columns)
    return f"{asset.id.type_name} {asset.qualified_name} ({columns})"


@pytest.mark.parametrize("name", EVENTS)
def test_event_gives_its_operations(name: str) -> None:
    assert printed(fact(name)) == expected("facts", f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["copy_unsupported_store", "copy_query", "copy_merge", "flow_from_s3", "copy_wildcard"]
)
def test_event_under_drop_leaves_out_what_purview_does(name: str) -> None:
    text = expected("facts", f"{name}.drop.txt").read_text(encoding="utf-8")
    assert printed(fact(name, "drop")) == text


@pytest.mark.parametrize("name", EVENTS)
def test_fact_is_the_same_after_the_outbox(name: str) -> None:
    assert decode(encode(fact(name))) == fact(name)


def test_activity_that_moves_nothing_gives_no_fact() -> None:
    assert derive(event("copy_failed", activity_type="SetVariable"), IDENTITY, "record") is None


def test_edge_of_an_unread_source_is_refused() -> None:
    happened = event("copy_with_mapping")
    strange = msgspec.structs.replace(happened.movements[0].edges[0], input="elsewhere")
    movement = msgspec.structs.replace(happened.movements[0], edges=(strange,))
    with pytest.raises(LineageError, match='edge from "elsewhere"'):
        derive(msgspec.structs.replace(happened, movements=(movement,)), IDENTITY, "record")


def test_sink_that_is_a_query_is_refused() -> None:
    happened = event("copy_query")
    read = happened.movements[0].inputs[0]
    sink = msgspec.structs.replace(happened.movements[0].sink, location=read.location)
    movement = msgspec.structs.replace(happened.movements[0], sink=sink)
    with pytest.raises(LineageError, match="LIN-005"):
        derive(msgspec.structs.replace(happened, movements=(movement,)), IDENTITY, "record")
