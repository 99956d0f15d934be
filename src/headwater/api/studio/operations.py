"""What an operation's attributes say, read once: column lineage, the steps of a data flow, and the last run.

The attributes are JSON strings in the account (decision 1). Text that is no such JSON comes from another client and is
taken as saying nothing: a stranger's entity must not break a page.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from headwater.data.edges import FlowStep, Kind, Subtype

T = TypeVar("T")


class ChainStep(msgspec.Struct, frozen=True):
    """A transformation that a column passed through, source first."""

    name: str
    kind: str
    column: str
    expression: str = ""


class Edge(msgspec.Struct, frozen=True, rename="camel"):
    """A line of `columnLineage`; `source` is an input's qualified name, `sink_column` is `*` for all rows."""

    source: str
    source_column: str
    sink_column: str
    type: Kind = "DIRECT"
    subtype: Subtype = "IDENTITY"
    expression: str = ""
    steps: tuple[ChainStep, ...] = ()


class ColumnPair(msgspec.Struct, frozen=True, rename="pascal"):
    source: str
    sink: str


class DatasetPair(msgspec.Struct, frozen=True, rename="pascal"):
    source: str
    sink: str


class MappingLine(msgspec.Struct, frozen=True, rename="pascal"):
    """A line of Purview's `columnMapping`, which other clients write in place of `columnLineage`."""

    column_mapping: tuple[ColumnPair, ...]
    dataset_mapping: DatasetPair


class Evidence(msgspec.Struct, frozen=True):
    iteration: str = ""
    attempt: int = 0
    written: bool = True


def edges(attributes: Mapping[str, object], inputs: tuple[str, ...]) -> tuple[Edge, ...]:
    """Return the column edges of an operation; `inputs` are the qualified names that a `*` source stands for."""
    if lines := read(attributes.get("columnLineage"), tuple[Edge, ...]):
        return lines
    found = []
    for line in read(attributes.get("columnMapping"), tuple[MappingLine, ...]) or ():
        sources = inputs if line.dataset_mapping.source == "*" else (line.dataset_mapping.source,)
        pairs = [pair for pair in line.column_mapping if pair.source != "*"]
        found += [Edge(source, pair.source, pair.sink) for source in sources for pair in pairs]
    return tuple(found)


def steps(attributes: Mapping[str, object]) -> tuple[FlowStep, ...]:
    """Return the steps of a data flow; none for a copy."""
    return read(attributes.get("steps"), tuple[FlowStep, ...]) or ()


def evidence(attributes: Mapping[str, object]) -> Evidence:
    """Return under what circumstances the last run reported the operation."""
    return read(attributes.get("evidence"), Evidence) or Evidence()


def text(attributes: Mapping[str, object], name: str) -> str:
    """Return an attribute that should be a string; empty where it is not set."""
    value = attributes.get(name)
    return value if isinstance(value, str) else ""


def whole(attributes: Mapping[str, object], name: str) -> int | None:
    """Return an attribute that should be a whole number."""
    value = attributes.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(milliseconds: object) -> datetime.datetime | None:
    """Return the time that Atlas writes as milliseconds since 1970."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int) or milliseconds <= 0:
        return None
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)


def read(value: object, type_: type[T]) -> T | None:
    """Return the value that a JSON string holds, or None where it holds another."""
    if not isinstance(value, str) or not value:
        return None
    try:
        return msgspec.json.decode(value, type=type_)
    except msgspec.MsgspecError:
        return None
