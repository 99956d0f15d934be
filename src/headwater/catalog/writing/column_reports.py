"""How an operation tells its column lineage: as `columnLineage`, or in Purview's `columnMapping`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from headwater import typed
from headwater.catalog.names.lineage_texts import in_own_names
from headwater.catalog.store.schema import DIRECT, INDIRECT
from headwater.catalog.writing.subjects import Subject
from headwater.catalog.writing.vertices import Neighbour
from headwater.errors import Fault, Invalid, Place, raise_if_any

Name = Annotated[str, msgspec.Meta(min_length=1)]
ROWS = "*"
NO_STEPS = msgspec.Raw(b"[]")
KINDS: Mapping[str, int] = {"DIRECT": DIRECT, "INDIRECT": INDIRECT}
# One source is read, so that every input feeds the sink by the same map.
COPIES = frozenset({"adf_copy_activity", "adf_copy_operation", "azure_synapse_copy_activity"})

Said = tuple[Neighbour, str, Neighbour, str, int, str, str, str]
"""An edge as it was told: source, its column, sink, its column, kind, subtype, expression, steps as JSON.

A plain tuple, as a bulk makes tens of thousands."""
Columns = Callable[[Neighbour], frozenset[str]]
"""Gives the names of a dataset's columns, as its store compares them; none if its schema is not known."""


class Line(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """One entry of `columnLineage`. `sink` may be left out where the operation has one output."""

    source: Name
    source_column: Name
    sink_column: Name
    type: Literal["DIRECT", "INDIRECT"] = "DIRECT"
    sink: str | None = None
    subtype: str = ""
    expression: str = ""
    steps: msgspec.Raw = NO_STEPS


class Pair(msgspec.Struct, frozen=True, rename="pascal"):
    source: str
    sink: str


class DatasetPair(msgspec.Struct, frozen=True, rename="pascal"):
    """One entry of `columnMapping`."""

    dataset_mapping: Pair
    column_mapping: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """The datasets around an operation, by qualified name."""

    inputs: dict[str, Neighbour]
    outputs: dict[str, Neighbour]


_LINES = typed.decoder(tuple[Line, ...])
_STEPS = typed.decoder(tuple[dict[str, object], ...])
_PAIRS = typed.decoder(tuple[DatasetPair, ...])


def said_by(subject: Subject, around: Around, columns: Columns, names: Mapping[str, str]) -> list[Said]:
    """Return the column edges that an operation tells. Raises Invalid if `columnLineage` names a stranger.

    `names` are the datasets' own names by their others.
    """
    if (text := subject.attributes.get("columnLineage")) is not None:
        return _from_lineage(subject, in_own_names(str(text), names), around)
    copies = subject.type.name in COPIES
    mapping = in_own_names(str(subject.attributes.get("columnMapping")), names)
    return list(_from_mapping(mapping, around, columns, copies))


def _from_lineage(subject: Subject, text: str, around: Around) -> list[Said]:
    place = Place(path=f"{subject.drafts[0].place}.columnLineage")
    kept_steps: dict[bytes, str] = {}
    try:
        lines = _LINES.decode(text)
        for raw in {bytes(line.steps) for line in lines if line.steps is not NO_STEPS}:
            steps = _STEPS.decode(raw)
            kept_steps[raw] = msgspec.json.encode(steps).decode() if steps else ""
    except (msgspec.DecodeError, RecursionError) as error:
        cure = "Send a JSON list of objects with source, sourceColumn and sinkColumn, as a string."
        raise Invalid(Fault("CAT-036", f"columnLineage of '{subject.qualified_name}': {error}", place, cure)) from error
    inputs, outputs = around.inputs, around.outputs
    only = next(iter(outputs)) if len(outputs) == 1 else ""
    found: list[Said] = []
    strange: list[Line] = []
    for line in lines:
        source, sink = inputs.get(line.source), outputs.get(line.sink or only)
        if source is None or sink is None:
            strange.append(line)
            continue
        told = "" if line.steps is NO_STEPS else kept_steps[bytes(line.steps)]
        kind = KINDS[line.type]
        found.append((source, line.source_column, sink, line.sink_column, kind, line.subtype, line.expression, told))
    # What the client did not send now may name inputs that have left since; that says nothing more.
    if strange and any("columnLineage" in draft.attributes for draft in subject.drafts):
        raise_if_any(Invalid, dict.fromkeys(_strangers(subject, strange, around, only, place)))
    return found


def _strangers(subject: Subject, lines: Sequence[Line], around: Around, only: str, place: Place) -> Iterator[Fault]:
    for line in lines:
        if line.source not in around.inputs:
            yield _stranger(subject, "source", line.source, "inputs", place)
        if (line.sink or only) not in around.outputs:
            yield _stranger(subject, "sink", line.sink or "(none given)", "outputs", place)


def _stranger(subject: Subject, end: str, name: str, attribute: str, place: Place) -> Fault:
    message = f"columnLineage of '{subject.qualified_name}' names the {end} '{name}', which is none of its {attribute}"
    return Fault("CAT-036", message, place, f"Send it among the {attribute} too.")


def _from_mapping(text: object, around: Around, columns: Columns, copies: bool) -> Iterator[Said]:
    """Read Purview's form. It is free text to Atlas, so what cannot be read or told is passed over, not refused."""
    try:
        entries = _PAIRS.decode(str(text))
    except (msgspec.DecodeError, RecursionError):
        return
    for entry in entries:
        sink = around.outputs.get(entry.dataset_mapping.sink)
        for pair in entry.column_mapping:
            # `*` as a source column means "many": which, nobody said.
            if sink is None or not pair.source or not pair.sink or pair.source == ROWS:
                continue
            for source in _sources(entry.dataset_mapping.source, pair.source, around.inputs, columns, copies):
                yield source, pair.source, sink, pair.sink, DIRECT, "", "", ""


def _sources(
    name: str, column: str, inputs: Mapping[str, Neighbour], columns: Columns, copies: bool
) -> Sequence[Neighbour]:
    """Return the datasets that an entry means.

    `*` is told where there is one input; else by the inputs' schemas, if all are known: by the one that has such a
    column, or in a copy by all that have it. Anything more would be guessed.
    """
    if name != ROWS:
        return [inputs[name]] if name in inputs else []
    if len(inputs) == 1:
        return list(inputs.values())
    known = [(source, columns(source)) for source in inputs.values()]
    if not all(names for _, names in known):
        return []
    having = [source for source, names in known if source.key(column) in names]
    return having if copies or len(having) == 1 else []
