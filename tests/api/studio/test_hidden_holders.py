"""What holds an asset may lie in a collection that the viewer may not read: then no page names it."""

from __future__ import annotations

import pytest

from api.studio.conftest import Browser, Opener
from api.studio.flights import Demo, guid

HIDDEN = ("azure_synapse_pipeline", "DelayReport")


@pytest.fixture
def outsider(filled: Demo, browser: Opener) -> Browser:
    """A browser of somebody who may read all but the pipeline and the workspace."""
    account = filled.account
    root, owner = account.catalog.collections.root, account.owner.id
    account.put_collection("vault", friendly_name="Vault", parent=root, by=owner)
    account.roles.set_policy("vault", {"data-curator": frozenset({owner})}, inherits=False, by=owner)
    account.catalog.moves.move([guid(account, *HIDDEN)], "vault", by=owner)
    person = account.principals.ensure("user", "outsider")
    account.roles.grant(person, "data-reader", root, by=owner)
    return browser(person)


def test_pages_of_what_stands_below_do_not_name_it(outsider: Browser, owner: Browser, filled: Demo) -> None:
    table = guid(filled.account, "azure_sql_table", "delays_by_carrier")
    activity = guid(filled.account, "azure_synapse_dataflow_activity", "BuildDelays")
    pages = (
        f"/browse?path=node:{activity}",
        f"/assets/{activity}",
        f"/assets/{table}",
        f"/assets/{table}/runs",
        f"/lineage?guid={table}&depth=2",
    )
    for page in pages:
        shown, whole = outsider.get(page), owner.get(page)
        assert (shown.status_code, whole.status_code) == (200, 200), page
        # Qualified names of what may be read have it as a section; it stands nowhere as a name.
        assert "DelayReport" in _texts(whole.json()), page
        assert "DelayReport" not in _texts(shown.json()), page
        assert "BuildDelays" in shown.text, page


def test_hidden_asset_itself_is_not_browsed(outsider: Browser, filled: Demo) -> None:
    assert outsider.get(f"/browse?path=node:{guid(filled.account, *HIDDEN)}").status_code == 404


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value, *value.split(" › ")]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]
