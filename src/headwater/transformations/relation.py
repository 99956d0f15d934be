"""Builds an output: numbers its columns, gives them its stream's name, and makes the projections of its relation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlglot import exp

from headwater.data.edges import Origin, Subtype
from headwater.data.types import DataType
from headwater.transformations.protocol import Output, OutputColumn
from headwater.transformations.scope import Found
from headwater.transformations.stream import Stream, StreamColumn, with_distinct_ids


def passed(found: Found, name: str | None = None) -> OutputColumn:
    """Return a column that is passed on as it is, under another name if one is given."""
    column = found.column if name is None else replace(found.column, name=name)
    return OutputColumn(column, (found.origin(),), found.input.sql(found.column))


def made(name: str, type_: DataType, origins: Iterable[Origin], value: exp.Expr) -> OutputColumn:
    """Return a new column."""
    return OutputColumn(StreamColumn(name, name, type_, (), ""), tuple(dict.fromkeys(origins)), value)


def all_passed(stream: Stream) -> tuple[OutputColumn, ...]:
    """Return every column of an input, passed on."""
    return tuple(passed(Found(stream, column)) for column in stream)


def all_marks(*streams: Stream) -> tuple[OutputColumn, ...]:
    """Return what the rows of the inputs carry beside their columns, passed on."""
    return tuple(passed(Found(stream, mark)) for stream in streams for mark in stream.marks)


def with_new(columns: Sequence[OutputColumn], new: OutputColumn) -> list[OutputColumn]:
    """Return the columns with a new one at the end, or in the place of the only one that has its name."""
    places = [place for place, column in enumerate(columns) if column.column.name == new.column.name]
    if len(places) != 1:
        return [*columns, new]
    return [*columns[: places[0]], new, *columns[places[0] + 1 :]]


def deciding(origins: Iterable[Origin], subtype: Subtype, expression: str = "") -> tuple[Origin, ...]:
    """Return origins as effects: INDIRECT, of this subtype."""
    effects = (Origin(o.stream, o.column, "INDIRECT", subtype, expression or o.expression) for o in origins)
    return tuple(dict.fromkeys(effects))


def output(
    name: str,
    columns: Sequence[OutputColumn],
    frame: exp.Select,
    *,
    effects: Iterable[Origin] = (),
    is_open: bool = False,
    is_repeatable: bool = True,
    marks: Sequence[OutputColumn] = (),
    aliases: tuple[str, ...] = (),
) -> Output:
    """Return the output `name` that projects `columns` from `frame`, a SELECT that has no projections yet.

    A stream of a flowlet, `F/clean`, is called `clean` there. `aliases` are other names by which expressions may
    address the stream, such as a split's branch alone.
    """
    streams = tuple(dict.fromkeys(alias for full in (name, *aliases) for alias in (full, full.rpartition("/")[2])))
    everything = (*columns, *marks)
    named = with_distinct_ids(stamped(column.column, streams) for column in everything)
    final = tuple(OutputColumn(known, c.origins, c.value) for c, known in zip(everything, named, strict=True))
    projections = [_projection(column) for column in final]
    count = len(columns)
    return Output(
        stream=Stream(name, named[:count], is_open, named[count:]),
        columns=final[:count],
        effects=tuple(dict.fromkeys(effects)),
        relation=frame.select(*projections, copy=False),
        is_repeatable=is_repeatable,
        marks=final[count:],
    )


def _projection(column: OutputColumn) -> exp.Alias:
    # Made by hand: a long flow has thousands of these, and the library's own function parses and copies.
    return exp.Alias(this=column.value, alias=exp.Identifier(this=column.column.id, quoted=True))


def stamped(column: StreamColumn, streams: tuple[str, ...]) -> StreamColumn:
    """Return the column as one of these streams, the nearest first; a new one has its origin there."""
    earlier = tuple(stream for stream in column.streams if stream not in streams)
    # Made by hand, as `replace` is slow and a long flow has thousands of these.
    known = (*streams, *earlier)
    origin = column.origin or streams[0]
    return StreamColumn(column.id, column.name, column.type, known, origin, column.drifted, column.grouped)
