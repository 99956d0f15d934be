from __future__ import annotations

from api.studio.conftest import Browser, Opener
from api.studio.flights import Demo, guid


def test_glossary_without_terms_is_empty(owner: Browser) -> None:
    assert owner.get("/glossary").json() == {
        "glossaries": [],
        "chosen": None,
        "terms": [],
        "next": None,
        "canEdit": True,
    }


def test_new_term_makes_its_glossary_and_stands_there_by_name(owner: Browser) -> None:
    first = owner.post("/glossary/terms", json={"name": "Delay", "glossary": "Flights", "definition": "Late"}).json()
    assert (first["glossary"], first["definition"], first["status"]) == ("Flights", "Late", "Draft")
    again = {"name": "Carrier", "glossary": first["glossaryGuid"]}
    assert owner.post("/glossary/terms", json=again).status_code == 200
    page = owner.get("/glossary").json()
    assert [(one["name"], one["terms"]) for one in page["glossaries"]] == [("Flights", 2)]
    assert [(term["name"], term["definition"]) for term in page["terms"]] == [("Carrier", ""), ("Delay", "Late")]


def test_term_names_the_assets_that_the_viewer_may_read(owner: Browser, filled: Demo, browser: Opener) -> None:
    term = owner.post("/glossary/terms", json={"name": "Delay", "glossary": "Flights"}).json()
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    owner.patch(f"/assets/{table}/annotations", json={"terms": [term["guid"]]})
    shown = owner.get(f"/glossary/terms/{term['guid']}").json()
    assert [asset["name"] for asset in shown["assets"]] == ["delays_by_carrier"]


def test_term_of_a_name_that_is_taken_is_refused(owner: Browser) -> None:
    given = {"name": "Delay", "glossary": "Flights"}
    owner.post("/glossary/terms", json=given)
    answer = owner.post("/glossary/terms", json=given)
    assert 400 <= answer.status_code < 500
    assert answer.json()["faults"][0]["cure"]


def test_glossary_is_not_for_strangers(stranger: Browser) -> None:
    assert stranger.get("/glossary").status_code == 403
    assert stranger.post("/glossary/terms", json={"name": "A", "glossary": "B"}).status_code == 403
