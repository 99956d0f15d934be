"""A schema: named, typed columns in order."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from headwater.data.types import DataType


class Column(msgspec.Struct, frozen=True):
    name: str
    type: DataType
    nullable: bool = True
    native_type: str | None = None
    """The type as the store or the dataset's `schema` spells it, where known."""


class Schema(msgspec.Struct, frozen=True):
    columns: tuple[Column, ...] = ()

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def find(self, name: str) -> Column | None:
        """Return the column of exactly this name, or None."""
        return next((column for column in self.columns if column.name == name), None)
