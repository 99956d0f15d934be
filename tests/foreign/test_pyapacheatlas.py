"""pyapacheatlas, unmodified: PurviewClient through the proxy to the names that it insists on, and AtlasClient by Basic.

Flows as its users write them: upload, lineage with column mapping, classifications, labels, business metadata, terms.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from azure.identity import ManagedIdentityCredential
from pyapacheatlas.auth import BasicAuthentication, ServicePrincipalAuthentication
from pyapacheatlas.core import (
    AtlasAttributeDef,
    AtlasClassification,
    AtlasClient,
    AtlasEntity,
    AtlasProcess,
    EntityTypeDef,
    PurviewClient,
    RelationshipTypeDef,
)
from pyapacheatlas.core.glossary import PurviewGlossaryTerm
from pyapacheatlas.core.typedef import (
    ChildEndDef,
    ClassificationTypeDef,
    ParentEndDef,
    TypeCategory,
)
from pyapacheatlas.core.util import AtlasException, GuidTracker

from foreign.front import ACCOUNT, TENANT, Front
from foreign.seeds import Flow, seed

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:UserWarning")


@pytest.fixture
def purview(surroundings: Front) -> PurviewClient:
    """The client with a token of the older endpoint, as most of its users have it."""
    key = ServicePrincipalAuthentication(TENANT, surroundings.application.id, surroundings.secret)
    return PurviewClient(ACCOUNT, key)


@pytest.fixture
def atlas(front: Front) -> AtlasClient:
    key = BasicAuthentication(front.application.name, front.secret)
    return AtlasClient(f"{front.server.url}/api/atlas/v2", key)


@pytest.fixture
def flow(front: Front, request: pytest.FixtureRequest) -> Flow:
    return seed(front, "py" + request.node.name.partition("[")[0].replace("_", "").removeprefix("test"))


def test_credential_of_azure_identity_is_taken(surroundings: Front) -> None:
    client = PurviewClient(ACCOUNT, ManagedIdentityCredential())
    assert client.get_typedef(TypeCategory.ENTITY, name="DataSet")["name"] == "DataSet"


def test_wrong_secret_is_refused(surroundings: Front) -> None:
    client = PurviewClient(ACCOUNT, ServicePrincipalAuthentication(TENANT, surroundings.application.id, "wrong"))
    with pytest.raises((AtlasException, Exception), match=r"invalid_client|401"):
        client.get_all_typedefs()


@pytest.mark.parametrize("kind", ["purview", "atlas"])
def test_process_with_column_mapping_is_uploaded_and_read(kind: str, request: pytest.FixtureRequest) -> None:
    client: AtlasClient = request.getfixturevalue(kind)
    guids = GuidTracker()
    source = AtlasEntity("in", "DataSet", f"py://{kind}/in", guid=guids.get_guid())
    sink = AtlasEntity("out", "DataSet", f"py://{kind}/out", guid=guids.get_guid())
    mapping = [
        {
            "DatasetMapping": {"Source": f"py://{kind}/in", "Sink": f"py://{kind}/out"},
            "ColumnMapping": [{"Source": "a", "Sink": "b"}],
        }
    ]
    type_name = f"py_{kind}_process"
    client.upload_typedefs(
        entityDefs=[
            EntityTypeDef(type_name, superTypes=["Process"], attributeDefs=[AtlasAttributeDef("columnMapping")])
        ],
        force_update=True,
    )
    attributes = {"columnMapping": json.dumps(mapping)}
    process = AtlasProcess(
        "p", type_name, f"py://{kind}/p", inputs=[source], outputs=[sink], guid=guids.get_guid(), attributes=attributes
    )
    made = client.upload_entities([source, sink, process])["guidAssignments"]
    assert len(made) == 3
    lineage = client.get_entity_lineage(made[str(source.guid)], depth=2, direction="OUTPUT")
    assert made[str(sink.guid)] in lineage["guidEntityMap"]
    found = client.get_entity(qualifiedName=[f"py://{kind}/p"], typeName=type_name)["entities"][0]
    assert json.loads(found["attributes"]["columnMapping"]) == mapping


def test_next_page_of_lineage_is_had_below_atlas(purview: PurviewClient, flow: Flow) -> None:
    page = purview.get_entity_next_lineage(flow.process, direction="OUTPUT", limit=5)
    assert [arrow["toEntityId"] for arrow in page["relations"]] == [flow.sink]


def test_own_table_type_with_columns_is_made_and_filled(purview: PurviewClient) -> None:
    table = EntityTypeDef("py_own_table", superTypes=["DataSet"], options={"schemaElementsAttribute": "columns"})
    column = EntityTypeDef("py_own_column", superTypes=["DataSet"], attributeDefs=[AtlasAttributeDef("data_type")])
    columns = RelationshipTypeDef(
        name="py_own_table_columns",
        relationshipCategory="COMPOSITION",
        endDef1=ParentEndDef("columns", "py_own_table"),
        endDef2=ChildEndDef("table", "py_own_column"),
    )
    purview.upload_typedefs(entityDefs=[table, column], relationshipDefs=[columns], force_update=True)
    whole = AtlasEntity("t", "py_own_table", "py://own/t", guid="-1")
    parts = [AtlasEntity(f"c{n}", "py_own_column", f"py://own/t#c{n}", guid=f"-{n}") for n in (2, 3)]
    for part in parts:
        part.addRelationship(table=whole)
    made = purview.upload_entities([whole, *parts])["guidAssignments"]
    shown = purview.get_single_entity(made["-1"])["entity"]["relationshipAttributes"]["columns"]
    assert {item["displayText"] for item in shown} == {"c2", "c3"}
    purview.upload_typedefs(entityDefs=[table, column], relationshipDefs=[columns], force_update=True)


def test_entity_is_updated_in_part_and_deleted(purview: PurviewClient, flow: Flow) -> None:
    purview.partial_update_entity(
        typeName="azure_sql_table", qualifiedName=flow.sink_name, attributes={"description": "by name"}
    )
    purview.partial_update_entity(guid=flow.source, attributes={"description": "by guid"})
    found = purview.get_entity(guid=[flow.source, flow.sink])["entities"]
    assert [entity["attributes"]["description"] for entity in found] == ["by guid", "by name"]
    gone = purview.delete_entity(guid=[flow.source, flow.process])["mutatedEntities"]["DELETE"]
    assert {header["guid"] for header in gone} == {flow.source, flow.process}
    named = purview.delete_entity(typeName="azure_sql_table", qualifiedName=flow.sink_name)
    assert flow.sink in {header["guid"] for header in named["mutatedEntities"]["DELETE"]}


def test_entities_are_classified_and_declassified(purview: PurviewClient, flow: Flow) -> None:
    level = AtlasAttributeDef("level")
    marks = [ClassificationTypeDef(name, attributeDefs=[level]) for name in ("PY_ONE", "PY_TWO")]
    purview.upload_typedefs(classificationDefs=marks, force_update=True)
    purview.classify_bulk_entities([flow.source, flow.sink], AtlasClassification("PY_ONE"))
    changed = purview.classify_entity(
        flow.source,
        [AtlasClassification("PY_ONE", attributes={"level": "high"}), AtlasClassification("PY_TWO")],
        force_update=True,
    )
    assert changed
    assert purview.get_entity_classification(flow.source, "PY_ONE")["attributes"]["level"] == "high"
    assert len(purview.get_entity_classifications(flow.source)["list"]) == 2
    purview.declassify_entity(flow.source, "PY_TWO")
    assert [item["typeName"] for item in purview.get_entity_classifications(flow.source)["list"]] == ["PY_ONE"]


def test_labels_are_added_replaced_and_removed(purview: PurviewClient, flow: Flow) -> None:
    purview.update_entity_labels(["a", "b"], guid=flow.source)
    purview.update_entity_labels(["c"], guid=flow.source, force_update=True)
    purview.update_entity_labels(["d"], typeName="azure_datalake_gen2_path", qualifiedName=flow.source_name)
    purview.delete_entity_labels(["c"], guid=flow.source)
    assert purview.get_single_entity(flow.source)["entity"]["labels"] == ["d"]


def test_business_metadata_is_updated_and_deleted(purview: PurviewClient, flow: Flow) -> None:
    options = {"applicableEntityTypes": '["DataSet"]', "maxStrLength": "20"}
    attributes = [AtlasAttributeDef(name, options=options).to_json() for name in ("owner", "team")]
    purview.upload_typedefs({"businessMetadataDefs": [{"name": "pyOps", "attributeDefs": attributes}]})
    purview.update_businessMetadata(flow.source, {"pyOps": {"owner": "Ada", "team": "x"}})
    purview.update_businessMetadata(flow.source, {"pyOps": {"owner": "Grace"}}, force_update=True)
    held = purview.get_single_entity(flow.source)["entity"]["businessAttributes"]
    assert held["pyOps"]["owner"] == "Grace"
    purview.delete_businessMetadata(flow.source, {"pyOps": {"owner": ""}})
    assert "owner" not in purview.get_single_entity(flow.source)["entity"]["businessAttributes"].get("pyOps", {})


def test_terms_are_made_assigned_exported_and_imported(purview: PurviewClient, flow: Flow, tmp_path: Path) -> None:
    glossary = purview.glossary._post_http(f"{purview.endpoint_url}/glossary", json={"name": "Pyglossary"}).body
    term = PurviewGlossaryTerm(
        name="Fare", qualifiedName="Fare@Pyglossary", glossaryGuid=glossary["guid"], longDescription="what a ride costs"
    )
    made = purview.glossary.upload_term(term)
    assert purview.glossary.get_glossary(guid=glossary["guid"])["terms"][0]["displayText"] == "Fare"
    assert purview.glossary.get_term(name="Fare", glossary_name="Pyglossary")["guid"] == made["guid"]
    purview.glossary.assignTerm(entities=[{"guid": flow.sink}], termGuid=made["guid"])
    assigned = purview.glossary.get_termAssignedEntities(termGuid=made["guid"])
    assert [item["guid"] for item in assigned] == [flow.sink]
    purview.glossary.delete_assignedTerm(
        entities=purview.get_entity(guid=[flow.sink])["entities"], termGuid=made["guid"]
    )
    assert not purview.glossary.get_termAssignedEntities(termGuid=made["guid"])
    exported = tmp_path / "terms.csv"
    purview.glossary.export_terms(guids=[made["guid"]], csv_path=str(exported), glossary_guid=glossary["guid"])
    text = exported.read_text(encoding="utf-8-sig")
    assert "Fare" in text
    exported.write_text(text.replace("Fare", "Toll"), encoding="utf-8")
    started = purview.glossary.import_terms(csv_path=str(exported), glossary_guid=glossary["guid"])
    assert purview.glossary.import_terms_status(started["id"])["status"].upper() in {"SUCCEEDED", "SUCCESS"}
    detailed = purview.glossary.get_glossary(guid=glossary["guid"], detailed=True)
    assert {item["name"] for item in detailed["termInfo"].values()} == {"Fare", "Toll"}
    purview.glossary.delete_term(made["guid"])


def test_assets_are_searched_in_pages_suggested_and_browsed(purview: PurviewClient, flow: Flow) -> None:
    batch = [AtlasEntity(f"page {n}", "DataSet", f"py://pages/{n}", guid=f"-{n}") for n in range(1, 8)]
    made = purview.upload_entities(batch)["guidAssignments"]
    wanted = {
        "filter": {
            "and": [
                {"entityType": "DataSet"},
                {"attributeName": "name", "operator": "prefix", "attributeValue": "page "},
            ]
        }
    }
    found = purview.discovery.search_entities("page", limit=3, search_filter=wanted["filter"])
    assert {asset["id"] for asset in found} == set(made.values())
    older = purview.search_entities("page", limit=3, search_filter=wanted["filter"])
    assert {asset["id"] for asset in older} == set(made.values())
    assert purview.discovery.query(keywords=flow.name, limit=5)["value"]
    assert purview.discovery.suggest(keywords=flow.name[:-2])["value"]
    assert purview.discovery.autocomplete(keywords=flow.name[:-2])["value"]
    assert purview.discovery.browse(entityType="azure_sql_table")["@search.count"] >= 1


def test_collections_are_made_filled_and_listed(purview: PurviewClient, front: Front) -> None:
    for name in ("pysales", "pywest"):
        purview.collections.create_or_update_collection(
            name, friendlyName=name.title(), parentCollectionName=front.root
        )
    assert {"pysales", "pywest"} <= {item["name"] for item in purview.collections.list_collections()}
    one = AtlasEntity("one", "DataSet", "py://col/one", guid="-1")
    two = AtlasEntity("two", "DataSet", "py://col/two", guid="-2")
    first = purview.collections.upload_single_entity(one, "pysales")["guidAssignments"]["-1"]
    second = purview.collections.upload_entities([two], "pysales")["guidAssignments"]["-2"]
    purview.collections.move_entities([first], "pywest")
    places = [purview.get_single_entity(guid)["entity"]["collectionId"] for guid in (first, second)]
    assert places == ["pywest", "pysales"]


def test_relationship_is_uploaded_and_deleted(purview: PurviewClient, flow: Flow) -> None:
    made = purview.upload_relationship(
        {
            "typeName": "direct_lineage_dataset_dataset",
            "end1": {"guid": flow.source},
            "end2": {"guid": flow.sink},
            "attributes": {"columnMapping": '[{"Source":"a","Sink":"id"}]'},
        }
    )
    assert purview.get_relationship(made["guid"])["relationship"]["status"] == "ACTIVE"
    purview.delete_relationship(made["guid"])


def test_types_are_deleted_one_by_one_and_together(purview: PurviewClient) -> None:
    definitions = [EntityTypeDef(f"py_gone_{n}", superTypes=["DataSet"]) for n in (1, 2)]
    purview.upload_typedefs(entityDefs=definitions)
    purview.delete_type("py_gone_1")
    purview.delete_typedefs(entityDefs=[definitions[1]])
    names = {definition["name"] for definition in purview.get_all_typedefs()["entityDefs"]}
    assert not {"py_gone_1", "py_gone_2"} & names


def test_graphql_is_refused_with_the_reason(purview: PurviewClient) -> None:
    with pytest.raises(AtlasException, match="REST surface only"):
        purview.graphql.query("{ entities { guid } }")
