"""ExecuteDataFlow: run a data flow with parameters for it and for its datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
