"""What an activity comes to once every expression has a value: the common ground of explain, run and lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from headwater.data.locations import Location
from headwater.data.schema import Schema
from headwater.data.types import DataType
from headwater.language.expression.ast import Json

if TYPE_CHECKING:
    from headwater.connectors.formats.protocol import Format
    from headwater.transformations.graph import Graph


@dataclass(frozen=True, slots=True)
class ResolvedDataset:
    """A dataset with all its parameters, and those of its linked service, filled in."""

    name: str
    """Name of the dataset; for an inline dataset, of the stream."""
    type: str
    location: Location
    format: Format | None
    """None for tables."""
    schema: Schema
    """As the dataset stores it; empty if it stores none."""
    properties: Mapping[str, Json] = field(default_factory=dict)
    """typeProperties, resolved."""
    connection: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """typeProperties of the linked service, resolved; may hold secrets."""
    rejects: ResolvedDataset | None = None
    """For a sink of a data flow that sets rows apart: files in the store for rejected rows."""


class ColumnMapping(msgspec.Struct, frozen=True):
    """One line of a copy's mapping. A headerless side goes by `ordinal` (from 1), a hierarchical one by `path`."""

    source: str
    sink: str
    source_type: DataType | None = None
    sink_type: DataType | None = None
    source_ordinal: int | None = None
    sink_ordinal: int | None = None
    source_path: str | None = None
    sink_path: str | None = None
    format: str | None = None
    expression: str = ""
    """For an additional column: the expression as written; `source` is then empty unless it duplicates a column."""
    value: str | None = None
    """For an additional column: the constant it holds. None for `$$FILEPATH` (then the `expression`) and `$$COLUMN`."""


@dataclass(frozen=True, slots=True)
class CopyPlan:
    source: ResolvedDataset
    sink: ResolvedDataset
    source_type: str
    sink_type: str
    source_properties: Mapping[str, Json]
    """The `source` object, resolved: storeSettings, formatSettings, sqlReaderQuery …"""
    sink_properties: Mapping[str, Json]
    mapping: tuple[ColumnMapping, ...] | None
    """None: by name, once the schemas are known."""
    settings: Mapping[str, Json]
    """The other typeProperties, resolved, and `typeConversion…` of the translator."""
    additional: tuple[ColumnMapping, ...] = ()
    """Additional columns of the source. A mapping by name takes them along; an explicit mapping names those it wants,
    and has their `expression` and `value` in its own lines."""


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """A data flow with its parameters filled in: the typed graph and what its sources and sinks stand for."""

    name: str
    graph: Graph
    sources: Mapping[str, ResolvedDataset]
    sinks: Mapping[str, ResolvedDataset]
    parameters: Mapping[str, Json]
    settings: Mapping[str, Json]
