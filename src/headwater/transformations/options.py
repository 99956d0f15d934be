"""What a source and a sink say beside their columns, with every expression's value."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from headwater.data.schema import Schema
from headwater.language.expression.ast import Json
from headwater.transformations.file_commands import FileCommand


@dataclass(frozen=True, slots=True)
class ChangeCapture:
    """A source that reads only what is new since the last run: by a column of a table, or by the files' times."""

    watermark: str | None = None
    """The column whose values only grow; None for files."""
    skips_first: bool = False
    """True if the first run reads nothing, and only notes where the next one begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFiles:
    """Which files a source reads beside what its dataset says, and what becomes of them afterwards."""

    is_list: bool = False
    """The dataset's file lists the paths of the files to read, one a line."""
    modified_after: datetime.datetime | None = None
    """Aware; files of this moment are read."""
    modified_before: datetime.datetime | None = None
    """Aware; files of this moment are not read."""
    partition_root: str | None = None
    """Folders `key=value` below it are columns."""
    moved: tuple[str, str] | None = None
    """After the flow, what lies under the first folder is moved under the second."""
    purged: bool = False
    """Deleted after the flow."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """A stored procedure whose rows a source reads; its arguments in the order in which they are given."""

    name: str
    schema: str | None = None
    arguments: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    declared: Schema
    """The columns of `output(…)`; `native_type` holds the format of a date or number where one is given."""
    allow_drift: bool = False
    ignore_no_files_found: bool = False
    wildcard_paths: tuple[str, ...] = ()
    query: str | None = None
    """Read instead of the dataset's table."""
    procedure: Procedure | None = None
    """Called instead of reading the dataset's table."""
    limit: int | None = None
    row_url_column: str | None = None
    """Holds the path of each row's file."""
    files: SourceFiles = SourceFiles()
    changes: ChangeCapture | None = None
    inline: Mapping[str, Json] = field(default_factory=dict)
    """What an inline dataset says of its place and form."""
    not_run: tuple[str, ...] = ()
    """Options that are set and that no run does, such as `enableCdc`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the rows of a sink are spread over files, by columns behind those that are written; one file where none is.

    At most one of the columns' groups is given.
    """

    count: int | None = 1
    """Number of partitions, where they are numbered; None: as many as the data makes."""
    number: str | None = None
    """The column with a row's partition, from 0."""
    keys: tuple[tuple[str, str], ...] = ()
    """Name of each folder's key and the column with its value as text; the key itself is not written into the files."""
    file: str | None = None
    """The column with the path of the row's file in the container."""
    folder: str | None = None
    """The column with the path of the row's folder in the container."""
    unknown: str | None = None
    """A way to part rows that is not known here; it has no bearing on a table."""


@dataclass(frozen=True, slots=True)
class ErrorRows:
    """Rows that go to a file of their own, in the store that the flow names for rejected rows."""

    container: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertFailures:
    """What becomes of rows that failed an assertion."""

    ids: str
    """The column, behind those that are written, with the ids of what a row failed; null for a row that did not."""
    messages: str
    """As `ids`, with the messages."""
    target: ErrorRows
    is_written: bool
    """True if the sink takes these rows as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """A sink that goes on after rows which its table refuses."""

    target: ErrorRows | None
    """Where the refused rows are written; None: nowhere."""
    succeeds: bool
    """False if the flow fails after all, once the others are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkOptions:
    declared: Schema
    """The columns of `input(…)`: those that the target is known to have."""
    save_order: int | None = None
    truncate: bool = False
    recreate: bool = False
    keys: tuple[str, ...] = ()
    pre_sqls: tuple[str, ...] = ()
    post_sqls: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    """One name for all rows, or one a partition."""
    file_pattern: str | None = None
    """The name of each partition's file, with `[n]` for its number from 1."""
    spread: Spread = Spread()
    pre_commands: tuple[FileCommand, ...] = ()
    post_commands: tuple[FileCommand, ...] = ()
    failures: AssertFailures | None = None
    tolerance: Tolerance | None = None
    action: str | None = None
    """The column, behind those that are written, that says what becomes of a row (`marks.ACTIONS`); None: inserted."""
    is_cache: bool = False
    """True if it is kept for `sink#lookup(…)` alone, and nothing is written."""
    inline: Mapping[str, Json] = field(default_factory=dict)
    """What an inline dataset says of its place and form."""
    not_run: tuple[str, ...] = ()
    """Options that are set and that no run does, such as `enableCdc`."""
    to_output: bool = False
    """True if a cache sink's rows are part of the activity's output."""


@dataclass(frozen=True, slots=True)
class PivotOptions:
    """Of a pivot that names no values: the input whose rows have them, and the key as text over that input."""

    stream: str
    key: exp.Expr


Options = PivotOptions | SinkOptions | SourceOptions
