"""A vectorized function of whole columns: Arrow in, Arrow out, each distinct row of a batch once.

Separate from any engine's driver, because the machines of a cluster have none of DuckDB's.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from headwater.language.dataflow.functions.vectorized.function import Vectorized

_ARROW: dict[str, pa.DataType] = {
    "BIGINT": pa.int64(),
    "BIGINT[]": pa.list_(pa.int64()),
    "BLOB": pa.binary(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
    "INTEGER[]": pa.list_(pa.int32()),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
}


def over_batches(function: Vectorized) -> Callable[..., pa.Array]:
    """Return the function of whole columns: it works each distinct row of a batch once."""
    result = _ARROW[function.result]

    def value(*row: object) -> object:
        return None if any(part is None for part in row) else function.each(*row)

    def apply(*columns: pa.ChunkedArray) -> pa.Array:
        if any(pa.types.is_nested(column.type) for column in columns):
            lists = (column.to_pylist() for column in columns)
            return pa.array([value(*row) for row in zip(*lists, strict=True)], result)
        rows, places = _distinct(columns)
        return pa.array([value(*row) for row in rows], result).take(places)

    return _fixed(apply, len(function.parameters))


def _fixed(apply: Callable[..., pa.Array], count: int) -> Callable[..., pa.Array]:
    """Return a function of so many arguments, which the engine counts."""

    def of_one(first: pa.ChunkedArray) -> pa.Array:
        return apply(first)

    def of_two(first: pa.ChunkedArray, second: pa.ChunkedArray) -> pa.Array:
        return apply(first, second)

    def of_three(first: pa.ChunkedArray, second: pa.ChunkedArray, third: pa.ChunkedArray) -> pa.Array:
        return apply(first, second, third)

    shapes: tuple[Callable[..., pa.Array], ...] = (of_one, of_two, of_three)
    return shapes[count - 1]


def _distinct(columns: tuple[pa.ChunkedArray, ...]) -> tuple[list[tuple[object, ...]], pa.Array]:
    """Return the distinct rows, and for each row the place of its like among them."""
    encoded = [_single(column).dictionary_encode(null_encoding="encode") for column in columns]
    codes = pc.cast(encoded[0].indices, pa.int64())
    for column in encoded[1:]:
        codes = pc.add(pc.multiply(codes, len(column.dictionary)), pc.cast(column.indices, pa.int64()))
    unique = codes.dictionary_encode()
    values = [column.dictionary.to_pylist() for column in encoded]
    rows: list[tuple[object, ...]] = []
    for code in unique.dictionary.to_pylist():
        row: list[object] = []
        for column in reversed(values):
            code, place = divmod(code, len(column))
            row.append(column[place])
        rows.append(tuple(reversed(row)))
    return rows, unique.indices


def _single(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
