"""Copy: one dataset into another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.definition.reference import Reference, empty
from headwater.language.expression.ast import Value


@dataclass(frozen=True, slots=True)
class CopySide:
    """`source` or `sink`: its type (`DelimitedTextSource`, `AzureSqlSink`, …) and its properties as given."""

    type: str
    properties: Mapping[str, Value] = field(default_factory=empty)


@dataclass(frozen=True, slots=True)
class CopyBody:
    source: CopySide
    sink: CopySide
    input: Reference
    output: Reference
    translator: Value = None
    enable_staging: Value = False
    settings: Mapping[str, Value] = field(default_factory=empty)
    """The other typeProperties: parallelCopies, enableSkipIncompatibleRow, logSettings, …"""
