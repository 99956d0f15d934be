"""A data flow: its script and the datasets that its sources and sinks stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.definition.reference import Reference, empty
from headwater.errors import Place
from headwater.language.dataflow.ast import Script
from headwater.language.expression.ast import Value
from headwater.language.source import Source


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A named source, sink or transformation; a cache sink has neither dataset nor linked service."""

    name: str
    dataset: Reference | None = None
    linked_service: Reference | None = None
    """Of an inline dataset."""
    flowlet: Reference | None = None
    description: str = ""
    schema_linked_service: Reference | None = None
    rejected_data_linked_service: Reference | None = None
    unknown: Mapping[str, Value] = field(default_factory=empty, repr=False)
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class DataFlow:
    """`kind` is `MappingDataFlow`, `Flowlet`, `UDFLibrary` or `WranglingDataFlow`."""

    name: str
    kind: str
    source: Source = field(repr=False)
    """The script's text, `scriptLines` joined."""
    script: Script | None = None
    """None where the kind has no script or it does not parse (the faults then say why)."""
    sources: tuple[FlowNode, ...] = ()
    sinks: tuple[FlowNode, ...] = ()
    transformations: tuple[FlowNode, ...] = ()
    folder: str | None = None
    description: str = ""
    references: tuple[Reference, ...] = field(default=(), repr=False)
    """Every reference that its JSON holds, at any depth."""
    unknown: Mapping[str, Value] = field(default_factory=empty, repr=False)
    place: Place = field(default=Place(), compare=False)
