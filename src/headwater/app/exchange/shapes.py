"""What the exchange reads of Atlas' answers, and no more."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from headwater import typed

Values = dict[str, object]
VOCABULARY = "AtlasGlossary"


class Shape(msgspec.Struct, frozen=True, rename="camel"):
    """Base of what is read: unknown keys are passed over."""


class Reference(Shape, frozen=True):
    """What an entity's relationship attribute holds."""

    guid: str
    type_name: str = ""
    entity_status: str = "ACTIVE"
    relationship_type: str = ""
    relationship_guid: str = ""
    relationship_status: str = "ACTIVE"
    relationship_attributes: Values | None = None

    @property
    def stands(self) -> bool:
        return self.entity_status == self.relationship_status == "ACTIVE"

    @property
    def said(self) -> Values:
        """What is said of the relationship itself."""
        inner = (self.relationship_attributes or {}).get("attributes")
        return {name: value for name, value in inner.items() if value is not None} if isinstance(inner, dict) else {}


class Classification(Shape, frozen=True, omit_defaults=True):
    type_name: str
    attributes: Values | None = None
    entity_guid: str | None = None
    propagate: bool | None = None
    remove_propagations_on_entity_delete: bool | None = None
    validity_periods: tuple[Values, ...] | None = None


class Entity(Shape, frozen=True):
    guid: str
    type_name: str
    attributes: Values = {}
    relationship_attributes: dict[str, object] | None = None
    status: str = "ACTIVE"
    collection_id: str | None = None
    custom_attributes: dict[str, str] | None = None
    contacts: dict[str, tuple[Values, ...]] | None = None
    classifications: tuple[Classification, ...] | None = None
    labels: tuple[str, ...] | None = None
    business_attributes: dict[str, Values] | None = None

    @property
    def name(self) -> str:
        return str(self.attributes.get("qualifiedName", ""))

    @property
    def is_annotated(self) -> bool:
        return bool(self.classifications or self.labels or self.business_attributes)

    def references(self) -> Iterator[tuple[str, Reference]]:
        """Yield the standing references to other assets, by attribute."""
        for attribute, value in (self.relationship_attributes or {}).items():
            for item in value if isinstance(value, list) else [value]:
                if not isinstance(item, dict) or not item.get("guid"):
                    continue
                found = typed.convert(item, Reference)
                if found.stands and not found.type_name.startswith(VOCABULARY):
                    yield attribute, found


class Entities(Shape, frozen=True):
    entities: tuple[Entity, ...] = ()
    referred_entities: dict[str, Entity] = {}


class Hit(Shape, frozen=True):
    id: str
    entity_type: str | None = None
    object_type: str | None = None

    @property
    def is_vocabulary(self) -> bool:
        return (self.entity_type or "").startswith(VOCABULARY) or self.object_type == "Glossary terms"


class Hits(Shape, frozen=True):
    count: int = msgspec.field(name="@search.count", default=0)
    value: tuple[Hit, ...] = ()
    continuation_token: str | None = None


class Mutation(Shape, frozen=True):
    mutated_entities: dict[str, tuple[Values, ...]] | None = None
    guid_assignments: dict[str, str] | None = None

    def number(self, kind: str) -> int:
        return len((self.mutated_entities or {}).get(kind, ()))


class End(Shape, frozen=True):
    type: str
    name: str
    cardinality: str = "SINGLE"


class Collection(Shape, frozen=True):
    class Parent(Shape, frozen=True):
        reference_name: str

    name: str
    friendly_name: str | None = None
    description: str | None = None
    parent_collection: Parent | None = None


class Collections(Shape, frozen=True):
    value: tuple[Collection, ...] = ()
