"""Which Parquet files Spark reads where they lie, and how their paths are written for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.connectors.formats.parquet import Parquet
from headwater.run.engines.reading import OpenSource

# Hadoop reads these as patterns; it cannot escape a colon at all.
_PATTERN = re.compile(r"([*?\[\]{}\\])")
_NO_NAME = ":"


def files_within_reach(source: OpenSource, columns: Sequence[str]) -> tuple[str, ...] | None:
    """Return the files of a source on this machine, if they are Parquet with types that Spark reads alike; else None.

    A file that lacks one of the columns gets it from elsewhere, such as its folder's name.
    """
    if not isinstance(source.dataset.format, Parquet) or len(source.parts) != 1:
        return None
    paths = [Path(url) for url in source.urls]
    if not all(path.is_absolute() and _NO_NAME not in str(path) and path.is_file() for path in paths):
        return None
    for path in paths:
        schema = pq.read_schema(path)
        if not set(columns) <= set(schema.names) or not all(_is_alike(schema.field(name).type) for name in columns):
            return None
    return source.urls


def _is_alike(type_: pa.DataType) -> bool:
    """Return whether both engines read an Arrow type of Parquet as the same type."""
    if pa.types.is_timestamp(type_):
        return type_.tz is None and type_.unit in ("ms", "us")
    return bool(
        pa.types.is_boolean(type_)
        or pa.types.is_date32(type_)
        or pa.types.is_decimal128(type_)
        or pa.types.is_float32(type_)
        or pa.types.is_float64(type_)
        or pa.types.is_signed_integer(type_)
        or pa.types.is_string(type_)
    )


def address_of(path: str) -> str:
    """Return the path of a file or folder that every machine has, not as a pattern and not of the cluster's store."""
    return "file://" + _PATTERN.sub(r"\\\1", path)
