"""A stream between two transformations: columns with a type, a name as scripts write it and a name as SQL has it.

The two names differ because a join keeps the columns of both sides: `l@k` and `r@k` are both called `k` in the script,
and are `k` and `r@k` in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlglot import exp

from headwater.data.types import DataType

# The names of marks, what `marks.py` says of rows.
ACTION = "row action"
ACTIONS = ("insert", "update", "upsert", "delete")
ASSERT = "assert "
MATCH = "row match"


@dataclass(frozen=True, slots=True)
class StreamColumn:
    """A column of a stream. `id` is unique in the stream, ignoring case, and names the column in SQL and in origins."""

    id: str
    name: str
    type: DataType
    streams: tuple[str, ...]
    """The streams that `stream@name` may say, nearest first."""
    origin: str
    """The stream that made the column or last changed it."""
    drifted: bool = False
    """True if no source declares it: then only `byName` and column patterns reach it."""
    grouped: bool = False
    """True if it is of groups of rows: where it meets a column of single rows, streams before mean that one."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What flows out of a transformation, or out of one branch of it (`split1@late`)."""

    name: str
    columns: tuple[StreamColumn, ...]
    is_open: bool = False
    """True if there may be more columns than these, because a source drifts and its columns are not known yet."""
    marks: tuple[StreamColumn, ...] = ()
    """What transformations left on the rows beside their columns (`marks.py`), the latest first; no name reaches it."""

    def __iter__(self) -> Iterator[StreamColumn]:
        return iter(self.columns)

    def sql(self, column: StreamColumn) -> exp.Column:
        """Return the column as SQL reaches it where the stream stands in FROM under its own name."""
        # Made by hand, as a long flow has thousands of these.
        table = exp.Identifier(this=self.name, quoted=True)
        return exp.Column(this=exp.Identifier(this=column.id, quoted=True), table=table)

    def table(self) -> exp.Table:
        """Return the stream as a table of FROM."""
        return exp.table_(self.name, quoted=True)


def with_distinct_ids(columns: Iterable[StreamColumn]) -> tuple[StreamColumn, ...]:
    """Return the columns with ids that are unique ignoring case: the name, else `stream@name`, else numbered."""
    taken: set[str] = set()
    result = []
    for column in columns:
        for candidate in _ids(column):
            if candidate.lower() not in taken:
                break
        taken.add(candidate.lower())
        result.append(column if column.id == candidate else replace(column, id=candidate))
    return tuple(result)


def _ids(column: StreamColumn) -> Iterator[str]:
    yield column.name
    for stream in column.streams[1:]:
        yield f"{stream}@{column.name}"
    number = 2
    while True:
        yield f"{column.name}#{number}"
        number += 1
