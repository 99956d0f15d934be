"""A stored definition as Atlas shows it: with what it takes for said, and with what follows from other types."""

from __future__ import annotations

from collections.abc import Mapping

from headwater import typed
from headwater.catalog.types import TypeSet


def shown(row: object, types: TypeSet) -> dict[str, object]:
    """Return a stored definition as Atlas shows it, with what follows from other types."""
    found = dict(row._mapping)  # type: ignore[attr-defined]  # A row of `types`; SQLAlchemy cannot name its columns.
    definition: dict[str, object] = {
        "category": found["category"],
        "guid": found["guid"],
        "createdBy": found["created_by"],
        "updatedBy": found["updated_by"],
        "createTime": found["created_at"],
        "updateTime": found["updated_at"],
        "version": found["version"],
        "description": "",
        "typeVersion": "1.0",
        "lastModifiedTS": str(found["version"]),
        **found["definition"],
    }
    attributes = typed.convert(definition.get("attributeDefs") or (), tuple[dict[str, object], ...])
    definition["attributeDefs"] = [_in_full(attribute) for attribute in attributes]
    if found["category"] == "CLASSIFICATION":
        name = str(found["name"])
        below = sorted(types.classification_subtypes(name) - {name})
        definition = {"superTypes": [], "entityTypes": [], **definition, "subTypes": below}
    if found["category"] == "ENTITY":
        entity = types.entities[str(found["name"])]
        definition.setdefault("superTypes", [])
        definition["subTypes"] = sorted(types.subtypes(entity.name) - {entity.name})
        definition["relationshipAttributeDefs"] = [
            {
                **_in_full({"name": link.here.name, "cardinality": link.here.cardinality}),
                "typeName": link.there.type if link.here.single else f"array<{link.there.type}>",
                "relationshipTypeName": link.relationship.name,
                "isLegacyAttribute": link.here.is_legacy_attribute,
            }
            for links in entity.links.values()
            for link in links
        ]
    return definition


def _in_full(attribute: Mapping[str, object]) -> dict[str, object]:
    """Return an attribute with what Atlas takes for said; -1 is no limit."""
    few = 0 if attribute.get("isOptional", True) else 1
    most = 1 if attribute.get("cardinality", "SINGLE") == "SINGLE" else -1
    return {**_ATTRIBUTE_DEFAULTS, "valuesMinCount": few, "valuesMaxCount": most, **attribute}


_ATTRIBUTE_DEFAULTS: Mapping[str, object] = {
    "typeName": "string",
    "isOptional": True,
    "cardinality": "SINGLE",
    "isUnique": False,
    "isIndexable": False,
    "includeInNotification": False,
}
