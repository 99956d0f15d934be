"""What is sent as it was read changes nothing; what could mean two things is refused."""

import msgspec
import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog.model import EntityBatch
from headwater.errors import Invalid


@pytest.mark.parametrize(
    "empty", [{"contacts": {}}, {"contacts": {"Owner": [], "Expert": []}}, {"customAttributes": {}}]
)
def test_nothing_said_of_contacts_or_custom_attributes_is_no_change(desk: Desk, empty: dict[str, object]) -> None:
    given = {**entity("DataSet", "d"), **empty}
    plain = entity("DataSet", "d")
    for first, second in ((plain, given), (given, plain)):
        desk.write(first)
        before = desk.catalog.entities.guid_of("DataSet", "d")
        version = desk.rows("SELECT version FROM entities")
        assert desk.write(second).mutated_entities == {}
        assert desk.rows("SELECT version FROM entities") == version
        assert desk.catalog.entities.guid_of("DataSet", "d") == before


def test_contacts_are_taken_away_by_sending_none(desk: Desk) -> None:
    desk.write({**entity("DataSet", "d"), "contacts": {"Owner": [{"id": "ann"}]}})
    assert desk.write({**entity("DataSet", "d"), "contacts": {"Owner": []}}).mutated_entities.keys() == {"UPDATE"}
    guid = desk.catalog.entities.guid_of("DataSet", "d")
    assert not any((desk.catalog.entities.get(guid).entity.contacts or {}).values())


def test_one_negative_guid_for_two_entities_is_refused_whole(desk: Desk) -> None:
    reader = {**entity("Process", "p"), "guid": "-3", "relationshipAttributes": {"inputs": [{"guid": "-1"}]}}
    sent = [{**entity("DataSet", "a"), "guid": "-1"}, {**entity("DataSet", "b"), "guid": "-1"}, reader]
    with pytest.raises(Invalid) as refused:
        desk.catalog.entities.write(msgspec.convert({"entities": sent}, EntityBatch), by="tester")
    (fault,) = refused.value.faults
    assert (fault.message, fault.place.path) == ("'-1' stands for 'b' and for 'a'", "entities[1].guid")
    assert fault.cure
    assert desk.rows("SELECT * FROM entities") == []


def test_one_entity_sent_twice_under_its_negative_guid_is_one(desk: Desk) -> None:
    twice = {**entity("DataSet", "a"), "guid": "-1"}
    made = desk.write(twice, {**twice, "labels": ["l"]}, entity("Process", "p", inputs=[ref("DataSet", "a")]))
    assert len(made.mutated_entities["CREATE"]) == 2
