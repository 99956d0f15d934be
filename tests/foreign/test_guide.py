"""The guide's snippets run as they stand, and its tables say what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from foreign.front import Front
from headwater.api.unsupported import UNSUPPORTED
from headwater.catalog.typedefs.definitions import BUILT_IN

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "foreign-clients.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
ADDRESS = "https://account.contoso.com:8765"


@pytest.mark.filterwarnings("ignore:.*deprecated:UserWarning")
def test_snippets_run_one_after_another(surroundings: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    principals = surroundings.account.principals
    bot = principals.ensure("application", "catalog-bot")
    surroundings.account.roles.grant(bot, "data-curator", surroundings.root, by=surroundings.account.owner.id)
    secret = principals.add_secret(bot.id)
    monkeypatch.setenv("CATALOG_BOT_SECRET", secret)
    monkeypatch.setenv("IDENTITY_HEADER", secret)
    assert len(SNIPPETS) == 6
    names: dict[str, object] = {}
    for snippet in SNIPPETS:
        exec(compile(snippet.replace(ADDRESS, surroundings.https), "guide", "exec"), names)


def test_environment_of_a_client_secret_is_enough(surroundings: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.identity import EnvironmentCredential
    from azure.purview.datamap import DataMapClient

    monkeypatch.delenv("HTTPS_PROXY")
    for name, value in {
        "AZURE_AUTHORITY_HOST": surroundings.https,
        "AZURE_TENANT_ID": "adfs",
        "AZURE_CLIENT_ID": surroundings.application.name,
        "AZURE_CLIENT_SECRET": surroundings.secret,
    }.items():
        monkeypatch.setenv(name, value)
    with DataMapClient(surroundings.https, EnvironmentCredential()) as client:
        assert client.type_definition.get_by_name("DataSet")["name"] == "DataSet"


def test_table_of_what_is_refused_is_that_of_the_code() -> None:
    for item in UNSUPPORTED:
        assert f"| {item.what} | {item.why} | {item.instead} |" in GUIDE
    refused = GUIDE.partition("## What the account refuses")[2].partition("\nOf Atlas")[0]
    assert refused.count("\n| ") == len(UNSUPPORTED) + 1


def test_names_of_types_that_were_not_verified_are_listed() -> None:
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in BUILT_IN.glob("*.json")]
    types = [definition for document in documents for definition in document.get("entityDefs", [])]
    unverified = {definition["name"] for definition in types if "not verified" in definition.get("description", "")}
    listed = GUIDE.partition("These are\n")[2].partition(", and the\n")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == unverified
