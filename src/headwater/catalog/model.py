"""The shapes of Atlas v2 as values: what clients send and what the account answers, in camelCase on the wire.

Attributes stay open mappings, because types are data here; `types/` says what may stand in them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Attributes = dict[str, object]
Status = Literal["ACTIVE", "DELETED"]
Direction = Literal["INPUT", "OUTPUT", "BOTH"]
SYSTEM = "headwater"
"""Who did what the account does by itself."""


class Shape(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Base of every shape: frozen, camelCase, by keyword; unknown keys of a request are passed over as Atlas does."""


class Annotations(Shape, frozen=True, omit_defaults=True):
    """What people and rules say of an entity, as its row holds it and as Atlas shows it.

    A classification has `typeName`, `attributes`, `entityGuid` (another entity's where it was propagated),
    `entityStatus`, `propagate` and `removePropagationsOnEntityDelete`; a meaning has `termGuid`, `displayText` and
    `relationGuid`; business attributes are values by business metadata and name.
    """

    classifications: tuple[Attributes, ...] = ()
    labels: tuple[str, ...] = ()
    meanings: tuple[Attributes, ...] = ()
    business_attributes: dict[str, Attributes] = {}

    @property
    def classification_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(item["typeName"]) for item in self.classifications))

    @property
    def meaning_names(self) -> tuple[str, ...]:
        return tuple(str(item["displayText"]) for item in self.meanings)


NO_ANNOTATIONS = Annotations()


class TimeBoundary(Shape, frozen=True, omit_defaults=True):
    """When a classification holds: times as `2026/11/22 18:00:00`, and the name of their time zone."""

    start_time: str | None = None
    end_time: str | None = None
    time_zone: str | None = None


class ClassificationInput(Shape, frozen=True):
    """A classification as a client gives it. What is None stays as it is, or gets its default when it is new."""

    type_name: str
    attributes: Attributes | None = None
    entity_guid: str | None = None
    """Where it stands on an entity that it was propagated to, the guid of the one that it came from."""
    propagate: bool | None = None
    remove_propagations_on_entity_delete: bool | None = None
    restrict_propagation_through_lineage: bool | None = None
    restrict_propagation_through_hierarchy: bool | None = None
    validity_periods: list[TimeBoundary] | None = None
    source: str | None = None
    source_details: Attributes | None = None


class Classifieds(Shape, frozen=True):
    """The classifications of an entity, as Atlas lists them."""

    list: tuple[Attributes, ...]
    start_index: int
    page_size: int
    total_count: int
    sort_by: str | None = None
    sort_type: str = "NONE"


class ObjectId(Shape, frozen=True, omit_defaults=True):
    """A reference to an entity: by `guid` (negative inside one request) or by type and unique attributes."""

    guid: str | None = None
    type_name: str | None = None
    unique_attributes: Attributes | None = None


class EntityInput(Shape, frozen=True):
    """An entity as a client writes it. `attributes` may hold references; a negative guid names it in its batch."""

    type_name: str
    guid: str | int | None = None
    attributes: Attributes | None = None
    relationship_attributes: Attributes | None = None
    custom_attributes: dict[str, str] | None = None
    contacts: dict[str, list[Attributes]] | None = None
    classifications: list[ClassificationInput] | None = None
    labels: list[str] | None = None
    business_attributes: dict[str, Attributes | None] | None = None
    status: Status | None = None
    """DELETED deletes it, after all else that it says."""
    collection_id: str | None = None
    last_modified_ts: str | int | None = msgspec.field(name="lastModifiedTS", default=None)
    """The version that the client has read; a write of an entity that stands at another is refused."""
    is_incomplete: bool | None = None


class EntityBatch(Shape, frozen=True):
    """A bulk write: entities, and others that they refer to."""

    entities: list[EntityInput]
    referred_entities: dict[str, EntityInput] | None = None


class EntityHeader(Shape, frozen=True, gc=False):
    """What a list, a mutation or a lineage node tells of an entity."""

    guid: str
    type_name: str
    attributes: Attributes
    display_text: str
    status: Status
    collection_id: str
    last_modified_ts: str = msgspec.field(name="lastModifiedTS", default="1")
    is_incomplete: bool = False
    classification_names: tuple[str, ...] = ()
    classifications: tuple[Attributes, ...] = ()
    meaning_names: tuple[str, ...] = ()
    meanings: tuple[Attributes, ...] = ()
    labels: tuple[str, ...] = ()


class Entity(Shape, frozen=True):
    """An entity in full. Times are milliseconds since 1970 in UTC."""

    guid: str
    type_name: str
    attributes: Attributes
    relationship_attributes: Attributes
    custom_attributes: dict[str, str] | None
    contacts: dict[str, list[Attributes]]
    status: Status
    collection_id: str
    created_by: str
    updated_by: str
    create_time: int
    update_time: int
    version: int
    last_modified_ts: str = msgspec.field(name="lastModifiedTS")
    is_incomplete: bool = False
    provenance_type: int = 0
    classifications: tuple[Attributes, ...] = ()
    meanings: tuple[Attributes, ...] = ()
    labels: tuple[str, ...] = ()
    business_attributes: dict[str, Attributes] = {}
    partial_relationship_attributes: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """Names of relationship attributes that list the first members only; left out of JSON where all are shown."""


class EntityInfo(Shape, frozen=True):
    entity: Entity
    referred_entities: dict[str, Entity]


class EntitiesInfo(Shape, frozen=True):
    entities: tuple[Entity, ...]
    referred_entities: dict[str, Entity]


class Mutation(Shape, frozen=True):
    """Answer to a write: headers under CREATE, UPDATE and DELETE, and which guid a negative one became.

    An entity that was sent as it already stood appears under no key of `mutated_entities`.
    """

    mutated_entities: dict[str, list[EntityHeader]]
    guid_assignments: dict[str, str]
    partial_updated_entities: tuple[EntityHeader, ...] = ()


class RelationshipInput(Shape, frozen=True):
    type_name: str | None = None
    guid: str | None = None
    end1: ObjectId | None = None
    end2: ObjectId | None = None
    attributes: Attributes | None = None
    blocked_propagated_classifications: list[ClassificationInput] | None = None
    last_modified_ts: str | int | None = msgspec.field(name="lastModifiedTS", default=None)


class Relationship(Shape, frozen=True):
    guid: str
    type_name: str
    end1: ObjectId
    end2: ObjectId
    attributes: Attributes
    status: Status
    label: str
    created_by: str
    updated_by: str
    create_time: int
    update_time: int
    version: int
    propagate_tags: str = "NONE"
    propagated_classifications: tuple[Attributes, ...] = ()
    blocked_propagated_classifications: tuple[Attributes, ...] = ()
    last_modified_ts: str = msgspec.field(name="lastModifiedTS", default="1")


class RelationshipInfo(Shape, frozen=True):
    relationship: Relationship
    referred_entities: dict[str, EntityHeader]


class LineageRelation(Shape, frozen=True, gc=False):
    from_entity_id: str
    to_entity_id: str
    relationship_id: str


class ParentRelation(Shape, frozen=True, gc=False):
    child_entity_id: str
    parent_entity_id: str
    relationship_id: str


class LineageInfo(Shape, frozen=True):
    """Lineage as Atlas draws it. `width_counts` tells how many neighbours a node has in all, per direction."""

    base_entity_guid: str
    lineage_direction: Direction
    lineage_depth: int
    lineage_width: int
    include_parent: bool
    children_count: int
    guid_entity_map: dict[str, EntityHeader]
    relations: tuple[LineageRelation, ...]
    parent_relations: tuple[ParentRelation, ...]
    width_counts: dict[str, dict[str, int] | None]
