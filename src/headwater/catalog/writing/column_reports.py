"""How an operation tells its column lineage: as `columnLineage`, or in Purview's `columnMapping`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

import msgspec

from headwater.catalog.writing.subjects import Subject
from headwater.errors import Fault, Invalid, Place, raise_if_any

Name = Annotated[str, msgspec.Meta(min_length=1)]
ROWS = "*"


class Dataset(Protocol):
    """A dataset next to an operation."""

    @property
    def id(self) -> int: ...
    @property
    def qualified_name(self) -> str: ...
    def key(self, column: str) -> str: ...


class Neighbours(Protocol):
    @property
    def inputs(self) -> Mapping[str, Dataset]: ...
    @property
    def outputs(self) -> Mapping[str, Dataset]: ...


class Line(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of `columnLineage`. `sink` may be left out where the operation has one output."""

    source: Name
    source_column: Name
    sink_column: Name
    type: Literal["DIRECT", "INDIRECT"] = "DIRECT"
    sink: str | None = None
    subtype: str = ""
    expression: str = ""
    steps: tuple[dict[str, object], ...] = ()


class Pair(msgspec.Struct, frozen=True, rename="pascal"):
    source: str
    sink: str


class DatasetPair(msgspec.Struct, frozen=True, rename="pascal"):
    """One entry of `columnMapping`."""

    dataset_mapping: Pair
    column_mapping: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An edge as it was told, its datasets found."""

    source: Dataset
    source_column: str
    sink: Dataset
    sink_column: str
    kind: Literal["DIRECT", "INDIRECT"]
    subtype: str = ""
    expression: str = ""
    steps: tuple[dict[str, object], ...] = ()


def said_by(subject: Subject, around: Neighbours) -> list[Said]:
    """Return the column edges that an operation tells. Raises Invalid if `columnLineage` names a stranger."""
    if (text := subject.attributes.get("columnLineage")) is not None:
        return list(_from_lineage(subject, text, around))
    return list(_from_mapping(subject.attributes.get("columnMapping"), around))


def _from_lineage(subject: Subject, text: object, around: Neighbours) -> Iterator[Said]:
    place = Place(path=f"{subject.drafts[0].place}.columnLineage")
    try:
        lines = msgspec.json.decode(str(text), type=tuple[Line, ...])
    except msgspec.DecodeError as error:
        cure = "Send a JSON list of objects with source, sourceColumn and sinkColumn, as a string."
        raise Invalid(Fault("CAT-036", f"columnLineage of '{subject.qualified_name}': {error}", place, cure)) from error
    only = next(iter(around.outputs)) if len(around.outputs) == 1 else None
    # What the client did not send now may name inputs that have left since; that says nothing more.
    sent = any("columnLineage" in draft.attributes for draft in subject.drafts)
    faults = []
    for line in lines:
        source, sink = around.inputs.get(line.source), around.outputs.get(line.sink or only or "")
        if source is None:
            faults.append(_stranger(subject, "source", line.source, "inputs", place))
        if sink is None:
            faults.append(_stranger(subject, "sink", line.sink or "(none given)", "outputs", place))
        if source is not None and sink is not None:
            yield Said(
                source, line.source_column, sink, line.sink_column, line.type, line.subtype, line.expression, line.steps
            )
    raise_if_any(Invalid, dict.fromkeys(faults) if sent else ())


def _stranger(subject: Subject, end: str, name: str, attribute: str, place: Place) -> Fault:
    message = f"columnLineage of '{subject.qualified_name}' names the {end} '{name}', which is none of its {attribute}"
    return Fault("CAT-036", message, place, f"Send it among the {attribute} too.")


def _from_mapping(text: object, around: Neighbours) -> Iterator[Said]:
    """Read Purview's form. It is free text to Atlas, so what cannot be read or told is passed over, not refused."""
    try:
        entries = msgspec.json.decode(str(text), type=tuple[DatasetPair, ...])
    except msgspec.DecodeError:
        return
    for entry in entries:
        sink = around.outputs.get(entry.dataset_mapping.sink)
        for source in _sources(entry.dataset_mapping.source, around.inputs):
            for pair in entry.column_mapping:
                # `*` as a source column means "many": which, nobody said.
                if sink is not None and pair.source and pair.sink and pair.source != ROWS:
                    yield Said(source, pair.source, sink, pair.sink, "DIRECT")


def _sources(name: str, inputs: Mapping[str, Dataset]) -> Sequence[Dataset]:
    """Return the dataset that an entry means: `*` is told only where there is one input."""
    if name != ROWS:
        return [inputs[name]] if name in inputs else []
    return list(inputs.values()) if len(inputs) == 1 else []
