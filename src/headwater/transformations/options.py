"""What a source and a sink say beside their columns, with every expression's value."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.data.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    declared: Schema
    """The columns of `output(…)`; `native_type` holds the format of a date or number where one is given."""
    allow_drift: bool = False
    ignore_no_files_found: bool = False
    wildcard_paths: tuple[str, ...] = ()
    query: str | None = None
    """Read instead of the dataset's table."""


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
