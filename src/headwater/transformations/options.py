"""What a source and a sink say beside their columns, with every expression's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from headwater.data.schema import Schema
from headwater.language.expression.ast import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    declared: Schema
    """The columns of `output(…)`; `native_type` holds the format of a date or number where one is given."""
    allow_drift: bool = False
    ignore_no_files_found: bool = False
    wildcard_paths: tuple[str, ...] = ()
    query: str | None = None
    """Read instead of the dataset's table."""
    limit: int | None = None
    row_url_column: str | None = None
    """Holds the path of each row's file."""
    inline: Mapping[str, Json] = field(default_factory=dict)
    """What an inline dataset says of its place and form."""
    not_run: tuple[str, ...] = ()
    """Options that are set and that no run does, such as `enableCdc`."""


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
