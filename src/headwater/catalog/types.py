"""Types: built in as data, or made by users through the API; with what they inherit resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec


class AttributeDef(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    type_name: str = "string"
    is_optional: bool = True
    cardinality: str = "SINGLE"


class EntityType(msgspec.Struct, frozen=True):
    """An entity type with all that it inherits."""

    name: str
    guid: str
    service_type: str
    supers: frozenset[str]
    """Names of all types above it and itself."""
    attributes: Mapping[str, AttributeDef]
    options: Mapping[str, str]

    @property
    def is_process(self) -> bool:
        return "Process" in self.supers

    @property
    def is_dataset(self) -> bool:
        return "DataSet" in self.supers


class Types:
    def entity(self, name: str) -> EntityType:
        """Raises Invalid for a name that is no entity type."""
        ...

    def subtypes(self, name: str) -> frozenset[str]:
        """Names of the type and all below it."""
        ...

    def entity_types(self) -> Iterable[EntityType]: ...
