"""Where new assets stand, as Manage tells: a workspace with its collection, as far as the viewer may see."""

from __future__ import annotations

from api.studio.conftest import Browser, Opener
from api.studio.flights import Demo


def settle(filled: Demo) -> None:
    """Give one workspace and one application a collection of their own."""
    account = filled.account
    for name, friendly in (("sales", "Sales"), ("hidden", "Hidden")):
        account.catalog.collections.put(name, friendly_name=friendly, parent="contoso", by="test")
    for kind, name, collection in (("workspace", "ingest", "sales"), ("application", "loader", "hidden")):
        account.default_collections.put(account.principals.ensure(kind, name), collection, by="test")


def places(client: Browser) -> list[tuple[str, str, str, bool]]:
    answer = client.get("/connections").json()["places"]
    return [(row["name"], row["kind"], row["collection"], row["isDefault"]) for row in answer]


def test_every_workspace_has_the_collection_that_its_assets_get(filled: Demo, owner: Browser) -> None:
    assert places(owner) == [("ingest", "workspace", "contoso", True), ("reporting", "workspace", "contoso", True)]
    settle(filled)
    assert places(owner) == [
        ("ingest", "workspace", "sales", False),
        ("loader", "application", "hidden", False),
        ("reporting", "workspace", "contoso", True),
    ]
    assert owner.get("/connections").json()["places"][0]["label"] == "Sales"
    filled.account.default_collections.clear(filled.account.principals.ensure("workspace", "ingest"), by="test")
    assert ("ingest", "workspace", "contoso", True) in places(owner)


def test_places_show_only_collections_that_the_viewer_may_see(filled: Demo, browser: Opener) -> None:
    settle(filled)
    account = filled.account
    reader = account.principals.ensure("user", "reader")
    account.roles.grant(reader, "data-reader", "sales", by="test")
    assert places(browser(reader)) == [("ingest", "workspace", "sales", False)]
    keeper = account.principals.ensure("user", "keeper")
    account.roles.grant(keeper, "data-reader", "sales", by="test")
    account.roles.grant(keeper, "collection-administrator", "hidden", by="test")
    rows = browser(keeper).get("/connections").json()["places"]
    assert {row["name"]: row["isReadable"] for row in rows} == {"ingest": True, "loader": False}


def test_place_that_was_deleted_is_the_root_again(filled: Demo, owner: Browser) -> None:
    settle(filled)
    filled.account.catalog.collections.delete("sales")
    assert ("ingest", "workspace", "contoso", True) in places(owner)
