"""The members of a set of any size: the first ones with the set, all of them page by page, none lost by a write."""

import msgspec
import pytest

from catalog.desk import Desk, entity
from headwater.catalog.model import Entity, EntityInfo
from headwater.catalog.reading import SHOWN
from headwater.catalog.related import Part
from headwater.errors import Invalid, NotFound

ROOT = "https://a.blob.core.windows.net/c"
SET, TYPE = f"{ROOT}/data/f_{{N}}.csv", "azure_blob_resource_set"


def fill(desk: Desk, count: int) -> str:
    """Write a container with so many files of one set; return the guid of the set."""
    held = {"guid": "-1"}
    desk.write(
        entity("azure_blob_container", ROOT, guid="-1"),
        *(entity("azure_blob_path", name(number), isFile=True, rel_container=held) for number in range(count)),
    )
    return desk.guid(SET, TYPE)


def name(number: int) -> str:
    return f"{ROOT}/data/f_{number}.csv"


def members(found: Entity) -> list[str]:
    held = found.relationship_attributes["members"]
    assert isinstance(held, list)
    return [one["qualifiedName"] for one in held]


def all_members(desk: Desk, guid: str, limit: int = 700) -> list[str]:
    found: list[str] = []
    while page := desk.catalog.entities.related(guid, "members", Part(limit, len(found))).headers:
        found += [str(header.attributes["qualifiedName"]) for header in page]
    return found


def test_set_shows_its_first_members_and_says_that_there_are_more(desk: Desk) -> None:
    guid = fill(desk, SHOWN + 5)
    found = desk.catalog.entities.get(guid).entity
    assert members(found) == [name(number) for number in range(SHOWN)]
    assert found.partial_relationship_attributes == ("members",)
    assert found.attributes["partitionCount"] == SHOWN + 5
    assert isinstance(container := found.relationship_attributes["container"], dict)
    assert container["qualifiedName"] == ROOT
    every = [name(number) for number in range(SHOWN + 5)]
    assert (all_members(desk, guid), desk.catalog.entities.related(guid, "members").count) == (every, SHOWN + 5)


def test_set_that_is_written_back_as_it_was_read_keeps_its_members(desk: Desk) -> None:
    guid = fill(desk, SHOWN + 5)
    read = msgspec.to_builtins(desk.catalog.entities.get(guid).entity)
    desk.write({**read, "attributes": {**read["attributes"], "description": "of flights"}})
    desk.write(entity(TYPE, SET, rel_members=None))
    desk.write(entity(TYPE, SET, rel_members=[]))
    assert desk.catalog.entities.related(guid, "members").count == SHOWN + 5


def test_set_that_shows_all_its_members_says_nothing_of_more(desk: Desk) -> None:
    guid = fill(desk, SHOWN)
    found = desk.catalog.entities.get(guid)
    assert len(members(found.entity)) == SHOWN
    assert b"partialRelationshipAttributes" not in msgspec.json.encode(found)
    assert msgspec.convert(msgspec.to_builtins(found), EntityInfo) == found


def test_members_that_stood_at_a_time_are_bounded_too(desk: Desk) -> None:
    guid = fill(desk, SHOWN + 1)
    before = desk.catalog.entities.get(guid).entity
    desk.catalog.entities.delete([desk.guid(name(0))], by="tester")
    then = desk.catalog.history.as_of(guid, before.update_time).entity
    assert (members(then), then.partial_relationship_attributes) == (members(before), ("members",))
    now = desk.catalog.entities.get(guid).entity
    assert members(now) == [name(number) for number in range(1, SHOWN + 1)]
    assert now.partial_relationship_attributes is msgspec.UNSET


def test_file_leaves_its_set_from_its_own_end(desk: Desk) -> None:
    guid = fill(desk, 3)
    file = desk.catalog.entities.get(desk.guid(name(0))).entity.relationship_attributes["resourceSet"]
    assert isinstance(file, dict)
    desk.catalog.relationships.delete(file["relationshipGuid"], by="tester")
    assert all_members(desk, guid) == [name(1), name(2)]


def test_members_that_may_not_be_seen_are_not_counted(desk: Desk) -> None:
    guid = fill(desk, 3)
    found = desk.catalog.entities.related(guid, "members", Part(collections=frozenset()))
    assert (found.headers, found.count) == ((), 0)


@pytest.mark.parametrize("part", [Part(limit=1001), Part(limit=-1), Part(offset=-1)])
def test_page_that_is_none_is_refused(part: Part, desk: Desk) -> None:
    guid = fill(desk, 2)
    with pytest.raises(Invalid, match="is no page"):
        desk.catalog.entities.related(guid, "members", part)


def test_related_of_what_is_not_there_is_refused(desk: Desk) -> None:
    guid = fill(desk, 2)
    with pytest.raises(Invalid, match="has no relationship attribute 'columns'"):
        desk.catalog.entities.related(guid, "columns")
    with pytest.raises(NotFound):
        desk.catalog.entities.related("nowhere", "members")
