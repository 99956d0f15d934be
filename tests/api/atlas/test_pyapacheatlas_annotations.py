"""What the real pyapacheatlas does with classifications, labels and business metadata."""

from __future__ import annotations

import pytest

from api.served import Served

core = pytest.importorskip("pyapacheatlas.core", reason="pyapacheatlas is not installed")
auth = pytest.importorskip("pyapacheatlas.auth", reason="pyapacheatlas is not installed")
typedef = pytest.importorskip("pyapacheatlas.core.typedef", reason="pyapacheatlas is not installed")
util = pytest.importorskip("pyapacheatlas.core.util", reason="pyapacheatlas is not installed")

FOR_DATA = {"applicableEntityTypes": '["DataSet"]'}


@pytest.fixture
def atlas(server: Served) -> object:
    secret = server.account.principals.add_secret(server.account.owner.id)
    client = core.AtlasClient(
        endpoint_url=f"{server.url}/api/atlas/v2", authentication=auth.BasicAuthentication("owner", secret)
    )
    level = typedef.AtlasAttributeDef(name="level", typeName="int")
    code = typedef.AtlasAttributeDef(name="code", options={"maxStrLength": "8", **FOR_DATA})
    hours = typedef.AtlasAttributeDef(name="hours", typeName="int", options=FOR_DATA)
    client.upload_typedefs(
        classificationDefs=[typedef.ClassificationTypeDef("Personal", attributeDefs=[level.to_json()])],
        businessMetadataDefs=[
            {"category": "BUSINESS_METADATA", "name": "ops", "attributeDefs": [code.to_json(), hours.to_json()]}
        ],
    )
    return client


@pytest.fixture
def flow(atlas: object) -> dict[str, str]:
    source = core.AtlasEntity("source", "DataSet", "pya://source", guid=-1)
    sink = core.AtlasEntity("sink", "DataSet", "pya://sink", guid=-2)
    load = core.AtlasProcess("load", "Process", "pya://load", inputs=[source], outputs=[sink], guid=-3)
    guids = atlas.upload_entities([source, sink, load])["guidAssignments"]
    return {"source": guids["-1"], "sink": guids["-2"], "load": guids["-3"]}


def test_entity_is_classified_reclassified_and_declassified(atlas: object, flow: dict[str, str]) -> None:
    level = core.AtlasClassification("Personal", attributes={"level": 1})
    assert atlas.classify_entity(flow["source"], [level])["adds"] == ["Personal"]
    higher = core.AtlasClassification("Personal", attributes={"level": 2})
    assert atlas.classify_entity(flow["source"], [higher], force_update=True)["updates"] == ["Personal"]
    assert atlas.get_entity_classification(flow["source"], "Personal")["attributes"] == {"level": 2}
    assert [item["typeName"] for item in atlas.get_entity_classifications(flow["source"])["list"]] == ["Personal"]
    assert atlas.declassify_entity(flow["source"], "Personal")["guid"] == flow["source"]
    assert atlas.get_entity_classifications(flow["source"])["list"] == []


def test_classification_that_propagates_is_on_all_that_follows(atlas: object, flow: dict[str, str]) -> None:
    atlas.classify_entity(flow["source"], core.AtlasClassification("Personal", propagate=True))
    found = {name: atlas.get_entity_classification(guid, "Personal")["entityGuid"] for name, guid in flow.items()}
    assert found == dict.fromkeys(flow, flow["source"])
    atlas.delete_entity(flow["load"])
    assert atlas.get_entity_classifications(flow["sink"])["list"] == []


def test_many_entities_are_classified_at_once_or_none(atlas: object, flow: dict[str, str]) -> None:
    given = core.AtlasClassification("Personal")
    atlas.classify_entity(flow["sink"], given)
    with pytest.raises(util.AtlasException, match="already associated"):
        atlas.classify_bulk_entities([flow["source"], flow["sink"]], given)
    assert atlas.get_entity_classifications(flow["source"])["list"] == []
    atlas.declassify_entity(flow["sink"], "Personal")
    answer = atlas.classify_bulk_entities([flow["source"], flow["sink"]], given)
    assert answer["entityGuids"] == [flow["source"], flow["sink"]]
    assert atlas.get_entity_header(flow["source"])["classificationNames"] == ["Personal"]


def test_labels_are_added_overwritten_and_deleted(atlas: object, flow: dict[str, str]) -> None:
    atlas.update_entity_labels(["a", "b"], guid=flow["sink"])
    atlas.update_entity_labels(["c"], typeName="DataSet", qualifiedName="pya://sink")
    assert atlas.get_single_entity(flow["sink"])["entity"]["labels"] == ["a", "b", "c"]
    atlas.delete_entity_labels(["b"], guid=flow["sink"])
    assert atlas.get_single_entity(flow["sink"])["entity"]["labels"] == ["a", "c"]
    atlas.update_entity_labels(["d"], guid=flow["sink"], force_update=True)
    assert atlas.get_single_entity(flow["sink"])["entity"]["labels"] == ["d"]


def test_business_metadata_is_merged_overwritten_and_deleted(atlas: object, flow: dict[str, str]) -> None:
    guid = flow["source"]
    atlas.update_businessMetadata(guid, {"ops": {"code": "a", "hours": 1}})
    atlas.update_businessMetadata(guid, {"ops": {"hours": 2}})
    assert atlas.get_single_entity(guid)["entity"]["businessAttributes"] == {"ops": {"code": "a", "hours": 2}}
    atlas.delete_businessMetadata(guid, {"ops": {"code": ""}})
    assert atlas.get_single_entity(guid)["entity"]["businessAttributes"] == {"ops": {"hours": 2}}
    atlas.update_businessMetadata(guid, {"ops": {"code": "b"}}, force_update=True)
    assert atlas.get_single_entity(guid)["entity"]["businessAttributes"] == {"ops": {"code": "b"}}
    with pytest.raises(util.AtlasException, match="longer than 8"):
        atlas.update_businessMetadata(guid, {"ops": {"code": "much too long"}})


def test_entity_is_uploaded_with_all_that_is_said_of_it(atlas: object) -> None:
    table = core.AtlasEntity(
        "all",
        "DataSet",
        "pya://all",
        guid=-1,
        labels=["gold"],
        businessAttributes={"ops": {"code": "x"}},
        contacts={"Owner": [{"id": "30435ff9-9b96-44af-a5a9-e05c8b1ae2df", "info": "asks"}], "Expert": []},
    )
    table.addClassification("Personal")
    guid = atlas.upload_entities([table])["guidAssignments"]["-1"]
    found = atlas.get_single_entity(guid)["entity"]
    assert [item["typeName"] for item in found["classifications"]] == ["Personal"]
    assert (found["labels"], found["businessAttributes"]) == (["gold"], {"ops": {"code": "x"}})
    assert found["contacts"]["Owner"][0]["info"] == "asks"


def test_type_in_use_is_kept(atlas: object, flow: dict[str, str]) -> None:
    atlas.classify_entity(flow["source"], core.AtlasClassification("Personal"))
    with pytest.raises(util.AtlasException, match="ATLAS-409-00-002"):
        atlas.delete_type("Personal")
    atlas.declassify_entity(flow["source"], "Personal")
    assert "successfully" in atlas.delete_type("Personal")["message"]
