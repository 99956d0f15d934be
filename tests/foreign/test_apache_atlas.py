"""apache-atlas, unmodified, with a name and a secret by Basic: Atlas' own client finds what it knows at the root."""

from __future__ import annotations

import pytest
from apache_atlas.client.base_client import AtlasClient
from apache_atlas.exceptions import AtlasServiceException
from apache_atlas.model.discovery import QuickSearchParameters, SearchParameters
from apache_atlas.model.enums import EntityOperation, LineageDirection
from apache_atlas.model.glossary import AtlasGlossary, AtlasGlossaryCategory, AtlasGlossaryHeader, AtlasGlossaryTerm
from apache_atlas.model.instance import (
    AtlasClassification,
    AtlasEntitiesWithExtInfo,
    AtlasEntity,
    AtlasEntityWithExtInfo,
    AtlasObjectId,
    AtlasRelatedObjectId,
)
from apache_atlas.model.misc import SearchFilter
from apache_atlas.model.relationship import AtlasRelationship
from apache_atlas.model.typedef import AtlasTypesDef

from foreign.front import Front
from foreign.seeds import Flow, seed


@pytest.fixture
def client(front: Front) -> AtlasClient:
    return AtlasClient(front.server.url, (front.application.name, front.secret))


@pytest.fixture
def flow(front: Front, request: pytest.FixtureRequest) -> Flow:
    return seed(front, "aa" + request.node.name.partition("[")[0].replace("_", "").removeprefix("test"))


def test_types_are_made_read_updated_and_deleted(client: AtlasClient) -> None:
    document = {
        "enumDefs": [{"name": "aaColour", "elementDefs": [{"value": "red", "ordinal": 1}]}],
        "entityDefs": [
            {
                "name": "aa_table",
                "superTypes": ["DataSet"],
                "attributeDefs": [{"name": "colour", "typeName": "aaColour"}],
            }
        ],
    }
    made = client.typedef.create_atlas_typedefs(AtlasTypesDef(document))
    assert made.entityDefs[0].name == "aa_table"
    assert client.typedef.get_entitydef_by_name("aa_table").superTypes == ["DataSet"]
    assert client.typedef.get_entitydef_by_guid(made.entityDefs[0].guid).name == "aa_table"
    assert client.typedef.get_enumdef_by_name("aaColour").elementDefs[0].value == "red"
    document["entityDefs"][0]["attributeDefs"].append({"name": "more", "typeName": "string"})  # type: ignore[attr-defined]
    client.typedef.update_atlas_typedefs(AtlasTypesDef({"entityDefs": document["entityDefs"]}))
    everything = client.typedef.get_all_typedefs(SearchFilter({"params": {"type": "enum"}}))
    assert "aaColour" in {definition.name for definition in everything.enumDefs}
    assert len(client.typedef.get_all_typedef_headers(SearchFilter())) > 100
    client.typedef.delete_type_by_name("aa_table")
    # The client's way to delete several sends them where no server looks for them.
    client.typedef.delete_type_by_name("aaColour")
    with pytest.raises(AtlasServiceException, match="ATLAS-404-00-001"):
        client.typedef.get_enumdef_by_name("aaColour")


def test_entities_are_written_read_changed_and_purged(client: AtlasClient) -> None:
    def made(name: str, guid: str) -> AtlasEntity:
        found = AtlasEntity({"typeName": "DataSet", "guid": guid})
        found.attributes = {"qualifiedName": f"aa://{name}", "name": name}
        return found

    info = AtlasEntityWithExtInfo({"entity": made("one", "-1")})
    one = client.entity.create_entity(info).guidAssignments["-1"]
    several = AtlasEntitiesWithExtInfo({"entities": [made("two", "-2"), made("three", "-3")]})
    created = client.entity.create_entities(several).mutatedEntities[EntityOperation.CREATE.name]
    assert len(created) == 2
    client.entity.partial_update_entity_by_guid(one, "said", "description")
    assert client.entity.get_entity_by_guid(one).entity.attributes["description"] == "said"
    named = client.entity.get_entity_by_attribute("DataSet", {"qualifiedName": "aa://two"})
    assert named.entity.attributes["name"] == "two"
    both = client.entity.get_entities_by_attribute(
        "DataSet", [{"qualifiedName": "aa://one"}, {"qualifiedName": "aa://two"}]
    )
    assert len(both.entities) == 2
    assert client.entity.get_entity_header_by_guid(one).displayText == "one"
    assert client.entity.get_entity_header_by_attribute("DataSet", {"qualifiedName": "aa://one"}).guid == one
    events = client.entity.get_audit_events(one, None, None, 10)
    assert len(events) >= 2
    client.entity.delete_entity_by_guid(one)
    client.entity.delete_entities_by_guids([header["guid"] for header in created])
    purged = client.entity.purge_entities_by_guids([one])
    assert one in str(purged.mutatedEntities)
    with pytest.raises(AtlasServiceException, match="ATLAS-404-00-005"):
        client.entity.get_entity_by_guid(one)


def test_classifications_and_labels_are_kept(client: AtlasClient, flow: Flow) -> None:
    client.typedef.create_atlas_typedefs(
        AtlasTypesDef({"classificationDefs": [{"name": "AA_PII"}, {"name": "AA_OLD"}]})
    )
    client.entity.add_classifications_by_guid(flow.source, [AtlasClassification({"typeName": "AA_PII"})])
    table = {"qualifiedName": flow.sink_name}
    client.entity.add_classifications_by_type("azure_sql_table", table, [AtlasClassification({"typeName": "AA_OLD"})])
    assert [item["typeName"] for item in client.entity.get_classifications(flow.sink).list] == ["AA_OLD"]
    client.entity.update_classifications(flow.source, [AtlasClassification({"typeName": "AA_PII", "propagate": False})])
    client.entity.delete_classification(flow.sink, "AA_OLD")
    assert not client.entity.get_classifications(flow.sink).list
    found = client.discovery.basic_search("DataSet", "AA_PII", None, True)
    assert flow.source in {entity.guid for entity in found.entities}
    client.entity.add_labels_by_guid(flow.source, ["blue"])
    client.entity.remove_labels_by_guid(flow.source, ["blue"])
    assert not client.entity.get_entity_by_guid(flow.source).entity.labels


def test_lineage_is_walked_with_the_clients_enum(client: AtlasClient, flow: Flow) -> None:
    found = client.lineage.get_lineage_info(flow.process, LineageDirection.BOTH.name, 3)
    arrows = {(arrow["fromEntityId"], arrow["toEntityId"]) for arrow in found.relations}
    assert arrows == {(flow.source, flow.process), (flow.process, flow.sink)}
    raw = client.lineage.get_lineage_info(flow.process, LineageDirection.OUTPUT, 3)
    assert raw.lineageDirection == "OUTPUT"
    named = client.lineage.get_lineage_info_attr(
        "azure_sql_table", {"qualifiedName": flow.sink_name}, LineageDirection.INPUT.name, 1
    )
    assert named.baseEntityGuid == flow.sink


def test_relationship_is_made_and_deleted(client: AtlasClient, flow: Flow) -> None:
    wanted = AtlasRelationship({"typeName": "direct_lineage_dataset_dataset"})
    wanted.end1 = AtlasObjectId({"guid": flow.source})
    wanted.end2 = AtlasObjectId({"guid": flow.sink})
    made = client.relationship.create_relationship(wanted)
    # To read or to change one fails inside the client, whatever the answer.
    assert made.end2["guid"] == flow.sink
    client.relationship.delete_relationship_by_guid(made.guid)


def test_glossary_with_category_and_term_is_kept(client: AtlasClient, flow: Flow) -> None:
    glossary = client.glossary.create_glossary(AtlasGlossary({"name": "Atlas words"}))
    anchor = AtlasGlossaryHeader({"glossaryGuid": glossary.guid})
    category = client.glossary.create_glossary_category(AtlasGlossaryCategory({"name": "Seas", "anchor": anchor}))
    term = client.glossary.create_glossary_term(AtlasGlossaryTerm({"name": "Tide", "anchor": anchor}))
    assert client.glossary.get_glossary_by_guid(glossary.guid).name == "Atlas words"
    assert client.glossary.get_glossary_ext_info(glossary.guid).termInfo[term.guid]["name"] == "Tide"
    client.glossary.assign_term_to_entities(term.guid, [AtlasRelatedObjectId({"guid": flow.sink})])
    assigned = client.glossary.get_entities_assigned_with_term(term.guid, "ASC", 10, 0)
    assert [item["guid"] for item in assigned] == [flow.sink]
    client.glossary.disassociate_term_from_entities(term.guid, assigned)
    client.glossary.delete_glossary_term_by_guid(term.guid)
    client.glossary.delete_glossary_category_by_guid(category.guid)
    client.glossary.delete_glossary_by_guid(glossary.guid)


# Atlas' own search


def test_basic_search_finds_by_type_and_words(client: AtlasClient, flow: Flow) -> None:
    found = client.discovery.basic_search("azure_sql_table", None, flow.name, True)
    assert [entity.guid for entity in found.entities] == [flow.sink]
    assert (found.queryType, found.approximateCount) == ("BASIC", 1)
    below = client.discovery.basic_search("DataSet", None, flow.name, True)
    assert {entity.guid for entity in below.entities} == {flow.source, flow.sink}


def test_faceted_search_takes_conditions_on_attributes(client: AtlasClient, flow: Flow) -> None:
    conditions = [
        {"attributeName": "name", "operator": "startsWith", "attributeValue": flow.name},
        {"attributeName": "qualifiedName", "operator": "contains", "attributeValue": "/dbo/"},
    ]
    wanted = SearchParameters({"typeName": "DataSet", "limit": 10})
    wanted.entityFilters = {"condition": "AND", "criterion": conditions}
    assert [entity.guid for entity in client.discovery.faceted_search(wanted).entities] == [flow.sink]
    wanted.entityFilters = {"condition": "OR", "criterion": conditions[:1]}
    assert len(client.discovery.faceted_search(wanted).entities) == 2
    wanted.includeSubTypes = False
    assert not client.discovery.faceted_search(wanted).entities


def test_search_is_sorted_and_paged(client: AtlasClient, flow: Flow) -> None:
    pages = [
        client.discovery.basic_search("DataSet", None, flow.name, True, "name", order, 1, offset).entities[0].guid
        for order in ("ASCENDING", "DESCENDING")
        for offset in (0, 1)
    ]
    assert pages == [flow.sink, flow.source, flow.source, flow.sink]


def test_quick_search_counts_types(client: AtlasClient, flow: Flow) -> None:
    found = client.discovery.quick_search(flow.name, "azure_sql_table", True)
    assert [entity.guid for entity in found.searchResults.entities] == [flow.sink]
    wanted = QuickSearchParameters({"query": flow.name, "typeName": "DataSet"})
    counts = client.discovery.quick_search_with_param(wanted).aggregationMetrics["__typeName"]
    # The client's entry calls the count its name.
    assert [item["name"] for item in counts] == [1, 1]


def test_full_text_attribute_and_relationship_search_answer(client: AtlasClient, flow: Flow) -> None:
    ranked = client.discovery.full_text_search(flow.name).fullTextResult
    assert {item["entity"]["guid"] for item in ranked} >= {flow.source, flow.sink}
    named = client.discovery.attribute_search("azure_sql_table", "name", flow.name)
    assert [entity.guid for entity in named.entities] == [flow.sink]
    columns = client.discovery.relationship_search(flow.sink, "columns", None, None, True)
    assert {entity.displayText for entity in columns.entities} == {"id", "amount"}
    with pytest.raises(AtlasServiceException, match="has no relationship attribute"):
        client.discovery.relationship_search(flow.sink, "rows", None, None, True)


def test_words_are_suggested(client: AtlasClient, flow: Flow) -> None:
    assert flow.name in client.discovery.get_suggestions(flow.name[:-1], "name").suggestions


def test_metrics_count_entities_by_type(client: AtlasClient, flow: Flow) -> None:
    metrics = client.admin.get_metrics()
    assert metrics.entity["entityActive"]["azure_sql_table"] >= 1
    assert metrics.general["entityCount"] >= 3


# What is not done, and who may not


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda client: client.discovery.dsl_search("from DataSet"), "Atlas' query language"),
        (lambda client: client.discovery.get_saved_searches("me"), "Saved searches"),
    ],
    ids=["dsl", "saved"],
)
def test_what_the_account_does_not_do_is_refused_with_the_reason(ask: object, reason: str, client: AtlasClient) -> None:
    with pytest.raises(AtlasServiceException, match=reason) as refused:
        ask(client)  # type: ignore[operator]
    assert "501" in str(refused.value)


def test_conditions_on_classifications_are_refused(client: AtlasClient) -> None:
    wanted = SearchParameters({"typeName": "DataSet"})
    wanted.tagFilters = {"attributeName": "level", "operator": "eq", "attributeValue": "1"}
    with pytest.raises(AtlasServiceException, match="not searched"):
        client.discovery.faceted_search(wanted)


def test_wrong_secret_is_unauthorized(front: Front) -> None:
    client = AtlasClient(front.server.url, (front.application.name, "wrong"))
    with pytest.raises(AtlasServiceException, match="401"):
        client.admin.get_metrics()


def test_caller_without_a_role_finds_nothing(front: Front, flow: Flow) -> None:
    principal, secret = front.stranger()
    client = AtlasClient(front.server.url, (principal.name, secret))
    assert not client.discovery.basic_search("DataSet", None, flow.name, True).entities
    assert client.admin.get_metrics().general["entityCount"] == 0
    with pytest.raises(AtlasServiceException, match="data/read"):
        client.discovery.relationship_search(flow.sink, "columns", None, None, True)
