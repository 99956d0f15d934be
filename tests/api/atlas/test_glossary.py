"""Scenarios of the glossary's requests and answers. Data in fixtures/glossary."""

from pathlib import Path

import httpx
import msgspec
import pytest

from api.play import play, scenarios
from api.served import Served
from headwater.catalog.glossary.shapes import Glossary
from headwater.catalog.model import EntityBatch

auth = pytest.importorskip("pyapacheatlas.auth", reason="pyapacheatlas is not installed")
terms = pytest.importorskip("pyapacheatlas.core.glossary", reason="pyapacheatlas is not installed")


@pytest.mark.parametrize("file", scenarios("glossary"))
def test_scenario_of_the_glossary_gets_the_answers_of_the_fixture(
    file: Path, server: Served, client: httpx.Client
) -> None:
    play(file, server.account, client)


@pytest.fixture
def purview(server: Served) -> object:
    """The real client's glossary, as it speaks to a Purview account."""
    secret = server.account.principals.add_secret(server.account.owner.id)
    return terms.PurviewGlossaryClient(f"{server.url}/catalog/api/atlas/v2", auth.BasicAuthentication("owner", secret))


@pytest.fixture
def glossary_guid(server: Served) -> str:
    return str(server.account.catalog.glossary.glossaries.create(Glossary(name="Glossary"), by="owner").guid)


def test_pyapacheatlas_makes_a_term_below_another(purview: object, glossary_guid: str) -> None:
    above = purview.upload_term({"name": "Money", "anchor": {"glossaryGuid": glossary_guid}})
    child = terms.PurviewGlossaryTerm(
        name="Fee", qualifiedName="Fee@Glossary", glossaryGuid=glossary_guid, status="Approved"
    )
    child.add_hierarchy("Money", above["guid"])
    child.contacts = {"Expert": [{"id": "ann", "info": ""}], "Steward": []}
    made = purview.upload_term(child)
    assert (made["name"], made["nickName"], made["parentTerm"]["termGuid"]) == ("Money_Fee", "Fee", above["guid"])
    assert purview.get_term(name="Money_Fee")["guid"] == made["guid"]
    assert sorted(purview.get_glossary(detailed=True)["termInfo"]) == sorted([above["guid"], made["guid"]])
    assert purview.delete_term(above["guid"])["guid"] == above["guid"]


def test_pyapacheatlas_assigns_a_term_and_takes_it_away(purview: object, glossary_guid: str, server: Served) -> None:
    made = purview.upload_terms([{"name": "Money", "anchor": {"glossaryGuid": glossary_guid}}])[0]
    batch = msgspec.convert(
        {"entities": [{"typeName": "DataSet", "guid": -1, "attributes": {"qualifiedName": "d", "name": "d"}}]},
        EntityBatch,
    )
    guid = server.account.catalog.entities.write(batch, by="owner").guid_assignments["-1"]
    purview.assignTerm([{"guid": guid}], termName="Money")
    found = purview.get_termAssignedEntities(termGuid=made["guid"])
    assert [one["guid"] for one in found] == [guid]
    purview.delete_assignedTerm(found, termGuid=made["guid"])
    assert purview.get_termAssignedEntities(termGuid=made["guid"]) == []


def test_pyapacheatlas_imports_and_exports_a_file(purview: object, glossary_guid: str, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text("Name,Definition,Status,Related Terms,Synonyms,Acronym,Experts,Stewards\nFee,a fee,Draft,,,,ann,\n")
    operation = purview.import_terms(str(file), glossary_guid=glossary_guid)
    assert purview.import_terms_status(operation["id"])["status"] == "Succeeded"
    purview.export_terms([purview.get_term(name="Fee")["guid"]], str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "Fee,Fee,a fee,,Draft,,,,ann:,,,,"
