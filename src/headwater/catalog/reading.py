"""Stored rows as the shapes that clients read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Text, or_, select, type_coerce

from headwater import typed
from headwater.catalog.model import (
    NO_ANNOTATIONS,
    Annotations,
    Attributes,
    Entity,
    EntityHeader,
    ObjectId,
    Relationship,
    Status,
)
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.schema import ACTIVE, IS_LINKED, entities, entity_texts, relationships
from headwater.catalog.types import EntityType, Link, TypeSet

Row = RowMapping

STATUSES: tuple[Status, Status] = ("ACTIVE", "DELETED")
SIDES = ((relationships.c.end1_id, relationships.c.end2_id), (relationships.c.end2_id, relationships.c.end1_id))
_THERE = entities.alias("there")
SHOWN = 1000
"""Members that are listed along with the entity that gathers them; `related.py` reads them all, page by page."""


def header_of(row: Row, types: TypeSet, collections: Mapping[int, str]) -> EntityHeader:
    """Return the header: attributes with a value, but for those too large for lists."""
    header = EntityHeader(
        guid=row["guid"],
        type_name=types.entities_by_id[row["type_id"]].name,
        attributes=row["attributes"],
        display_text=row["name"],
        status=STATUSES[row["status"]],
        collection_id=collections[row["collection_id"]],
        last_modified_ts=str(row["version"]),
    )
    return header if row["annotations"] is None else _annotated(header, annotations_of(row))


def annotations_of(row: Row) -> Annotations:
    """Return what is said of the entity of a row."""
    return NO_ANNOTATIONS if row["annotations"] is None else typed.convert(row["annotations"], Annotations)


def _annotated(header: EntityHeader, said: Annotations) -> EntityHeader:
    return msgspec.structs.replace(
        header,
        classification_names=said.classification_names,
        classifications=said.classifications,
        meaning_names=said.meaning_names,
        meanings=said.meanings,
        labels=said.labels,
    )


# Built once: a walk asks for thousands of headers, and most of their price is in the way to each value.
@cache
def _headers() -> Select[int, str, int, int, int, int, str, str, str | None]:
    table, wanted = entities.c, listed()
    narrow = (table.id, table.guid, table.type_id, table.collection_id, table.status, table.version, table.name)
    texts = (type_coerce(table.attributes, Text), type_coerce(table.annotations, Text))
    return select(*narrow, *texts).join(wanted, table.id == integer(wanted))


_ATTRIBUTES = typed.decoder(dict[str, object])
_ANNOTATIONS = typed.decoder(Annotations)


def headers_by_id(
    connection: Connection, ids: Iterable[int], types: TypeSet, collections: Mapping[int, str]
) -> dict[int, EntityHeader]:
    """Return headers by integer key, in the order of the keys."""
    read, by_id = _ATTRIBUTES.decode, types.entities_by_id
    found = {}
    for id, guid, type_id, place, status, version, name, attributes, said in fetch(
        connection, _headers(), {"wanted": packed(sorted(set(ids)))}
    ):
        header = EntityHeader(
            guid=guid,
            type_name=by_id[type_id].name,
            attributes=read(attributes),
            display_text=name,
            status=STATUSES[status],
            collection_id=collections[place],
            last_modified_ts=str(version),
        )
        found[id] = header if said is None else _annotated(header, _ANNOTATIONS.decode(said))
    return found


def whole() -> Select[*tuple[object, ...]]:
    """Return the statement of entity rows with `texts`, the attributes that headers leave out."""
    joined = entities.outerjoin(entity_texts, entity_texts.c.entity_id == entities.c.id)
    return select(entities, entity_texts.c.attributes.label("texts")).select_from(joined)


def attributes_of(row: Row) -> Attributes:
    """Return all attributes of a row of `whole`."""
    return {**row["attributes"], **row["texts"]} if row["texts"] else dict(row["attributes"])


def entity_of(row: Row, types: TypeSet, collections: Mapping[int, str], links: Mapping[str, object]) -> Entity:
    """Return the entity in full, from a row of `whole`.

    `links` are its relationship attributes as `links_of` has them; Process' inputs and outputs are both.
    """
    type = types.entities_by_id[row["type_id"]]
    links, partial = _shown(type, links)
    attributes: Attributes = dict.fromkeys(type.attributes)
    attributes.update(attributes_of(row))
    for name in attributes.keys() & type.links.keys():
        attributes[name] = links.get(name)
    said = annotations_of(row)
    return Entity(
        guid=row["guid"],
        type_name=type.name,
        attributes=attributes,
        relationship_attributes=dict(links),
        custom_attributes=row["custom_attributes"],
        contacts=row["contacts"] or {},
        status=STATUSES[row["status"]],
        collection_id=collections[row["collection_id"]],
        created_by=row["created_by"],
        updated_by=row["updated_by"],
        create_time=row["created_at"],
        update_time=row["updated_at"],
        version=row["version"],
        last_modified_ts=str(row["version"]),
        classifications=said.classifications,
        meanings=said.meanings,
        labels=said.labels,
        business_attributes=said.business_attributes,
        partial_relationship_attributes=partial or msgspec.UNSET,
    )


def _shown(type: EntityType, links: Mapping[str, object]) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """Return the relationship attributes as they are shown, and the names of those that have more."""
    cut = {
        name: held[:SHOWN]
        for name, held in links.items()
        if isinstance(held, list) and len(held) > SHOWN and any(_has_members(link) for link in type.links.get(name, ()))
    }
    return ({**links, **cut}, tuple(cut)) if cut else (links, ())


def links_of(
    connection: Connection, rows: Sequence[Row], types: TypeSet, *, at: int | None = None
) -> dict[int, dict[str, object]]:
    """Return the relationship attributes of each row: all that its type has, empty or not; as they were `at` a time.

    Of members there is one more than is shown if there are more, whatever their number.
    """
    found: dict[int, dict[str, object]] = {row["id"]: _empty(types.entities_by_id[row["type_id"]]) for row in rows}
    gathering = _gathering(rows, types)
    for side, (here_id, there_id) in enumerate(SIDES):
        wanted, type_id = listed(), relationships.c.type_id
        links = [(id, link) for id, links in gathering.items() for link in links if link.side == side]
        few = [(id, link.relationship.id) for id, link in links if not _has_members(link)]
        query = _linked(there_id, at).order_by(relationships.c.id)
        alone, of_type = here_id == integer(wanted), (here_id == integer(wanted, 0)) & (type_id == integer(wanted, 1))
        for keys, here in ((sorted(found.keys() - gathering.keys()), alone), (few, of_type)):
            if keys:
                held = connection.execute(query.where(here), {"wanted": packed(keys)})
                _hold(held.mappings(), found, side, types)
        for id, link in links:
            if _has_members(link):
                # In this order the index gives the first ones without reading the others.
                first = _linked(there_id, at).order_by(there_id).limit(SHOWN + 1)
                members = first.where(here_id == id, type_id == link.relationship.id)
                _hold(connection.execute(members).mappings(), found, side, types)
    return found


def _has_members(link: Link) -> bool:
    return link.relationship.gathers(link.side)


def _gathering(rows: Sequence[Row], types: TypeSet) -> dict[int, list[Link]]:
    """Return the links of those entities that gather members, by key."""
    links = {id: [*chain(*types.entities_by_id[id].links.values())] for id in {row["type_id"] for row in rows}}
    some = {id for id, several in links.items() if any(_has_members(link) for link in several)}
    return {row["id"]: links[row["type_id"]] for row in rows if row["type_id"] in some}


def _linked(there_id: ColumnElement[int], at: int | None) -> Select[*tuple[object, ...]]:
    there = _THERE
    return (
        select(relationships, there.c.guid.label("other_guid"), there.c.type_id.label("other_type"))
        .add_columns(there.c.name.label("other_name"), there.c.qualified_name, there.c.status.label("other_status"))
        .join_from(relationships, there, there.c.id == there_id)
        .where(_stood(at))
    )


def _hold(linked: Iterable[Row], found: Mapping[int, dict[str, object]], side: int, types: TypeSet) -> None:
    """Put each relationship into what is found of the entity at this side of it."""
    for row in linked:
        relationship = types.relationships_by_id[row["type_id"]]
        end = relationship.ends[side]
        held = found[row[SIDES[side][0].name]]
        if end.single:
            held[end.name] = _reference(row, relationship.name, types)
        else:
            held.setdefault(end.name, [])
            if isinstance(several := held[end.name], list):
                several.append(_reference(row, relationship.name, types))


def _stood(at: int | None) -> ColumnElement[bool]:
    table = relationships.c
    if at is None:
        return IS_LINKED
    return (table.created_at <= at) & or_(table.status == ACTIVE, table.updated_at > at)


def _empty(type: EntityType) -> dict[str, object]:
    return {name: None if links[0].here.single else [] for name, links in type.links.items()}


def _reference(row: Row, relationship: str, types: TypeSet) -> Attributes:
    return {
        "guid": row["other_guid"],
        "typeName": types.entities_by_id[row["other_type"]].name,
        "entityStatus": STATUSES[row["other_status"]],
        "displayText": row["other_name"],
        "qualifiedName": row["qualified_name"],
        "uniqueAttributes": {"qualifiedName": row["qualified_name"]},
        "relationshipType": relationship,
        "relationshipGuid": row["guid"],
        "relationshipStatus": STATUSES[row["status"]],
        "relationshipAttributes": {"typeName": relationship, "attributes": row["attributes"]},
    }


def relationship_of(row: Row, ends: Mapping[int, Row], types: TypeSet) -> Relationship:
    """Return a relationship; `ends` are the rows of its entities."""
    type = types.relationships_by_id[row["type_id"]]
    return Relationship(
        guid=row["guid"],
        type_name=type.name,
        end1=object_id(ends[row["end1_id"]], types),
        end2=object_id(ends[row["end2_id"]], types),
        attributes=row["attributes"],
        status=STATUSES[row["status"]],
        label=type.label,
        propagate_tags=type.propagate_tags,
        created_by=row["created_by"],
        updated_by=row["updated_by"],
        create_time=row["created_at"],
        update_time=row["updated_at"],
        version=row["version"],
        last_modified_ts=str(row["version"]),
    )


def object_id(row: Row, types: TypeSet) -> ObjectId:
    type = types.entities_by_id[row["type_id"]]
    return ObjectId(guid=row["guid"], type_name=type.name, unique_attributes={"qualifiedName": row["qualified_name"]})


def rows_by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Row]:
    """Return entity rows by integer key."""
    wanted = listed()
    query = select(entities).join(wanted, entities.c.id == integer(wanted))
    found = connection.execute(query, {"wanted": packed(sorted(set(ids)))}).mappings()
    return {row["id"]: row for row in found}
