"""Lineage drawn by hand: made, changed and taken away, by those who may at both ends."""

from __future__ import annotations

import pytest

from api.studio.conftest import Browser, Opener
from api.studio.flights import Demo, Guids, guid


@pytest.fixture
def at(filled: Demo) -> Guids:
    return Guids(filled.account)


def body(at: Guids, *pairs: tuple[str, str]) -> dict[str, object]:
    csv = guid(at.account, "azure_blob_path", "airlines.csv")
    columns = [{"source": source, "sink": sink} for source, sink in pairs]
    return {"source": csv, "sink": at.report, "columns": columns}


def above(filled: Demo, guid: str, column: str) -> set[str]:
    graph = filled.account.catalog.columns.walk(guid, [column], way="upstream", depth=1)
    return {edge.source_column for edge in graph.edges if edge.subtype == "MANUAL"}


def test_drawn_edge_is_shown_changed_and_deleted(owner: Browser, filled: Demo, at: Guids) -> None:
    made = owner.post("/lineage/manual", json=body(at, ("carrier", "made")))
    assert made.status_code == 201, made.text
    edge = made.json()
    assert edge["columns"] == [{"source": "carrier", "sink": "made"}]
    assert owner.get(f"/lineage/manual/{edge['id']}").json() == edge
    assert above(filled, at.report, "made") == {"carrier"}
    changed = owner.put(f"/lineage/manual/{edge['id']}", json={"columns": [{"source": "day", "sink": "made"}]})
    assert (changed.status_code, changed.json()["columns"]) == (200, [{"source": "day", "sink": "made"}])
    assert above(filled, at.report, "made") == {"day"}
    here = owner.get(f"/assets/{at.report}/lineage/manual").json()["edges"]
    assert [(one["id"], one["way"], one["other"]["name"], one["columns"]) for one in here] == [
        (edge["id"], "consumes", "airlines.csv", [{"source": "day", "sink": "made"}])
    ]
    assert owner.delete(f"/lineage/manual/{edge['id']}").status_code == 204
    assert above(filled, at.report, "made") == set()
    assert owner.get(f"/lineage/manual/{edge['id']}").status_code == 200
    assert owner.get(f"/assets/{at.report}/lineage/manual").json() == {"edges": []}


def test_edge_is_drawn_once(owner: Browser, at: Guids) -> None:
    assert owner.post("/lineage/manual", json=body(at)).status_code == 201
    assert owner.post("/lineage/manual", json=body(at)).status_code == 409


def test_reader_draws_nothing(browser: Opener, filled: Demo, at: Guids) -> None:
    reader = filled.account.principals.ensure("user", "reader")
    filled.account.roles.grant(reader, "data-reader", filled.account.catalog.name, by="owner")
    assert browser(reader).post("/lineage/manual", json=body(at)).status_code == 403


def test_what_a_process_reported_is_not_changed_by_hand(owner: Browser, filled: Demo, at: Guids) -> None:
    walk = filled.account.catalog.lineage.walk(at.report, direction="INPUT", depth=1)
    id = walk.relations[0].relationship_id
    assert owner.put(f"/lineage/manual/{id}", json={"columns": []}).status_code == 400
    assert owner.delete(f"/lineage/manual/{id}").status_code == 400
    assert owner.get("/lineage/manual/none").status_code == 404


def test_drawn_columns_are_traced_on_the_canvas(owner: Browser, at: Guids) -> None:
    drawn = body(at, ("carrier", "made"))
    assert owner.post("/lineage/manual", json=drawn).status_code == 201
    view = owner.get("/lineage", params={"guid": at.report, "column": f"{at.report}~made"}).json()
    assert {"source": drawn["source"], "target": at.report} in [
        {"source": edge["source"], "target": edge["target"]} for edge in view["edges"]
    ]
    assert [(link["source"], link["target"], link["subtype"]) for link in view["links"]] == [
        ({"node": drawn["source"], "column": "carrier"}, {"node": at.report, "column": "made"}, "MANUAL")
    ]
