"""A linked service: what kind of store, where it is, and how to get in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.definition.reference import Parameter, Reference, empty
from headwater.errors import Place
from headwater.language.expression.ast import Json, Value


@dataclass(frozen=True, slots=True)
class LinkedService:
    """`type_properties` may hold secrets, so it stays out of `repr`."""

    name: str
    type: str
    type_properties: Mapping[str, Value] = field(default_factory=empty, repr=False)
    parameters: tuple[Parameter, ...] = ()
    connect_via: str | None = None
    description: str = ""
    annotations: tuple[Json, ...] = ()
    references: tuple[Reference, ...] = field(default=(), repr=False)
    """Every reference that its JSON holds, at any depth: to a key vault, an integration runtime, …"""
    unknown: Mapping[str, Value] = field(default_factory=empty, repr=False)
    place: Place = field(default=Place(), compare=False)
