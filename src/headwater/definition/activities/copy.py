"""Copy: one dataset into another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.definition.activities.protocol import ReadActivities
from headwater.definition.reader import Reader
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


SETTINGS: tuple[str, ...] = (
    "cloudDataMovementUnits",
    "dataIntegrationUnits",
    "enableSkipIncompatibleRow",
    "logSettings",
    "logStorageSettings",
    "parallelCopies",
    "preserve",
    "preserveRules",
    "redirectIncompatibleRowSettings",
    "skipErrorFile",
    "stagingSettings",
    "validateDataConsistency",
)


def read(properties: Reader, activity: Reader, _: ReadActivities) -> CopyBody:
    """Read a Copy activity, which has exactly one input and one output."""
    body = CopyBody(
        source=_side(properties, "source"),
        sink=_side(properties, "sink"),
        input=_one(activity, "inputs", "read from"),
        output=_one(activity, "outputs", "write to"),
        translator=properties.value("translator"),
        enable_staging=properties.value("enableStaging", False),
        settings=properties.rest(name for name in SETTINGS if properties.has(name)),
    )
    properties.skip(*SETTINGS)
    return body


def _side(properties: Reader, name: str) -> CopySide:
    reader = properties.object(name, required=True)
    return CopySide(reader.text("type", required=reader.present), reader.rest())


def _one(activity: Reader, name: str, purpose: str) -> Reference:
    readers = activity.objects(name)
    references = [reader.as_reference() for reader in readers]
    for reader in readers:
        reader.skip("name")
        reader.unknown()
    if len(references) != 1:
        message = f"A Copy has exactly one dataset in '{name}', not {len(references)}"
        activity.fault("DEF-002", message, name, f"Name the one dataset to {purpose} in '{name}'.")
    return references[0] if references else Reference("", place=activity.at(name))
