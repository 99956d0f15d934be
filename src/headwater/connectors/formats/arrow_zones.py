"""Timestamps of Arrow as instants: formats that know both kinds keep those of data flows as UTC, as Spark does."""

from __future__ import annotations

import pyarrow as pa


def with_zones(type_: pa.DataType) -> pa.DataType:
    """Return the type with UTC for its timestamps, also for those inside of others."""
    if pa.types.is_timestamp(type_):
        return pa.timestamp("us", "UTC")
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return pa.list_(with_zones(type_.value_type))
    if pa.types.is_map(type_):
        return pa.map_(type_.key_type, with_zones(type_.item_type))
    if pa.types.is_struct(type_):
        return pa.struct([(field.name, with_zones(field.type)) for field in type_])
    return type_
