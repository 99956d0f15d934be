"""What people say of an asset, as its page shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from headwater.api.studio.shapes.annotations import (
    Annotations,
    BusinessAttribute,
    BusinessGroup,
    Classification,
    Contact,
    ContactRole,
    GlossaryTerm,
)
from headwater.catalog.model import Entity

ROLES: tuple[ContactRole, ...] = ("Owner", "Expert")


def annotations_of(entity: Entity, names: Mapping[str, str], *, can_edit: bool) -> Annotations:
    """Return what is said of the entity; `names` are those of principals by object id."""
    return Annotations(
        classifications=tuple(_classifications(entity)),
        terms=tuple(
            GlossaryTerm(guid=str(term["termGuid"]), name=str(term["displayText"])) for term in entity.meanings
        ),
        labels=entity.labels,
        contacts=tuple(_contacts(entity, names)),
        business=tuple(
            BusinessGroup(
                name=name,
                attributes=tuple(
                    BusinessAttribute(name=key, value=value if isinstance(value, str) else json.dumps(value))
                    for key, value in sorted(values.items())
                ),
            )
            for name, values in sorted(entity.business_attributes.items())
        ),
        can_edit=can_edit,
    )


def _classifications(entity: Entity) -> Iterator[Classification]:
    for given in entity.classifications:
        origin = str(given.get("entityGuid") or entity.guid)
        yield Classification(name=str(given["typeName"]), origin=None if origin == entity.guid else origin)


def _contacts(entity: Entity, names: Mapping[str, str]) -> Iterator[Contact]:
    for role in ROLES:
        for person in entity.contacts.get(role, ()):
            id = str(person.get("id") or "")
            yield Contact(role=role, id=id, name=names.get(id, id), note=str(person.get("info") or ""))
