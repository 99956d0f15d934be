"""The types of the data flow language, which carry Copy's interim types too. `batch.py` has Arrow's counterparts."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Scalar(msgspec.Struct, frozen=True, tag=True):
    name: str

    def __str__(self) -> str:
        return self.name


class Decimal(msgspec.Struct, frozen=True, tag=True):
    precision: int = 10
    scale: int = 0

    def __str__(self) -> str:
        return f"decimal({self.precision},{self.scale})"


class Array(msgspec.Struct, frozen=True, tag=True):
    item: DataType

    def __str__(self) -> str:
        return f"{self.item}[]"


class Map(msgspec.Struct, frozen=True, tag=True):
    key: DataType
    value: DataType

    def __str__(self) -> str:
        return f"[{self.key},{self.value}]"


class Struct(msgspec.Struct, frozen=True, tag=True):
    fields: tuple[tuple[str, DataType], ...]

    def __str__(self) -> str:
        return "(" + ", ".join(f"{name} as {type_}" for name, type_ in self.fields) + ")"


DataType: TypeAlias = Scalar | Decimal | Array | Map | Struct
"""A type as a data flow script spells it; `str(type)` is that spelling."""

ANY = Scalar("any")
BINARY = Scalar("binary")
BOOLEAN = Scalar("boolean")
BYTE = Scalar("byte")
DATE = Scalar("date")
DOUBLE = Scalar("double")
FLOAT = Scalar("float")
INTEGER = Scalar("integer")
LONG = Scalar("long")
SHORT = Scalar("short")
STRING = Scalar("string")
TIME = Scalar("time")
TIMESTAMP = Scalar("timestamp")
