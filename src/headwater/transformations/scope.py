"""The names that an expression of one transformation can use, found in its input streams.

`stream@name` may name an input or any stream that the column came through; the nearest wins, so that a self-join of a
stream with a filter of it is told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from headwater.data.edges import Kind, Origin, Subtype
from headwater.language.dataflow.scope import (
    CacheSink,
    Mark,
    MatchedColumn,
    Reference,
    Resolved,
    ScopeColumn,
    Unresolved,
    UserFunction,
    nearest,
    unmarked,
)
from headwater.transformations.row_marks import row_mark
from headwater.transformations.stream import Stream, StreamColumn


@dataclass(frozen=True, slots=True)
class Names:
    """What a flow defines beside columns: parameters with their values, functions of its UDF libraries, cache sinks."""

    parameters: Mapping[str, Resolved] = field(default_factory=dict)
    functions: Mapping[str, UserFunction] = field(default_factory=dict)
    caches: Mapping[str, CacheSink] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A column, the input that has it, and the stream that names it without doubt among all inputs."""

    input: Stream
    column: StreamColumn
    label: str = ""
    shown: str = ""
    """The column's name under that stream; its id where the name would still be in doubt."""

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams that `stream@name` may say, nearest first."""
        return (self.input.name, *self.column.streams)

    def origin(self, kind: Kind = "DIRECT", subtype: Subtype = "IDENTITY", expression: str = "") -> Origin:
        """Return the column as an origin of another one."""
        return Origin(self.input.name, self.column.id, kind, subtype, expression)


@dataclass(frozen=True, slots=True)
class StreamScope:
    """A language `Scope` over streams; made by `scope_over`."""

    by_name: Mapping[str, tuple[Found, ...]]
    by_label: Mapping[tuple[str, str], Found]
    """In the order of the inputs and their columns."""
    names: Names = Names()
    inputs: tuple[Stream, ...] = ()
    locals: Mapping[str, Resolved] = field(default_factory=dict)
    matched: MatchedColumn | None = None

    def column(self, name: str, stream: str | None) -> ScopeColumn | Unresolved:
        found = self.find(name, stream)
        return found if isinstance(found, Unresolved) else self.seen(found)

    def columns(self, stream: str | None) -> tuple[ScopeColumn, ...]:
        found = self.by_label.values()
        return tuple(self.seen(f) for f in found if stream is None or stream in f.streams)

    def parameter(self, name: str) -> Resolved | Unresolved:
        known = self.names.parameters
        return known.get(name) or Unresolved("LNG-024", f"Parameter '${name}' is not declared", nearest(name, known))

    def local(self, name: str) -> Resolved | Unresolved:
        known = self.locals
        return known.get(name) or Unresolved("LNG-025", f"Local ':{name}' is not defined", nearest(name, known))

    def function(self, name: str) -> UserFunction | None:
        return self.names.functions.get(name)

    def cache(self, sink: str) -> CacheSink | Unresolved:
        known = self.names.caches
        return known.get(sink) or Unresolved("LNG-026", f"There is no cache sink '{sink}'", nearest(sink, known))

    def mark(self, name: Mark, stream: int | None) -> Resolved | Unresolved:
        found = row_mark(name, self.inputs if stream is None else self.inputs[stream - 1 : stream])
        return found or unmarked(name)

    def find(self, name: str, stream: str | None) -> Found | Unresolved:
        """Return the one column of this name, or why there is none or more than one."""
        found = self.by_name.get(name, ())
        if stream is not None:
            near = [(f.streams.index(stream), f) for f in found if stream in f.streams]
            found = tuple(f for distance, f in near if distance == min(near, key=lambda pair: pair[0])[0])
            found = tuple(f for f in found if not f.column.grouped) or found
        # A plain name means a column that somebody declares; drifted ones of that name are for byName and patterns.
        declared = tuple(f for f in found if not f.column.drifted)
        if len(found) == 1 or len(declared) == 1:
            return (declared or found)[0]
        return _ambiguous(name, found) if found else self._absent(name, stream)

    def found(self, reference: Reference) -> Found:
        """Return the column that a reference of a resolved expression means."""
        return self.by_label[reference.stream, reference.column]

    def origins(self, resolved: Resolved, expression: str) -> tuple[Origin, ...]:
        """Return the references of an expression as origins in the inputs' own columns."""
        return tuple(self._origin(reference, expression) for reference in resolved.references)

    def _origin(self, reference: Reference, expression: str) -> Origin:
        found = self.by_label.get((reference.stream, reference.column))
        if found is None:
            # A mark of an input, or a column of a cache sink, which go by their own names.
            return reference.origin(expression)
        return _origin(found, reference, expression)

    def seen(self, found: Found) -> ScopeColumn:
        """Return a column as the language sees it; its stream and name are unique in this scope."""
        column = found.column
        return ScopeColumn(found.label, found.shown, column.type, found.input.sql(column), column.origin)

    def _absent(self, name: str, stream: str | None) -> Unresolved:
        streams = dict.fromkeys(s for f in self.by_label.values() for s in f.streams)
        if stream is not None and stream not in streams:
            return Unresolved("LNG-023", f"Stream '{stream}' is not an input here", nearest(stream, streams))
        label = name if stream is None else f"{stream}@{name}"
        names = (column.name for column in self.columns(stream))
        return Unresolved("LNG-021", f"Column '{label}' does not exist here", nearest(name, names))


def _origin(found: Found, reference: Reference, expression: str) -> Origin:
    """Return a reference as an origin; a column that is passed on has no expression."""
    text = "" if reference.subtype == "IDENTITY" else expression
    return found.origin(reference.kind, reference.subtype, text)


def scope_over(inputs: Sequence[Stream], names: Names) -> StreamScope:
    """Return the scope of expressions over these inputs."""
    by_name: dict[str, tuple[Found, ...]] = {}
    for stream in inputs:
        for column in stream:
            by_name[column.name] = (*by_name.get(column.name, ()), Found(stream, column))
    labelled = {name: _labelled(found) for name, found in by_name.items()}
    waiting = {name: list(found) for name, found in labelled.items()}
    in_order = [waiting[column.name].pop(0) for stream in inputs for column in stream]
    return StreamScope(labelled, {(f.label, f.shown): f for f in in_order}, names, tuple(inputs))


def _labelled(same_name: tuple[Found, ...]) -> tuple[Found, ...]:
    result = []
    for found in same_name:
        others = [s for f in same_name if f is not found for s in f.streams]
        label = next((stream for stream in found.streams if stream not in others), None)
        shown = found.column.id if label is None else found.column.name
        result.append(replace(found, label=label or found.input.name, shown=shown))
    return tuple(result)


def _ambiguous(name: str, found: tuple[Found, ...]) -> Unresolved:
    labels = list(dict.fromkeys(f.label for f in found))
    cure = "Write " + " or ".join(f"{label}@{name}" for label in labels) + "."
    if len(labels) < len(found):
        cure = f"Stream '{labels[0]}' has it more than once; rename one with a select before this."
    return Unresolved("LNG-022", f"Column '{name}' is ambiguous", cure)
