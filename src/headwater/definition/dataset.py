"""A dataset: a file, folder or table in a store that a linked service names, its format and its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.definition.reference import Parameter, Reference, empty
from headwater.errors import Place
from headwater.language.expression.ast import Json, Value


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column of the dataset's stored `schema`; `type` as the store spells it (`nvarchar`, `INT32`, …)."""

    name: str
    type: str | None = None
    precision: int | None = None
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """`type_properties` keeps the JSON's shape: `location`, `columnDelimiter`, `schema`, `table`, …"""

    name: str
    type: str
    linked_service: Reference
    type_properties: Mapping[str, Value] = field(default_factory=empty)
    parameters: tuple[Parameter, ...] = ()
    schema: tuple[SchemaColumn, ...] = ()
    """Empty where none is stored or it is an expression."""
    folder: str | None = None
    description: str = ""
    annotations: tuple[Json, ...] = ()
    references: tuple[Reference, ...] = field(default=(), repr=False)
    """Every reference that its JSON holds, at any depth."""
    unknown: Mapping[str, Value] = field(default_factory=empty, repr=False)
    place: Place = field(default=Place(), compare=False)
