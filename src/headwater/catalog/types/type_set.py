"""Types with what they inherit resolved: an immutable picture that every request works on.

`definitions.py` changes types; here they are only read. Atlas' relationship ends are attributes of the entities
at either end, so a type's `links` are as much part of it as its attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import msgspec

from headwater import typed
from headwater.errors import Fault, Invalid, NotFound

Category = Literal["ENTITY", "RELATIONSHIP", "CLASSIFICATION", "ENUM", "STRUCT", "BUSINESS_METADATA", "TERM_TEMPLATE"]
Definition = Mapping[str, object]


class AttributeDef(msgspec.Struct, frozen=True, rename="camel"):
    """An attribute. `type_name` is a primitive, `array<…>`, `map<…,…>`, or the name of a type."""

    name: str
    type_name: str = "string"
    is_optional: bool = True
    cardinality: str = "SINGLE"
    values_min_count: int = 0
    values_max_count: int = -1
    """Of a LIST or SET; below 1 there is no limit."""
    default_value: object = None
    """Of a new entity that does not say another."""
    options: Mapping[str, str] | None = None

    @property
    def in_header(self) -> bool:
        """False for values too large for lists and lineage nodes."""
        return not self.options or self.options.get("inHeader") != "false"


class End(msgspec.Struct, frozen=True, rename="camel"):
    """One end of a relationship: entities of `type` have the attribute `name`, which refers to the other end."""

    type: str
    name: str
    cardinality: str = "SINGLE"
    is_container: bool = False
    is_legacy_attribute: bool = False

    @property
    def single(self) -> bool:
        return self.cardinality == "SINGLE"


@dataclass(frozen=True, slots=True, eq=False)
class RelationshipType:
    id: int
    name: str
    category: str
    label: str
    ends: tuple[End, End]
    attributes: Mapping[str, AttributeDef]
    options: Mapping[str, str]
    propagate_tags: str = "NONE"
    """Which way classifications propagate: NONE, ONE_TO_TWO, TWO_TO_ONE or BOTH."""

    @property
    def is_lineage(self) -> bool:
        """Data flows from end 1 to end 2."""
        return self.options.get("lineage") == "true"

    @property
    def parent_side(self) -> int | None:
        """Which end (0 or 1) holds the other one in the hierarchy, if that is what the relationship means."""
        if said := self.options.get("parentEnd"):
            return int(said) - 1
        for side in (0, 1):
            if self.ends[side].is_container and self.ends[1 - side].single:
                return side
        return None

    @property
    def owns(self) -> bool:
        """What hangs on the parent goes with it."""
        return self.category == "COMPOSITION" or "parentEnd" in self.options

    def gathers(self, side: int) -> bool:
        """The option `membersEnd` says that this side (0 or 1) gathers what is at the other end, any number of it."""
        return self.options.get("membersEnd") == str(2 - side)

    @property
    def symmetric(self) -> bool:
        """Both ends mean the same, as with synonyms: it is kept once, whichever end it is said from."""
        return self.ends[0].type == self.ends[1].type and self.ends[0].name == self.ends[1].name


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A relationship seen from one of its ends: the attribute that entities at `side` have."""

    relationship: RelationshipType
    side: int

    @property
    def here(self) -> End:
        return self.relationship.ends[self.side]

    @property
    def there(self) -> End:
        return self.relationship.ends[1 - self.side]


@dataclass(frozen=True, eq=False)
class EntityType:
    """An entity type with all that it inherits."""

    id: int
    name: str
    guid: str
    service_type: str
    supers: frozenset[str]
    """Names of all types above it, and its own."""
    attributes: Mapping[str, AttributeDef]
    options: Mapping[str, str]
    links: Mapping[str, tuple[Link, ...]]

    @property
    def is_process(self) -> bool:
        return "Process" in self.supers

    @property
    def is_dataset(self) -> bool:
        return "DataSet" in self.supers

    @property
    def is_part(self) -> bool:
        """A column or schema: part of an asset, not an asset."""
        return self.options.get("assetPart") == "true"

    @property
    def is_vocabulary(self) -> bool:
        """A glossary, category or term: found by search, but no asset."""
        return self.options.get("vocabulary") == "true"

    @property
    def is_column(self) -> bool:
        return self.is_part and "schemaElementsAttribute" not in self.options

    @property
    def ignores_column_case(self) -> bool:
        return self.options.get("columnNames") == "caseInsensitive"

    @cached_property
    def heavy(self) -> frozenset[str]:
        """Attributes that headers leave out."""
        return frozenset(name for name, attribute in self.attributes.items() if not attribute.in_header)


@dataclass(frozen=True, slots=True, eq=False)
class ClassificationType:
    """A classification with all that it inherits."""

    id: int
    name: str
    supers: frozenset[str]
    """Names of all classifications above it, and its own."""
    attributes: Mapping[str, AttributeDef]
    restrictions: tuple[frozenset[str], ...]
    """Names of entity types; an entity must be of one of each set, or of a subtype."""

    def fits(self, type: EntityType) -> bool:
        """Tell whether entities of the type may have it."""
        return not any(allowed.isdisjoint(type.supers) for allowed in self.restrictions)


@dataclass(frozen=True, slots=True, eq=False)
class BusinessAttribute:
    definition: AttributeDef
    applicable: frozenset[str]
    """Names of the entity types that may have it, with their subtypes."""
    max_length: int | None
    """Of a text, in characters."""


@dataclass(frozen=True, slots=True, eq=False)
class BusinessMetadataType:
    id: int
    name: str
    attributes: Mapping[str, BusinessAttribute]

    def of(self, type: EntityType) -> Mapping[str, BusinessAttribute]:
        """Return the attributes that entities of the type may have."""
        return {
            name: attribute
            for name, attribute in self.attributes.items()
            if not attribute.applicable.isdisjoint(type.supers)
        }


class TypeSet:
    """All types at one moment."""

    def __init__(self, stored: Iterable[tuple[int, str, Category, Definition]]) -> None:
        rows = list(stored)
        self.ids = {definition_name(row[3]): row[0] for row in rows}
        relationships = [
            _relationship(id, definition) for id, _, category, definition in rows if category == "RELATIONSHIP"
        ]
        self.relationships = {relationship.name: relationship for relationship in relationships}
        self.relationships_by_id = {relationship.id: relationship for relationship in relationships}
        self.enums = {
            definition_name(definition): _enum_values(definition)
            for _, _, category, definition in rows
            if category == "ENUM"
        }
        self.structs = {
            definition_name(definition): _attributes(definition)
            for _, _, category, definition in rows
            if category == "STRUCT"
        }
        marks = {definition_name(row[3]): row for row in rows if row[2] == "CLASSIFICATION"}
        self.classifications = {name: _classification(name, marks) for name in marks}
        self.business_metadata = {
            definition_name(definition): business_metadata_type(id, definition)
            for id, _, category, definition in rows
            if category == "BUSINESS_METADATA"
        }
        self.term_templates = {
            definition_name(definition): _attributes(definition)
            for _, _, category, definition in rows
            if category == "TERM_TEMPLATE"
        }
        definitions = {definition_name(row[3]): row for row in rows if row[2] == "ENTITY"}
        self.entities = {name: _entity(name, definitions, relationships) for name in definitions}
        self.entities_by_id = {entity.id: entity for entity in self.entities.values()}
        self._below: dict[str, set[str]] = {}
        for entity in self.entities.values():
            for above in entity.supers:
                self._below.setdefault(above, set()).add(entity.name)
        self._ids_below = {
            name: frozenset(self.entities[below].id for below in found) for name, found in self._below.items()
        }

    def entity(self, name: str) -> EntityType:
        """Raises Invalid for a name that is no entity type."""
        if found := self.entities.get(name):
            return found
        cure = "GET …/types/typedefs/headers lists the types; POST …/types/typedefs makes a new one."
        raise Invalid(Fault("CAT-020", f"'{name}': unknown typename", cure=cure))

    def known(self, name: str) -> EntityType:
        """Like `entity`, for a name in a URL. Raises NotFound."""
        if found := self.entities.get(name):
            return found
        raise NotFound(
            Fault(
                "CAT-004", f"Given typename '{name}' was invalid", cure="GET …/types/typedefs/headers lists the types."
            )
        )

    def relationship(self, name: str) -> RelationshipType:
        """Raises Invalid for a name that is no relationship type."""
        if found := self.relationships.get(name):
            return found
        cure = "GET …/types/typedefs?type=relationship lists them."
        raise Invalid(Fault("CAT-025", f"Invalid relationshipDef: '{name}'", cure=cure))

    def classification(self, name: str) -> ClassificationType:
        """Raises NotFound for a name that is no classification, as Atlas does."""
        if found := self.classifications.get(name):
            return found
        cure = "GET …/types/typedefs?type=classification lists them; POST …/types/typedefs makes a new one."
        raise NotFound(Fault("CAT-070", f"Given classification '{name}' was invalid", cure=cure))

    def classification_subtypes(self, name: str) -> frozenset[str]:
        """Names of the classification and of all below it; empty for an unknown name."""
        return frozenset(mark.name for mark in self.classifications.values() if name in mark.supers)

    def subtypes(self, name: str) -> frozenset[str]:
        """Names of the type and of all below it; empty for an unknown name."""
        return frozenset(self._below.get(name, ()))

    def subtype_ids(self, name: str) -> frozenset[int]:
        return self._ids_below.get(name, frozenset())


def definition_name(definition: Definition) -> str:
    return str(definition["name"])


def _attributes(definition: Definition) -> Mapping[str, AttributeDef]:
    found = typed.convert(definition.get("attributeDefs") or (), tuple[AttributeDef, ...])
    return {attribute.name: attribute for attribute in found}


def _options(definition: Definition) -> Mapping[str, str]:
    return typed.convert(definition.get("options") or {}, dict[str, str])


def _enum_values(definition: Definition) -> frozenset[str]:
    elements = typed.convert(definition.get("elementDefs") or (), tuple[dict[str, object], ...])
    return frozenset(str(element.get("value")) for element in elements)


def _relationship(id: int, definition: Definition) -> RelationshipType:
    return RelationshipType(
        id=id,
        name=definition_name(definition),
        category=str(definition.get("relationshipCategory", "ASSOCIATION")),
        label=str(definition.get("relationshipLabel") or f"r:{definition['name']}"),
        ends=(typed.convert(definition["endDef1"], End), typed.convert(definition["endDef2"], End)),
        attributes=_attributes(definition),
        options=_options(definition),
        propagate_tags=str(definition.get("propagateTags") or "NONE"),
    )


def _classification(name: str, definitions: Mapping[str, tuple[int, str, Category, Definition]]) -> ClassificationType:
    line = linearize(name, definitions)
    attributes: dict[str, AttributeDef] = {}
    for above in reversed(line):
        attributes.update(_attributes(definitions[above][3]))
    allowed = (definitions[above][3].get("entityTypes") or () for above in line)
    restrictions = (frozenset(typed.convert(names, tuple[str, ...])) for names in allowed)
    return ClassificationType(
        id=definitions[name][0],
        name=name,
        supers=frozenset(line),
        attributes=attributes,
        restrictions=tuple(names for names in restrictions if names),
    )


def business_metadata_type(id: int, definition: Definition) -> BusinessMetadataType:
    """Return business metadata as a type. Expects a definition that is sound."""
    shared = _options(definition)
    attributes = {}
    for name, attribute in _attributes(definition).items():
        options = {**shared, **(attribute.options or {})}
        length = options.get("maxStrLength")
        attributes[name] = BusinessAttribute(
            definition=attribute,
            applicable=frozenset(applicable_types(options)),
            max_length=int(length) if length else None,
        )
    return BusinessMetadataType(id, definition_name(definition), attributes)


def applicable_types(options: Mapping[str, str]) -> tuple[str, ...]:
    """Return the option `applicableEntityTypes`, a JSON list in a text. Raises msgspec.DecodeError."""
    return typed.decode(options.get("applicableEntityTypes") or "[]", tuple[str, ...])


def _entity(
    name: str,
    definitions: Mapping[str, tuple[int, str, Category, Definition]],
    relationships: Iterable[RelationshipType],
) -> EntityType:
    id, guid, _, _ = definitions[name]
    line = linearize(name, definitions)
    attributes: dict[str, AttributeDef] = {}
    options: dict[str, str] = {}
    service_type = ""
    for above in reversed(line):
        attributes.update(_attributes(definitions[above][3]))
        options.update(_options(definitions[above][3]))
        service_type = str(definitions[above][3].get("serviceType") or service_type)
    supers = frozenset(line)
    links: dict[str, list[Link]] = {}
    for relationship in relationships:
        for side in (0, 1):
            if relationship.ends[side].type in supers:
                links.setdefault(relationship.ends[side].name, []).append(Link(relationship, side))
    # What refers to entities is a link; as a value it is always missing.
    for attribute in attributes.keys() & links.keys():
        attributes[attribute] = msgspec.structs.replace(attributes[attribute], is_optional=True)
    return EntityType(
        id=id,
        name=name,
        guid=guid,
        service_type=service_type,
        supers=supers,
        attributes=attributes,
        options=options,
        links={attribute: tuple(found) for attribute, found in links.items()},
    )


def linearize(name: str, definitions: Mapping[str, tuple[int, str, Category, Definition]]) -> list[str]:
    """Return the type and all above it, nearest first. Expects definitions without cycles."""
    line = [name]
    for above in line:
        supers = typed.convert(definitions[above][3].get("superTypes") or (), tuple[str, ...])
        line.extend(super for super in supers if super in definitions and super not in line)
    return line
