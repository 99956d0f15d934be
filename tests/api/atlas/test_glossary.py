"""Scenarios of the glossary's requests and answers. Data in fixtures/glossary."""

from pathlib import Path

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.play import play, scenarios
from api.served import Served
from headwater.catalog.glossary.shapes import Category, Glossary, GlossaryHeader, Term
from headwater.catalog.model import EntityBatch

auth = pytest.importorskip("pyapacheatlas.auth", reason="pyapacheatlas is not installed")
terms = pytest.importorskip("pyapacheatlas.core.glossary", reason="pyapacheatlas is not installed")


@pytest.mark.parametrize("file", scenarios("glossary"))
def test_scenario_of_the_glossary_gets_the_answers_of_the_fixture(
    file: Path, server: Served, client: httpx.Client
) -> None:
    play(file, server.account, client)


WORDS = st.sampled_from(
    ["name", "termGuid", "categoryGuid", "Kpi", "Expert", "id", "displayText", "guid", "attributes"]
)
TEXTS = st.sampled_from(["", "a", "x@y", "-1", "none", "\u0000", "𝄞"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**70) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = """
    guid qualifiedName shortDescription nickName examples status resources contacts templateName attributes parentTerm
    synonyms isA categories parentCategory childrenCategories terms classifications lastModifiedTS anchor usage
"""
BODIES = st.builds(
    lambda name, more: {"name": name, **more},
    st.text(max_size=4) | TEXTS,
    st.dictionaries(st.sampled_from(FIELDS.split()), VALUES, max_size=3),
)
ROUTES = (
    "POST /glossary",
    "POST /glossary/term",
    "POST /glossary/category",
    "PUT /glossary/{g}",
    "PUT /glossary/{g}/partial",
)
ROUTES_OF_TERM = ("PUT /glossary/term/{t}", "PUT /glossary/term/{t}/partial", "PUT /glossary/category/{c}/partial")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, route=st.sampled_from((*ROUTES, *ROUTES_OF_TERM)), anchored=st.booleans())
def test_any_body_is_answered_below_500(
    body: dict[str, object], route: str, anchored: bool, server: Served, client: httpx.Client
) -> None:
    glossary = server.account.catalog.glossary
    homes = glossary.glossaries.all() or [glossary.glossaries.create(Glossary(name="G"), by="owner")]
    home = str(homes[0].guid)
    anchor = GlossaryHeader(glossary_guid=home)
    found = {str(one.qualified_name): str(one.guid) for one in glossary.terms.of_glossary(home)}
    term = (
        next(iter(found.values()), None) or glossary.terms.create([Term(name="T", anchor=anchor)], by="owner")[0].guid
    )
    several = glossary.categories.of_glossary(home)
    category = several[0] if several else glossary.categories.create([Category(name="C", anchor=anchor)], by="owner")[0]
    method, path = route.format(g=home, t=term, c=category.guid).split(" ")
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}
    given_body = {**body, "anchor": {"glossaryGuid": home}} if anchored else body
    answer = client.request(method, f"/api/atlas/v2{path}", json=given_body, headers=headers)
    assert answer.status_code < 500, answer.text


def test_terms_written_as_entities_in_odd_forms_are_read_and_refused_but_never_fail(
    server: Served, client: httpx.Client
) -> None:
    odd = {"qualifiedName": "t", "name": "t", "templateAttributes": ["x"]}
    batch = [
        {"typeName": "AtlasGlossaryTerm", "guid": "-1", "attributes": odd},
        {"typeName": "AtlasGlossaryTerm", "guid": "-2", "attributes": {"qualifiedName": "u", "name": "u"}},
        {"typeName": "AtlasGlossaryCategory", "guid": "-3", "attributes": {"qualifiedName": "c", "name": "c"}},
    ]
    headers = {"authorization": f"Bearer {server.account.tokens.issue(server.account.owner).text}"}

    def ask(method: str, path: str, body: object = None) -> httpx.Response:
        return client.request(method, f"/api/atlas/v2{path}", json=body, headers=headers)

    guids = ask("POST", "/entity/bulk", {"entities": batch}).json()["guidAssignments"]
    ends = {"end1": {"guid": guids["-1"]}, "end2": {"guid": guids["-2"]}}
    link = {"typeName": "AtlasGlossarySynonym", **ends, "attributes": {"description": 5, "steward": "ann"}}
    assert ask("POST", "/relationship", link).status_code == 200
    shown = ask("GET", f"/glossary/term/{guids['-1']}").json()
    assert [(one["displayText"], one["steward"]) for one in shown["synonyms"]] == [("u", "ann")]
    refused = ask("PUT", f"/glossary/term/{guids['-1']}/partial", {"usage": "x"})
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "ATLAS-400-00-072")
    assert ask("DELETE", f"/glossary/category/{guids['-3']}").status_code == 400
    assert ask("DELETE", f"/glossary/term/{guids['-1']}").status_code == 204


@pytest.mark.parametrize(
    ("kind", "content"),
    [("multipart/form-data", b"x"), ("multipart/form-data; boundary=b", b"--b\r\nnonsense"), ("text/csv", b"\xff\xfe")],
)
def test_file_that_is_none_is_refused_or_fails_with_a_reason(
    kind: str, content: bytes, server: Served, client: httpx.Client, glossary_guid: str
) -> None:
    token = server.account.tokens.issue(server.account.owner).text
    headers = {"authorization": f"Bearer {token}", "content-type": kind}
    answer = client.post(f"/catalog/api/glossary/{glossary_guid}/terms/import", content=content, headers=headers)
    assert answer.status_code in (202, 400), answer.text
    assert answer.status_code == 400 or answer.json()["status"] == "Failed"


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
