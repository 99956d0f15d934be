"""azure-purview-catalog, unmodified, over TLS: what it has beside the operations of the datamap client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential
from azure.purview.catalog import PurviewCatalogClient

from foreign.front import Front
from foreign.seeds import Flow, seed

GROUPS = [
    "enumDefs",
    "structDefs",
    "classificationDefs",
    "entityDefs",
    "relationshipDefs",
    "businessMetadataDefs",
]


@pytest.fixture
def client(surroundings: Front) -> Iterator[PurviewCatalogClient]:
    with PurviewCatalogClient(surroundings.https, ManagedIdentityCredential()) as found:
        yield found


@pytest.fixture
def flow(front: Front, request: pytest.FixtureRequest) -> Flow:
    return seed(front, "cat" + request.node.name.replace("_", "").removeprefix("test"))


def test_groups_of_all_types_are_exactly_those_of_the_older_surface(client: PurviewCatalogClient) -> None:
    assert sorted(client.types.get_all_type_definitions()) == sorted(GROUPS)


def test_assets_are_browsed_by_type(client: PurviewCatalogClient, flow: Flow) -> None:
    found = client.discovery.browse({"entityType": "azure_sql_table", "limit": 1000})
    assert flow.sink in {asset["id"] for asset in found["value"]}
    assert found["@search.count"] >= 1


def test_next_page_of_lineage_is_had_with_a_trailing_slash(client: PurviewCatalogClient, flow: Flow) -> None:
    page = client.lineage.next_page_lineage(flow.source, direction="OUTPUT", offset=0, limit=5)
    assert flow.process in {arrow["toEntityId"] for arrow in page["relations"]}
    around = client.lineage.get_lineage_graph(flow.source, direction="OUTPUT", depth=2, width=5, include_parent=True)
    assert around["includeParent"] is True
    assert flow.sink in around["guidEntityMap"]


def test_entities_are_written_and_moved_into_collections(client: PurviewCatalogClient, front: Front) -> None:
    collections = front.account.catalog.collections
    for name in ("catone", "cattwo"):
        collections.put(name, friendly_name=name, parent=front.root, by=front.account.owner.id)
    entity = {"typeName": "DataSet", "guid": "-1", "attributes": {"qualifiedName": "cat://one", "name": "one"}}
    one = client.collection.create_or_update("catone", {"entity": entity})["guidAssignments"]["-1"]
    other = {**entity, "attributes": {"qualifiedName": "cat://two", "name": "two"}}
    two = client.collection.create_or_update_bulk("catone", {"entities": [other]})["guidAssignments"]["-1"]
    client.collection.move_entities_to_collection("cattwo", {"entityGuids": [one]})
    places = [client.entity.get_by_guid(guid)["entity"]["collectionId"] for guid in (one, two)]
    assert places == ["cattwo", "catone"]


def test_terms_are_listed_by_the_name_of_their_glossary(client: PurviewCatalogClient) -> None:
    """CSV in and out fails inside this version of the client; the tests of `pv` and pyapacheatlas do it."""
    glossary = client.glossary.create_glossary({"name": "Catalogue"})
    term = client.glossary.create_glossary_term({"name": "Freight", "anchor": {"glossaryGuid": glossary["guid"]}})
    by_name = client.glossary.list_terms_by_glossary_name("Catalogue", limit=10, offset=0)
    assert [item["guid"] for item in by_name] == [term["guid"]]


def test_term_is_taken_from_entities_by_put_as_older_clients_do(client: PurviewCatalogClient, flow: Flow) -> None:
    glossary = client.glossary.create_glossary({"name": "Assigned"})
    term = client.glossary.create_glossary_term({"name": "Fare", "anchor": {"glossaryGuid": glossary["guid"]}})
    client.glossary.assign_term_to_entities(term["guid"], [{"guid": flow.sink}])
    assigned = client.glossary.get_entities_assigned_with_term(term["guid"])
    assert [entity["guid"] for entity in assigned] == [flow.sink]
    client.glossary.remove_term_assignment_from_entities(term["guid"], assigned)
    assert list(client.glossary.get_entities_assigned_with_term(term["guid"])) == []


def test_classification_that_is_not_there_is_told_in_atlas_words(client: PurviewCatalogClient, flow: Flow) -> None:
    with pytest.raises(HttpResponseError) as refused:
        client.entity.get_classification(flow.source, "MICROSOFT.NOBODY")
    assert "errorCode" in refused.value.response.text()
