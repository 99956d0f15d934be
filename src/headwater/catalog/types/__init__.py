"""Types: what they say (`type_set.py`), which ones stand (`in_force.py`), and how values are checked against them."""

from headwater.catalog.types.type_set import (
    AttributeDef,
    BusinessAttribute,
    Category,
    ClassificationType,
    Definition,
    EntityType,
    Link,
    RelationshipType,
    TypeSet,
    applicable_types,
    business_metadata_type,
)

__all__ = [
    "AttributeDef",
    "BusinessAttribute",
    "Category",
    "ClassificationType",
    "Definition",
    "EntityType",
    "Link",
    "RelationshipType",
    "TypeSet",
    "applicable_types",
    "business_metadata_type",
]
