"""The real pyapacheatlas, unmodified, against a real server on loopback."""

import pytest

from api.served import Served

core = pytest.importorskip("pyapacheatlas.core", reason="pyapacheatlas is not installed")
auth = pytest.importorskip("pyapacheatlas.auth", reason="pyapacheatlas is not installed")
typedef = pytest.importorskip("pyapacheatlas.core.typedef", reason="pyapacheatlas is not installed")


@pytest.fixture
def atlas(server: Served) -> object:
    secret = server.account.principals.add_secret(server.account.owner.id)
    return core.AtlasClient(
        endpoint_url=f"{server.url}/api/atlas/v2", authentication=auth.BasicAuthentication("owner", secret)
    )


def upload(atlas: object) -> dict[str, str]:
    source = core.AtlasEntity("source", "DataSet", "pyapacheatlas://source", guid=-1)
    sink = core.AtlasEntity("sink", "DataSet", "pyapacheatlas://sink", guid=-2)
    process = core.AtlasProcess(
        "process", "Process", "pyapacheatlas://process", inputs=[source], outputs=[sink], guid=-3
    )
    return atlas.upload_entities([source, sink, process])["guidAssignments"]


def test_uploaded_entities_are_read_back_by_guid_and_by_name(atlas: object) -> None:
    guids = upload(atlas)
    found = atlas.get_entity(guid=[guids["-1"], guids["-2"]])
    assert [entity["attributes"]["name"] for entity in found["entities"]] == ["source", "sink"]
    named = atlas.get_entity(qualifiedName=["pyapacheatlas://process"], typeName="Process")
    assert [reference["guid"] for reference in named["entities"][0]["attributes"]["inputs"]] == [guids["-1"]]
    assert atlas.get_single_entity(guids["-3"])["entity"]["typeName"] == "Process"


def test_lineage_of_what_was_uploaded_is_drawn(atlas: object) -> None:
    guids = upload(atlas)
    lineage = atlas.get_entity_lineage(guid=guids["-1"], depth=3, width=10, direction="BOTH")
    arrows = {(arrow["fromEntityId"], arrow["toEntityId"]) for arrow in lineage["relations"]}
    assert arrows == {(guids["-1"], guids["-3"]), (guids["-3"], guids["-2"])}


def test_attribute_is_updated_and_entity_deleted(atlas: object) -> None:
    guids = upload(atlas)
    atlas.partial_update_entity(guid=guids["-1"], attributes={"description": "said"})
    assert atlas.get_single_entity(guids["-1"])["entity"]["attributes"]["description"] == "said"
    atlas.partial_update_entity(
        typeName="DataSet", qualifiedName="pyapacheatlas://sink", attributes={"description": "also"}
    )
    assert atlas.get_single_entity(guids["-2"])["entity"]["attributes"]["description"] == "also"
    deleted = atlas.delete_entity(guids["-3"])
    assert deleted["mutatedEntities"]["DELETE"][0]["guid"] == guids["-3"]


def test_types_are_made_and_changed(atlas: object) -> None:
    first = typedef.EntityTypeDef("py_table", superTypes=["DataSet"])
    atlas.upload_typedefs(entityDefs=[first])
    wider = typedef.EntityTypeDef(
        "py_table", superTypes=["DataSet"], attributeDefs=[typedef.AtlasAttributeDef(name="rows", typeName="int")]
    )
    atlas.upload_typedefs(entityDefs=[wider], force_update=True)
    found = atlas.get_typedef(
        core.TypeCategory.ENTITY if hasattr(core, "TypeCategory") else typedef.TypeCategory.ENTITY, name="py_table"
    )
    assert [attribute["name"] for attribute in found["attributeDefs"]] == ["rows"]
    assert "py_table" in [definition["name"] for definition in atlas.get_all_typedefs()["entityDefs"]]
    assert atlas.delete_type("py_table")["message"] == "successfully delete py_table"


def test_relationships_are_made_read_and_deleted(atlas: object) -> None:
    guids = upload(atlas)
    made = atlas.upload_relationship(
        {
            "typeName": "direct_lineage_dataset_dataset",
            "end1": {"guid": guids["-1"]},
            "end2": {"guid": guids["-2"]},
            "attributes": {},
        }
    )
    assert atlas.get_relationship(made["guid"])["relationship"]["typeName"] == "direct_lineage_dataset_dataset"
    atlas.delete_relationship(made["guid"])


def test_error_is_one_that_the_client_understands(atlas: object) -> None:
    from pyapacheatlas.core.util import AtlasException

    with pytest.raises(AtlasException, match="ATLAS-404-00-005"):
        atlas.get_single_entity("no-such-guid")


def test_entity_that_changed_since_it_was_read_is_not_overwritten(atlas: object) -> None:
    from pyapacheatlas.core.util import AtlasException

    guids = upload(atlas)
    read = atlas.get_single_entity(guids["-1"])["entity"]
    read["attributes"]["description"] = "mine"
    assert atlas.upload_entities([read])["mutatedEntities"]["UPDATE"][0]["lastModifiedTS"] == "2"
    with pytest.raises(AtlasException, match="ATLAS-412"):
        atlas.upload_entities([read])


def test_partial_update_is_answered_as_purview_does(atlas: object) -> None:
    guids = upload(atlas)
    answer = atlas.partial_update_entity(guid=guids["-1"], attributes={"description": "said"})
    assert answer["mutatedEntities"]["PARTIAL_UPDATE"] == answer["partialUpdatedEntities"]
