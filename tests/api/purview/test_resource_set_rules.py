"""The account's resource set rules, by the routes and in the shape of Purview's account API."""

import httpx
import pytest

from api.served import Served
from headwater.access.principals import Principal

PATH = "/account/resourceSetRuleConfigs/defaultResourceSetRuleConfig"
BULK = "/datamap/api/atlas/v2/entity/bulk"
ROOT = "https://acct.blob.core.windows.net/in"
SCOPED = {
    "pathPatternConfig": {
        "createdBy": "tester",
        "enableDefaultPatterns": True,
        "scopedRules": [
            {
                "bindingUrl": f"{ROOT}/sales",
                "storeType": "azure_blob",
                "rules": [{"name": "by region", "qualifiedName": "{{region:string}}/{day:date}.csv"}],
            }
        ],
    }
}


def headers(server: Served, principal: Principal | None = None) -> dict[str, str]:
    return {"authorization": f"Bearer {server.account.tokens.issue(principal or server.account.owner).text}"}


@pytest.mark.parametrize("prefix", ["", "/account"])
def test_account_without_rules_has_the_built_in_ones(prefix: str, server: Served, client: httpx.Client) -> None:
    listed = client.get(f"{prefix}/resourceSetRuleConfigs", headers=headers(server)).json()
    (config,) = listed["value"]
    assert config["name"] == "defaultResourceSetRuleConfig"
    assert config["advancedResourceSet"]["resourceSetProcessing"] == "Default"
    patterns = config["pathPatternConfig"]
    assert (patterns["enableDefaultPatterns"], patterns["acceptedPatterns"], patterns["scopedRules"]) == (True, [], [])
    assert [replacer["name"] for replacer in patterns["regexReplacers"]][:2] == ["Guid", "Number"]
    assert patterns["regexReplacers"][1] == {
        "name": "Number",
        "disabled": False,
        "regex": {"regexStr": r"^\d+$", "options": 9},
        "replaceWith": "{N}",
        "disableRecursiveReplacerApplication": True,
    }


def test_rules_are_kept_told_and_taken_away(server: Served, client: httpx.Client) -> None:
    written = client.put(PATH, json=SCOPED, headers=headers(server))
    assert written.status_code == 200
    read = client.get(PATH, headers=headers(server)).json()
    assert read == written.json()
    assert read["pathPatternConfig"]["scopedRules"][0]["rules"][0]["isResourceSet"] is True
    files = [f"{ROOT}/sales/{region}/2024010{day}.csv" for region in ("emea", "apac") for day in (1, 2)]
    body = {
        "entities": [
            {"typeName": "azure_blob_path", "attributes": {"qualifiedName": name, "name": "f"}} for name in files
        ]
    }
    assert client.post(BULK, json=body, headers=headers(server)).status_code == 200
    for region in ("emea", "apac"):
        query = {"attr:qualifiedName": f"{ROOT}/sales/{region}/{{day}}.csv"}
        path = "/datamap/api/atlas/v2/entity/uniqueAttribute/type/azure_blob_resource_set"
        found = client.get(path, params=query, headers=headers(server)).json()["entity"]
        assert found["attributes"]["partitionCount"] == 2
        assert len(found["relationshipAttributes"]["members"]) == 2
    assert client.delete(PATH, headers=headers(server)).status_code == 204
    assert client.get(PATH, headers=headers(server)).json()["pathPatternConfig"]["scopedRules"] == []


def test_rules_read_are_rules_that_can_be_written(server: Served, client: httpx.Client) -> None:
    """What a client fetches, changes in one place and sends back is taken."""
    config = client.get(PATH, headers=headers(server)).json()
    config["pathPatternConfig"]["regexReplacers"][9]["disabled"] = True
    written = client.put(PATH, json=config, headers=headers(server))
    assert written.status_code == 200
    assert written.json()["pathPatternConfig"] == config["pathPatternConfig"]


@pytest.mark.parametrize(
    "patterns",
    [
        {"regexReplacers": [{"name": "Mine", "disabled": False, "regex": {"regexStr": "(a+)+$"}}]},
        {"regexReplacers": [{"name": "Guid", "disabled": False, "regex": {"regexStr": "(a+)+$"}}]},
        {"rejectedPatterns": [{"name": "r", "path": "(a+)+$", "filterType": "Regex"}]},
        {"complexReplacers": [{"name": "Mine", "typeName": "Mine"}]},
        {"scopedRules": [{"bindingUrl": "acct/in", "storeType": "x", "rules": []}]},
        {"scopedRules": [{"bindingUrl": ROOT, "storeType": "x", "rules": [{"qualifiedName": "{a:float}.csv"}]}]},
        {"scopedRules": [{"bindingUrl": ROOT, "storeType": "x", "rules": [{"qualifiedName": "{a.csv"}]}]},
        {"scopedRules": [{"bindingUrl": ROOT, "storeType": "x", "rules": [{"qualifiedName": "{a}{b}{c}{d}"}]}]},
        {"scopedRules": [{"bindingUrl": ROOT, "storeType": "x", "rules": [{"qualifiedName": "/"}]}]},
    ],
)
def test_rules_that_cannot_be_run_are_refused_with_their_place(
    patterns: dict[str, object], server: Served, client: httpx.Client
) -> None:
    body = {"pathPatternConfig": {"createdBy": "t", "enableDefaultPatterns": True, **patterns}}
    answer = client.put(PATH, json=body, headers=headers(server))
    assert answer.status_code == 400
    (fault,) = answer.json()["faults"]
    assert fault["code"] == "CAT-167"
    assert "pathPatternConfig." in str(fault)


def test_list_of_extensions_is_taken_as_a_regular_expression(server: Served, client: httpx.Client) -> None:
    rejected = {"name": "Office", "path": r"^.*\.(?i)(LOG|TMP)(?-i)$", "filterType": "Regex"}
    body = {"pathPatternConfig": {"createdBy": "t", "enableDefaultPatterns": True, "rejectedPatterns": [rejected]}}
    assert client.put(PATH, json=body, headers=headers(server)).status_code == 200
    names = [f"{ROOT}/x{number}.{kind}" for number in (1, 2) for kind in ("log", "csv")]
    entities = [{"typeName": "azure_blob_path", "attributes": {"qualifiedName": name, "name": "f"}} for name in names]
    client.post(BULK, json={"entities": entities}, headers=headers(server))
    counts = server.account.catalog.entities.counts()
    assert counts["azure_blob_resource_set"] == 1


def test_reader_reads_rules_and_may_not_change_them(server: Served, client: httpx.Client) -> None:
    account = server.account
    reader, nobody = account.principals.ensure("user", "reader"), account.principals.ensure("user", "nobody")
    account.roles.grant(reader, "data-reader", account.catalog.collections.root, by=account.owner.id)
    assert client.get(PATH, headers=headers(server, reader)).status_code == 200
    assert client.put(PATH, json=SCOPED, headers=headers(server, reader)).status_code == 403
    assert client.delete(PATH, headers=headers(server, reader)).status_code == 403
    assert client.get(PATH, headers=headers(server, nobody)).status_code == 403
