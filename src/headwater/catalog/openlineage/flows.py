"""What a run's state means as lineage: which inputs fed which outputs, and which columns.

An output is fed by what explicit lineage names, or else by the run's inputs and what its column lineage names.
Outputs with the same inputs make one flow, so no edge is drawn that the run did not say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from headwater.catalog.openlineage.facets import (
    ColumnLineage,
    DatasetLineage,
    LifecycleStateChange,
    Lineage,
    LineageEntry,
    LineageInput,
    OutputField,
    Schema,
    Statistics,
    Transformation,
    view,
)
from headwater.catalog.openlineage.names import Key, inside
from headwater.catalog.openlineage.state import Registers, RunState, packed, unpacked

Resolve = Callable[[Key], str]
"""Qualified name of the asset that a dataset is, aliases followed."""
ROWS = "*"


class Line(msgspec.Struct, frozen=True, order=True, rename="camel"):
    """A column edge as `columnLineage` of an operation has it."""

    source: str
    source_column: str
    sink: str
    sink_column: str
    type: str = "DIRECT"
    subtype: str = ""
    expression: str = ""


class Flow(msgspec.Struct, frozen=True):
    """Inputs that feed outputs, by qualified name, with the edges between their columns; all in order."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    rows: int | None = None
    bytes: int | None = None

    @property
    def digest(self) -> str:
        """Tell a job's flows apart: the first twelve hexadecimal digits of the SHA-256 of its ends' names."""
        names = "\n".join((*self.inputs, "", *self.outputs))
        return hashlib.sha256(names.encode()).hexdigest()[:12]


class _Output(msgspec.Struct):
    """An output while its sources are gathered."""

    sources: set[Key] = msgspec.field(default_factory=set)
    explicit: bool = False
    lines: list[tuple[Key, str, str, str, str, str]] = msgspec.field(default_factory=list)
    """Source, its column, the sink's column, type, subtype, expression."""


def flows_of(run: RunState, asset_of: Resolve) -> tuple[Flow, ...]:
    """Return the flows of a run, in the order of their names; none if it names no dataset."""

    def resolve(key: Key) -> str:
        return asset_of(inside(key, run.job))

    inputs = {unpacked(text) for text in run.inputs}
    outputs = dict(_outputs(run))
    for entry in _entries(run):
        _told_by_entry(entry, inputs, outputs)
    for output in outputs.values():
        if not output.explicit:
            output.sources |= inputs
        output.sources |= {line[0] for line in output.lines}
    groups: dict[tuple[str, ...], list[Key]] = {}
    for key, output in outputs.items():
        groups.setdefault(_names(output.sources, resolve), []).append(key)
    used = {name for names in groups for name in names}
    rest = tuple(name for name in _names(inputs, resolve) if name not in used)
    if rest:
        groups.setdefault(rest, [])
    numbers = {key: _numbers(run.outputs.get(packed(key), {})) for key in outputs}
    found = [_flow(names, keys, outputs, numbers, resolve) for names, keys in groups.items()]
    return tuple(sorted(found, key=lambda flow: (flow.outputs, flow.inputs)))


def _names(keys: Iterable[Key], resolve: Resolve) -> tuple[str, ...]:
    return tuple(sorted({resolve(key) for key in keys}))


def _flow(
    names: tuple[str, ...],
    keys: list[Key],
    outputs: Mapping[Key, _Output],
    numbers: Mapping[Key, tuple[int | None, int | None]],
    resolve: Resolve,
) -> Flow:
    lines = {
        Line(resolve(source), column, resolve(key), sink_column, type, subtype, expression)
        for key in keys
        for source, column, sink_column, type, subtype, expression in outputs[key].lines
    }
    return Flow(
        inputs=names,
        outputs=_names(keys, resolve),
        lines=tuple(sorted(lines)),
        rows=_total(numbers[key][0] for key in keys),
        bytes=_total(numbers[key][1] for key in keys),
    )


def _total(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _numbers(said: Registers) -> tuple[int | None, int | None]:
    facet = view(_value(said, "outputStatistics"), Statistics)
    return (facet.row_count, facet.size) if facet else (None, None)


def _value(said: Registers, name: str) -> object:
    return said[name].value if name in said else None


def _outputs(run: RunState) -> Iterator[tuple[Key, _Output]]:
    """Yield what the run wrote and did not drop."""
    for text, said in run.outputs.items():
        change = view(_value(said, "lifecycleStateChange"), LifecycleStateChange)
        if change and change.lifecycle_state_change == "DROP":
            continue
        output = _Output()
        if change and change.lifecycle_state_change == "RENAME" and change.previous_identifier:
            previous = Key(change.previous_identifier.namespace, change.previous_identifier.name)
            _renamed(output, previous, view(_value(said, "schema"), Schema))
        if (columns := view(_value(said, "columnLineage"), ColumnLineage)) is not None:
            output.lines.extend(_column_lines(columns))
        if (explicit := view(_value(said, "lineage"), Lineage)) is not None:
            _told(output, explicit)
        yield unpacked(text), output


def _renamed(output: _Output, previous: Key, schema: Schema | None) -> None:
    """What was there under the old name, and nothing else, is there under the new one."""
    output.explicit = True
    output.sources.add(previous)
    for field in (schema.fields if schema else None) or ():
        output.lines.append((previous, field.name, field.name, "DIRECT", "IDENTITY", ""))


def _entries(run: RunState) -> Iterator[LineageEntry]:
    for name in ("lineage", "job.lineage"):
        facet = view(_value(run.facets, name), Lineage)
        if facet is not None:
            yield from (*(facet.entries or ()), *(facet.lineage or ()))


def _told_by_entry(entry: LineageEntry, inputs: set[Key], outputs: dict[Key, _Output]) -> None:
    """Take in an entry of a job's explicit lineage; one about a job says what it read, or is no dataset at all."""
    if entry.type == "DATASET" and entry.name and entry.namespace is not None:
        _told(outputs.setdefault(Key(entry.namespace, entry.name), _Output()), entry)
        return
    inputs.update(source for item in entry.inputs or () if (source := _source(item)))


def _told(output: _Output, said: DatasetLineage) -> None:
    """Take in explicit lineage. An empty list of inputs is said too: nothing that is known feeds the output."""
    fields = [(column, item) for column, field in (said.fields or {}).items() for item in field.inputs]
    if said.inputs is not None or fields:
        output.explicit = True
    for column, item in (*((ROWS, item) for item in said.inputs or ()), *fields):
        source = _source(item)
        if source is None:
            continue
        output.sources.add(source)
        if item.field:
            # A column named for the whole dataset decides which rows there are.
            usual = "INDIRECT" if column == ROWS else "DIRECT"
            output.lines.extend(
                (source, item.field, column, *how) for how in _transformations(item.transformations, usual)
            )


def _source(item: LineageInput) -> Key | None:
    if item.type != "DATASET" or not item.name or item.namespace is None:
        return None
    return Key(item.namespace, item.name)


def _column_lines(facet: ColumnLineage) -> Iterator[tuple[Key, str, str, str, str, str]]:
    for column, field in (facet.fields or {}).items():
        for item in field.input_fields:
            for how in _transformations(item.transformations, "DIRECT", field):
                yield Key(item.namespace, item.name), item.field, column, *how
    for item in facet.dataset or ():
        for how in _transformations(item.transformations, "INDIRECT"):
            yield Key(item.namespace, item.name), item.field, ROWS, *how


def _transformations(
    given: tuple[Transformation, ...] | None, usual: str, field: OutputField | None = None
) -> Iterator[tuple[str, str, str]]:
    """Yield type, subtype and expression of each; where none is told, the usual type and what 1-0-x says."""
    for item in given or ():
        kind = "INDIRECT" if item.type.upper() == "INDIRECT" else "DIRECT"
        yield kind, item.subtype or "", _described(item.description, item.masking)
    if not given:
        said = (field.transformation_type or "").upper() if field else ""
        subtype = {"IDENTITY": "IDENTITY", "MASKED": "TRANSFORMATION"}.get(said, "")
        yield usual, subtype, _described(field.transformation_description if field else None, said == "MASKED")


def _described(text: str | None, masking: bool | None) -> str:
    return " ".join(part for part in (text or "", "(masked)" if masking else "") if part)
