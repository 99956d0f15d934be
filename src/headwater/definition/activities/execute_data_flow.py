"""ExecuteDataFlow: run a data flow with parameters for it and for its datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader
from headwater.definition.reference import Reference, empty
from headwater.language.expression.ast import Value


@dataclass(frozen=True, slots=True)
class ExecuteDataFlowBody:
    """`data_flow.parameters` are data flow expressions in strings: interpolated first, parsed as such then."""

    data_flow: Reference
    dataset_parameters: Mapping[str, Value] = field(default_factory=empty)
    """Stream name → arguments of its dataset."""
    settings: Mapping[str, Value] = field(default_factory=empty)
    """compute, traceLevel, staging, runConcurrently, continueOnError, …"""


SETTINGS: tuple[str, ...] = (
    "cacheSinks",
    "compute",
    "continuationSettings",
    "continueOnError",
    "integrationRuntime",
    "runConcurrently",
    "sourceStagingConcurrency",
    "staging",
    "traceLevel",
)


def read(properties: Reader, _: Reader, __: ReadActivities) -> ExecuteDataFlowBody:
    """Read an ExecuteDataFlow activity; `dataFlow` is another spelling of `dataflow`."""
    name = "dataFlow" if properties.has("dataFlow") else "dataflow"
    flow = properties.object(name, required=True)
    reference = flow.as_reference() if flow.present else Reference("", place=flow.place)
    datasets = {stream: arguments.rest() for stream, arguments in flow.members("datasetParameters")}
    flow.skip("linkedServiceParameters")
    flow.unknown()
    settings = properties.rest(name for name in SETTINGS if properties.has(name))
    properties.skip(*SETTINGS)
    return ExecuteDataFlowBody(reference, MappingProxyType(datasets), settings)
