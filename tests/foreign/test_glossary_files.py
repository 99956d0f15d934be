"""azure-purview-catalog, unmodified: what became of an import of terms from a CSV file.

Its own import calls itself with a wrong argument in this release, and its export reads CSV as JSON; so the file is
brought in by the account itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.identity import ManagedIdentityCredential
from azure.purview.catalog import PurviewCatalogClient

from foreign.front import Front

FILE = b"Name,Definition,Status,Synonyms\nBerth,a place for a ship,Draft,\nMooring,the same,Draft,Berth\n"


@pytest.fixture
def client(surroundings: Front) -> Iterator[PurviewCatalogClient]:
    with PurviewCatalogClient(surroundings.https, ManagedIdentityCredential()) as found:
        yield found


def test_import_is_followed_and_its_terms_are_listed(client: PurviewCatalogClient, front: Front) -> None:
    guid = client.glossary.create_glossary({"name": "Harbour"})["guid"]
    made = front.account.catalog.glossary.imports.run(guid, FILE, by=front.account.owner.id)
    operation = client.glossary.get_import_csv_operation_status(made.id)
    assert (operation["status"], operation["properties"]["importedTerms"]) == ("Succeeded", "2")
    terms = client.glossary.list_glossary_terms(guid)
    assert [term["name"] for term in terms] == ["Berth", "Mooring"]


def test_import_that_failed_says_why(client: PurviewCatalogClient, front: Front) -> None:
    guid = client.glossary.create_glossary({"name": "Wrong"})["guid"]
    made = front.account.catalog.glossary.imports.run(guid, b"Name,Colour\na,red\n", by=front.account.owner.id)
    operation = client.glossary.get_import_csv_operation_status(made.id)
    assert (operation["status"], operation["error"]["errorCode"]) == ("Failed", "CAT-132")
