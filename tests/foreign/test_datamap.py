"""azure-purview-datamap, unmodified, over TLS: every family of its operations on real data."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential, ManagedIdentityCredential
from azure.purview.datamap import DataMapClient

from foreign.front import TENANT, Front
from foreign.seeds import Flow, seed

GROUPS = [
    "enumDefs",
    "structDefs",
    "classificationDefs",
    "entityDefs",
    "relationshipDefs",
    "businessMetadataDefs",
    "termTemplateDefs",
]


@pytest.fixture
def client(surroundings: Front) -> Iterator[DataMapClient]:
    with DataMapClient(surroundings.https, ManagedIdentityCredential()) as found:
        yield found


@pytest.fixture
def flow(front: Front, request: pytest.FixtureRequest) -> Flow:
    """A flow that is named after the test."""
    return seed(front, request.node.name.partition("[")[0].replace("_", "").removeprefix("test"))


# Types


def test_groups_of_all_types_are_exactly_those_of_the_newer_surface(client: DataMapClient) -> None:
    assert sorted(client.type_definition.get()) == sorted(GROUPS)


def test_types_of_every_category_are_made_read_changed_and_deleted(client: DataMapClient) -> None:
    types = client.type_definition
    made = types.batch_create(
        {
            "enumDefs": [{"name": "dmColour", "elementDefs": [{"value": "red", "ordinal": 1}]}],
            "structDefs": [{"name": "dmSize", "attributeDefs": [{"name": "bytes", "typeName": "long"}]}],
            "classificationDefs": [{"name": "DM.SECRET", "attributeDefs": [{"name": "level", "typeName": "int"}]}],
            "entityDefs": [
                {"name": "dm_file", "superTypes": ["DataSet"], "attributeDefs": [{"name": "c", "typeName": "dmColour"}]}
            ],
            "relationshipDefs": [
                {
                    "name": "dm_pair",
                    "relationshipCategory": "ASSOCIATION",
                    "endDef1": {"type": "dm_file", "name": "left", "cardinality": "SINGLE", "isContainer": False},
                    "endDef2": {"type": "dm_file", "name": "right", "cardinality": "SINGLE", "isContainer": False},
                }
            ],
            "businessMetadataDefs": [
                {
                    "name": "dmCare",
                    "attributeDefs": [
                        {
                            "name": "owner",
                            "typeName": "string",
                            "options": {"maxStrLength": "50", "applicableEntityTypes": '["DataSet"]'},
                        }
                    ],
                }
            ],
        }
    )
    readers = {
        "enumDefs": (types.get_enum_by_name, types.get_enum_by_id),
        "structDefs": (types.get_struct_by_name, types.get_struct_by_id),
        "classificationDefs": (types.get_classification_by_name, types.get_classification_by_id),
        "entityDefs": (types.get_entity_by_name, types.get_entity_by_id),
        "relationshipDefs": (types.get_relationship_by_name, types.get_relationship_by_id),
        "businessMetadataDefs": (types.get_business_metadata_by_name, types.get_business_metadata_by_id),
    }
    for group, (by_name, by_guid) in readers.items():
        definition = made[group][0]
        assert by_name(definition["name"])["guid"] == by_guid(definition["guid"])["guid"] == definition["guid"]
        assert types.get_by_name(definition["name"]) == types.get_by_id(definition["guid"])
    names = {header["name"] for header in types.get_headers(type="enum")}
    assert "dmColour" in names
    assert "dm_file" not in names
    wider = {**made["enumDefs"][0]}
    wider["elementDefs"] = [*wider["elementDefs"], {"value": "blue", "ordinal": 2}]
    assert types.batch_update({"enumDefs": [wider]})["enumDefs"][0]["version"] == 2
    types.delete("dm_pair")
    types.batch_delete({group: made[group] for group in readers if group != "relationshipDefs"})
    with pytest.raises(ResourceNotFoundError):
        types.get_by_name("dmColour")


def test_template_of_terms_is_read_beside_atlas_routes(client: DataMapClient) -> None:
    template = {"name": "dmTemplate", "attributeDefs": [{"name": "steward", "typeName": "string"}]}
    made = client.type_definition.batch_create({"termTemplateDefs": [template]})["termTemplateDefs"][0]
    assert client.type_definition.get_term_template_by_name("dmTemplate")["guid"] == made["guid"]
    assert client.type_definition.get_term_template_by_id(made["guid"])["name"] == "dmTemplate"
    assert client.type_definition.get()["termTemplateDefs"] == []
    shown = client.type_definition.get(include_term_template=True)["termTemplateDefs"]
    assert "dmTemplate" in {definition["name"] for definition in shown}
    glossary = client.glossary.create({"name": "Templated"})
    term = {"name": "Filled in", "anchor": {"glossaryGuid": glossary["guid"]}, "templateName": ["dmTemplate"]}
    guid = client.glossary.create_term(term)["guid"]
    with pytest.raises(HttpResponseError, match="has references"):
        client.type_definition.delete("dmTemplate")
    client.glossary.delete_term(guid)
    client.type_definition.delete("dmTemplate")


# Entities


def test_entity_is_written_read_changed_and_deleted(client: DataMapClient) -> None:
    entity = {"typeName": "DataSet", "guid": "-1", "attributes": {"qualifiedName": "dm://one", "name": "one"}}
    guid = client.entity.create_or_update({"entity": entity})["guidAssignments"]["-1"]
    assert client.entity.get(guid)["entity"]["attributes"]["name"] == "one"
    client.entity.update_attribute_by_id(guid, "said", name="description")
    named = client.entity.get_by_unique_attribute("DataSet", attribute="dm://one")
    assert named["entity"]["attributes"]["description"] == "said"
    change = {"entity": {"typeName": "DataSet", "attributes": {"description": "again"}}}
    client.entity.update_by_unique_attribute("DataSet", change, attribute="dm://one")
    assert client.entity.get_header(guid)["attributes"]["description"] == "again"
    gone = client.entity.delete_by_unique_attribute("DataSet", attribute="dm://one")
    assert [header["guid"] for header in gone["mutatedEntities"]["DELETE"]] == [guid]


def test_entities_are_written_and_read_in_bulk(client: DataMapClient, front: Front) -> None:
    entities = [
        {"typeName": "DataSet", "guid": f"-{n}", "attributes": {"qualifiedName": f"dm://b{n}", "name": f"b{n}"}}
        for n in (1, 2, 3)
    ]
    guids = client.entity.batch_create_or_update({"entities": entities}, collection_id=front.root)["guidAssignments"]
    ordered = [guids["-2"], guids["-1"]]
    assert [entity["guid"] for entity in client.entity.get_by_ids(guid=ordered)["entities"]] == ordered
    named = client.entity.batch_get_by_unique_attributes("DataSet", attr_n_qualified_name="dm://b3")
    assert [entity["guid"] for entity in named["entities"]] == [guids["-3"]]
    gone = client.entity.batch_delete(guid=list(guids.values()))
    assert len(gone["mutatedEntities"]["DELETE"]) == 3


def test_classifications_are_given_changed_and_taken_away(client: DataMapClient, flow: Flow) -> None:
    client.type_definition.batch_create(
        {"classificationDefs": [{"name": "DM.PII", "attributeDefs": [{"name": "level"}]}, {"name": "DM.OLD"}]}
    )
    entity = client.entity
    entity.add_classification({"classification": {"typeName": "DM.PII"}, "entityGuids": [flow.source, flow.sink]})
    entity.update_classifications(flow.source, [{"typeName": "DM.PII", "attributes": {"level": "high"}}])
    assert entity.get_classification(flow.source, "DM.PII")["attributes"]["level"] == "high"
    entity.add_classifications(flow.source, [{"typeName": "DM.OLD"}])
    listed = entity.get_classifications(flow.source)["list"]
    assert {item["typeName"] for item in listed} == {"DM.PII", "DM.OLD"}
    entity.remove_classification(flow.source, "DM.OLD")
    table = {"type_name": "azure_sql_table", "attribute": flow.sink_name}
    entity.update_classifications_unique_by_attribute(
        body=[{"typeName": "DM.PII", "attributes": {"level": "low"}}], **table
    )
    entity.add_classifications_by_unique_attribute(body=[{"typeName": "DM.OLD"}], **table)
    entity.remove_classification_by_unique_attribute(classification_name="DM.OLD", **table)
    assert entity.get(flow.sink)["entity"]["classifications"][0]["attributes"]["level"] == "low"
    header = {"guid": flow.sink, "typeName": "azure_sql_table", "classifications": [{"typeName": "DM.OLD"}]}
    entity.batch_set_classifications({"guidHeaderMap": {flow.sink: header}})
    assert [item["typeName"] for item in entity.get_classifications(flow.sink)["list"]] == ["DM.OLD"]


def test_labels_are_set_added_and_removed(client: DataMapClient, flow: Flow) -> None:
    entity = client.entity
    entity.set_labels(flow.source, ["a", "b"])
    entity.add_label(flow.source, ["c"])
    entity.remove_labels(flow.source, ["a"])
    assert sorted(entity.get(flow.source)["entity"]["labels"]) == ["b", "c"]
    table = {"type_name": "azure_sql_table", "attribute": flow.sink_name}
    entity.set_labels_by_unique_attribute(body=["x", "y"], **table)
    entity.add_labels_by_unique_attribute(body=["z"], **table)
    entity.remove_labels_by_unique_attribute(body=["x"], **table)
    assert sorted(entity.get(flow.sink)["entity"]["labels"]) == ["y", "z"]


def test_business_metadata_is_written_imported_and_removed(client: DataMapClient, flow: Flow) -> None:
    options = {"maxStrLength": "50", "applicableEntityTypes": '["DataSet"]'}
    attributes = [{"name": name, "typeName": "string", "options": options} for name in ("owner", "team")]
    client.type_definition.batch_create({"businessMetadataDefs": [{"name": "dmOps", "attributeDefs": attributes}]})
    entity = client.entity
    entity.add_or_update_business_metadata(flow.source, {"dmOps": {"owner": "Ada", "team": "Data"}})
    entity.add_or_update_business_metadata_attributes("dmOps", flow.source, {"team": "Lineage"})
    held = entity.get(flow.source)["entity"]["businessAttributes"]
    assert held == {"dmOps": {"owner": "Ada", "team": "Lineage"}}
    entity.remove_business_metadata_attributes("dmOps", flow.source, {"team": ""})
    entity.remove_business_metadata(flow.source, {"dmOps": {}})
    assert not entity.get(flow.source)["entity"].get("businessAttributes")
    template = b"".join(entity.get_business_metadata_template())
    assert template.decode().startswith("EntityType")
    line = f"azure_sql_table,{flow.sink_name},dmOps.owner,Grace,qualifiedName\n"
    file = io.BytesIO(template.splitlines(keepends=True)[0] + line.encode())
    answer = entity.import_business_metadata({"file": ("business.csv", file)})
    assert [item["importStatus"] for item in answer["successImportInfoList"]] == ["SUCCESS"]
    assert entity.get(flow.sink)["entity"]["businessAttributes"] == {"dmOps": {"owner": "Grace"}}


def test_entities_are_moved_to_a_collection(client: DataMapClient, flow: Flow, front: Front) -> None:
    collections = front.account.catalog.collections
    collections.put("dmsales", friendly_name="Sales", parent=front.root, by=front.account.owner.id)
    moved = client.entity.move_entities_to_collection({"entityGuids": [flow.source]}, collection_id="dmsales")
    assert [header["guid"] for header in moved["mutatedEntities"]["UPDATE"]] == [flow.source]
    assert client.entity.get(flow.source)["entity"]["collectionId"] == "dmsales"


# Relationships and lineage


def test_relationship_is_made_changed_read_and_deleted(client: DataMapClient, flow: Flow) -> None:
    ends = {"end1": {"guid": flow.source}, "end2": {"guid": flow.sink}}
    mapped = {"columnMapping": '[{"Source":"a","Sink":"id"}]'}
    made = client.relationship.create({"typeName": "direct_lineage_dataset_dataset", **ends, "attributes": mapped})
    changed = client.relationship.update({**made, "attributes": {"columnMapping": "[]"}})
    assert changed["attributes"]["columnMapping"] == "[]"
    found = client.relationship.get(made["guid"], extended_info=True)
    assert found["relationship"]["end1"]["guid"] == flow.source
    client.relationship.delete(made["guid"])
    with pytest.raises(HttpResponseError):
        client.relationship.update({**made})


def test_lineage_is_walked_by_guid_by_name_and_page_by_page(client: DataMapClient, flow: Flow) -> None:
    around = client.lineage.get(flow.source, direction="BOTH", depth=3)
    arrows = {(arrow["fromEntityId"], arrow["toEntityId"]) for arrow in around["relations"]}
    assert arrows == {(flow.source, flow.process), (flow.process, flow.sink)}
    named = client.lineage.get_by_unique_attribute("azure_sql_table", direction="INPUT", attribute=flow.sink_name)
    assert named["baseEntityGuid"] == flow.sink
    assert flow.source in named["guidEntityMap"]
    page = client.lineage.get_next_page(flow.process, direction="OUTPUT", offset=0, limit=10)
    assert [arrow["toEntityId"] for arrow in page["relations"]] == [flow.sink]


# Discovery


def test_assets_are_found_suggested_and_completed(client: DataMapClient, flow: Flow) -> None:
    found = client.discovery.query(
        {
            "keywords": flow.name,
            "limit": 10,
            "filter": {"entityType": "azure_sql_table"},
            "facets": [{"facet": "assetType", "count": 5}],
        }
    )
    assert [asset["id"] for asset in found["value"]] == [flow.sink]
    assert [item["value"] for item in found["@search.facets"]["assetType"]] == ["Azure SQL Database"]
    suggested = client.discovery.suggest({"keywords": flow.name[:-1], "limit": 10})["value"]
    assert flow.sink in {asset["id"] for asset in suggested}
    completed = client.discovery.auto_complete({"keywords": flow.name[:-1]})["value"]
    assert flow.name in {word["text"] for word in completed}


# Glossary


def test_glossary_is_kept_with_categories_and_terms(client: DataMapClient, flow: Flow) -> None:
    terms = client.glossary
    glossary = terms.create({"name": "Datamap", "shortDescription": "words"})
    guid = glossary["guid"]
    anchor = {"anchor": {"glossaryGuid": guid}}
    assert guid in {item["guid"] for item in terms.batch_get()}
    assert terms.get(guid)["name"] == "Datamap"
    assert terms.update(guid, {**glossary, "longDescription": "many words"})["longDescription"] == "many words"
    assert terms.partial_update(guid, {"shortDescription": "few"})["shortDescription"] == "few"
    category = terms.create_category({"name": "Money", **anchor})
    several = terms.create_categories([{"name": "Time", **anchor}, {"name": "Place", **anchor}])
    assert {item["name"] for item in several} == {"Time", "Place"}
    terms.partial_update_category(
        category["categoryGuid" if "categoryGuid" in category else "guid"], {"shortDescription": "€"}
    )
    term = terms.create_term({"name": "Price", "categories": [{"categoryGuid": category["guid"]}], **anchor})
    pair = terms.create_terms([{"name": "Cost", **anchor}, {"name": "Day", **anchor}])
    assert {item["name"] for item in pair} == {"Cost", "Day"}
    renamed = terms.update_term(term["guid"], {**terms.get_term(term["guid"]), "shortDescription": "what it costs"})
    assert renamed["shortDescription"] == "what it costs"
    assert terms.partial_update_term(term["guid"], {"longDescription": "in full"})["longDescription"] == "in full"
    assert {item["name"] for item in terms.get_terms(guid)} == {"Price", "Cost", "Day"}
    assert len(terms.get_term_headers(guid)) == 3
    assert {item["name"] for item in terms.get_categories(guid)} == {"Money", "Time", "Place"}
    assert len(terms.get_categories_headers(guid)) == 3
    assert [item["displayText"] for item in terms.get_category_terms(category["guid"])] == ["Price"]
    assert isinstance(terms.get_related_categories(category["guid"]), dict)
    assert isinstance(terms.get_related_terms(term["guid"]), dict)
    assert terms.get_category(category["guid"])["name"] == "Money"
    assert len(terms.get_detailed(guid)["termInfo"]) == 3
    terms.assign_term_to_entities(term["guid"], [{"guid": flow.source}])
    assigned = terms.get_entities_assigned_with_term(term["guid"])
    assert [item["guid"] for item in assigned] == [flow.source]
    assert client.entity.get(flow.source)["entity"]["meanings"][0]["displayText"] == "Price"
    terms.delete_term_assignment_from_entities(term["guid"], assigned)
    assert list(terms.get_entities_assigned_with_term(term["guid"])) == []
    terms.update_category(category["guid"], {**terms.get_category(category["guid"]), "shortDescription": "$"})
    terms.delete_term(term["guid"])
    terms.delete_category(category["guid"])
    terms.delete(guid)
    with pytest.raises(ResourceNotFoundError):
        terms.get(guid)


# Credentials and refusals


def test_secret_of_an_application_is_exchanged_at_the_login_host(surroundings: Front) -> None:
    credential = ClientSecretCredential(TENANT, surroundings.application.id, surroundings.secret)
    with DataMapClient("https://contoso.purview.azure.com", credential) as client:
        assert client.type_definition.get_by_name("DataSet")["category"] == "ENTITY"


def test_wrong_secret_is_refused_as_an_authority_does(surroundings: Front) -> None:
    credential = ClientSecretCredential(TENANT, surroundings.application.id, "wrong")
    with DataMapClient(surroundings.https, credential) as client, pytest.raises(ClientAuthenticationError):
        client.type_definition.get()


def test_caller_without_a_role_is_forbidden_and_told_which_one(surroundings: Front, flow: Flow) -> None:
    principal, secret = surroundings.stranger()
    credential = ClientSecretCredential(TENANT, principal.id, secret)
    with DataMapClient(surroundings.https, credential) as client:
        with pytest.raises(HttpResponseError, match="data/read") as refused:
            client.entity.get(flow.source)
        assert refused.value.status_code == 403
        assert client.discovery.query({"keywords": flow.name})["value"] == []


def test_mistake_has_atlas_error_code(client: DataMapClient) -> None:
    with pytest.raises(ResourceNotFoundError) as missing:
        client.entity.get("no-such-guid")
    assert missing.value.response is not None
    assert missing.value.response.json()["errorCode"] == "ATLAS-404-00-005"
