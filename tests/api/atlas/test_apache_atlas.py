"""The real apache-atlas client, unmodified: what happened to an entity, and purging it."""

from typing import Any

import pytest

from api.served import Served

base = pytest.importorskip("apache_atlas.client.base_client", reason="apache-atlas is not installed")
instance = pytest.importorskip("apache_atlas.model.instance", reason="apache-atlas is not installed")


@pytest.fixture
def entities(server: Served) -> Any:  # Any: the client has no types.
    secret = server.account.principals.add_secret(server.account.owner.id)
    return base.AtlasClient(server.url, ("owner", secret)).entity


def make(entities: Any, **attributes: object) -> str:
    entity = instance.AtlasEntity({"typeName": "DataSet", "guid": "-1"})
    entity.attributes = {"qualifiedName": "apache-atlas://q", "name": "q", **attributes}
    made = entities.create_entity(instance.AtlasEntityWithExtInfo({"entity": entity}))
    return str(made.guidAssignments["-1"])


def test_audit_of_an_entity_is_read(entities: Any) -> None:
    guid = make(entities)
    make(entities, description="changed")
    events = entities.get_audit_events(guid, None, None, 10)
    assert [event["action"] for event in events] == ["ENTITY_UPDATE", "ENTITY_CREATE"]
    assert [event["action"] for event in entities.get_audit_events(guid, None, "ENTITY_CREATE", 10)] == [
        "ENTITY_CREATE"
    ]


def test_deleted_entity_is_purged(entities: Any) -> None:
    guid = make(entities)
    entities.delete_entity_by_guid(guid)
    assert entities.get_entity_by_guid(guid).entity.status == "DELETED"
    purged = entities.purge_entities_by_guids([guid])
    assert [header.guid for header in purged.mutatedEntities["PURGE"]] == [guid]
    with pytest.raises(Exception, match="ATLAS-404-00-005"):
        entities.get_entity_by_guid(guid)
