from __future__ import annotations

import pytest

from api.studio.conftest import Browser, Opener
from api.studio.flights import Demo, guid
from headwater.access.principals import Principal

CLASSIFICATIONS = {"classificationDefs": [{"name": "QUAYSIDE"}, {"name": "QUIET"}]}


@pytest.fixture
def table(filled: Demo) -> str:
    filled.account.catalog.types.create(CLASSIFICATIONS, by="test")
    return guid(filled.account, "azure_sql_table", "delays_by_carrier")


@pytest.fixture
def reader(filled: Demo, browser: Opener) -> tuple[Browser, Principal]:
    person = filled.account.principals.ensure("user", "ada")
    root = filled.account.catalog.collections.root
    filled.account.roles.grant(person, "data-reader", root, by=filled.account.owner.id)
    return browser(person), person


def test_edit_changes_what_it_names_and_nothing_else(owner: Browser, filled: Demo, table: str) -> None:
    term = owner.post("/glossary/terms", json={"name": "Delay", "glossary": "Flights"}).json()
    person = filled.account.principals.ensure("user", "ada")
    first = {"description": "By carrier", "labels": ["gold"], "classifications": ["QUAYSIDE", "QUIET"]}
    assert owner.patch(f"/assets/{table}/annotations", json=first).status_code == 200
    second = {"terms": [term["guid"]], "owners": [person.id], "classifications": ["QUIET"]}
    asset = owner.patch(f"/assets/{table}/annotations", json=second).json()
    assert asset == owner.get(f"/assets/{table}").json()
    assert asset["description"] == "By carrier"
    assert asset["annotations"] == {
        "classifications": [{"name": "QUIET", "origin": None}],
        "terms": [{"guid": term["guid"], "name": "Delay"}],
        "labels": ["gold"],
        "contacts": [{"role": "Owner", "id": person.id, "name": "ada", "note": ""}],
        "business": [],
        "canEdit": True,
    }
    third = owner.patch(f"/assets/{table}/annotations", json={"terms": [], "owners": []}).json()
    assert (third["annotations"]["terms"], third["annotations"]["contacts"]) == ([], [])
    assert third["annotations"]["labels"] == ["gold"]


def test_edit_with_a_fault_says_what_and_how_to_mend_it(owner: Browser, table: str) -> None:
    answer = owner.patch(f"/assets/{table}/annotations", json={"labels": ["two words"]})
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["cure"] == "Use letters from A to Z, digits, '_' and '-'."
    unknown = owner.patch(f"/assets/{table}/annotations", json={"classifications": ["NONE"]})
    assert unknown.status_code == 404


def test_edit_without_the_right_is_refused_and_changes_nothing(
    owner: Browser, reader: tuple[Browser, Principal], table: str
) -> None:
    browser, _ = reader
    answer = browser.patch(f"/assets/{table}/annotations", json={"labels": ["gold"], "description": "mine"})
    assert answer.status_code == 403
    asset = owner.get(f"/assets/{table}").json()
    assert (asset["annotations"]["labels"], asset["description"]) == ([], "")
    assert browser.get(f"/assets/{table}").json()["annotations"]["canEdit"] is False


def test_choices_are_those_that_hold_the_text_beginnings_first(owner: Browser, table: str) -> None:
    def offered(kind: str, text: str) -> list[str]:
        found = owner.get("/annotations/choices", params={"kind": kind, "q": text}).json()["choices"]
        return [choice["text"] for choice in found]

    assert offered("classification", "qu") == ["QUAYSIDE", "QUIET"]
    assert offered("classification", "uiet") == ["QUIET"]
    owner.patch(f"/assets/{table}/annotations", json={"labels": ["gold", "old"]})
    assert offered("label", "OLD") == ["old", "gold"]
    owner.post("/glossary/terms", json={"name": "Delay", "glossary": "Flights"})
    assert offered("term", "del") == ["Delay"]
    assert offered("owner", "own") == ["owner"]


def test_history_tells_who_changed_what_newest_first(owner: Browser, table: str) -> None:
    owner.patch(f"/assets/{table}/annotations", json={"description": "First"})
    owner.patch(f"/assets/{table}/annotations", json={"description": "Second"})
    changes = owner.get(f"/assets/{table}/history").json()["changes"]
    newest = changes[0]
    assert (newest["action"], newest["by"]) == ("UPDATE", "owner")
    assert newest["changed"] == [{"name": "userDescription", "before": "First", "after": "Second"}]
    assert changes[-1]["action"] == "CREATE" or any(change["action"] == "CREATE" for change in changes)
    assert any(change["relationship"] for change in changes)


def test_history_of_an_asset_that_is_not_yours_is_refused(stranger: Browser, table: str) -> None:
    assert stranger.get(f"/assets/{table}/history").status_code == 403
