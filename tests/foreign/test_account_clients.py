"""azure-purview-administration and azure-purview-account, unmodified: the account, its collections, rules and roles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential
from azure.purview.account import PurviewAccountClient as OlderAccountClient
from azure.purview.administration.account import PurviewAccountClient
from azure.purview.administration.metadatapolicies import PurviewMetadataPoliciesClient

from foreign.front import Front


@pytest.fixture(params=["", "/account"], ids=["host", "host and path"])
def account(surroundings: Front, request: pytest.FixtureRequest) -> Iterator[PurviewAccountClient]:
    """The client, whose endpoint some write with the path and some without."""
    with PurviewAccountClient(surroundings.https + request.param, ManagedIdentityCredential()) as found:
        yield found


@pytest.fixture
def policies(surroundings: Front) -> Iterator[PurviewMetadataPoliciesClient]:
    with PurviewMetadataPoliciesClient(surroundings.https, ManagedIdentityCredential()) as found:
        yield found


def test_account_is_shown_and_renamed(account: PurviewAccountClient, front: Front) -> None:
    shown = account.accounts.get_account_properties()
    assert (shown["name"], shown["properties"]["provisioningState"]) == ("contoso", "Succeeded")
    renamed = account.accounts.update_account_properties({"friendlyName": "Contoso's account"})
    assert renamed["properties"]["friendlyName"] == "Contoso's account"
    assert front.account.catalog.collections.get(front.root).friendly_name == "Contoso's account"


def test_access_keys_are_refused_with_the_reason(account: PurviewAccountClient) -> None:
    for ask in (
        account.accounts.get_access_keys,
        lambda: account.accounts.regenerate_access_key({"keyType": "AtlasKafkaPrimaryKey"}),
    ):
        with pytest.raises(HttpResponseError, match="no event hub") as refused:
            ask()
        assert refused.value.status_code == 501


def test_collections_are_made_listed_and_deleted(account: PurviewAccountClient, front: Front) -> None:
    parent = {"parentCollection": {"referenceName": front.root, "type": "CollectionReference"}}
    made = account.collections.create_or_update_collection("admsales", {"friendlyName": "Sales of ours", **parent})
    assert made["collectionProvisioningState"] == "Succeeded"
    below = {"parentCollection": {"referenceName": "admsales", "type": "CollectionReference"}}
    account.collections.create_or_update_collection("admwest", {"friendlyName": "West", **below})
    assert account.collections.get_collection("admwest")["parentCollection"]["referenceName"] == "admsales"
    assert {"admsales", "admwest"} <= {item["name"] for item in account.collections.list_collections()}
    children = account.collections.list_child_collection_names("admsales")
    assert [item["name"] for item in children] == ["admwest"]
    path = account.collections.get_collection_path("admwest")
    assert path["parentNameChain"] == [front.root, "admsales"]
    account.collections.delete_collection("admwest")
    account.collections.delete_collection("admsales")


def test_resource_set_rules_are_kept(account: PurviewAccountClient) -> None:
    rules = account.resource_set_rules
    shown = rules.get_resource_set_rule()
    assert shown["advancedResourceSet"] is not None
    listed = list(rules.list_resource_set_rules())
    assert [item["name"] for item in listed] == [shown["name"]]
    assert rules.create_or_update_resource_set_rule({**shown, "pathPatternConfig": shown["pathPatternConfig"]})
    rules.delete_resource_set_rule()


def test_older_account_client_reads_the_account(surroundings: Front) -> None:
    with OlderAccountClient(surroundings.https + "/account", ManagedIdentityCredential()) as client:
        assert client.accounts.get_account_properties()["name"] == "contoso"
        assert client.collections.get_collection(surroundings.root)["name"] == surroundings.root


def test_roles_and_policies_are_listed(policies: PurviewMetadataPoliciesClient, front: Front) -> None:
    roles = {role["id"] for role in policies.metadata_roles.list()}
    assert "purviewmetadatarole_builtin_data-curator" in roles
    found = list(policies.metadata_policy.list_all(collection_name=front.root))
    assert [policy["properties"]["collection"]["referenceName"] for policy in found] == [front.root]
    assert policies.metadata_policy.get(found[0]["id"])["name"] == found[0]["name"]


def test_role_is_given_by_changing_the_policy(policies: PurviewMetadataPoliciesClient, front: Front) -> None:
    account = front.account
    account.catalog.collections.put("admroles", friendly_name="Roles", parent=front.root, by=account.owner.id)
    stranger, _ = front.stranger()
    policy = next(iter(policies.metadata_policy.list_all(collection_name="admroles")))
    reader = "purviewmetadatarole_builtin_purview-reader:admroles"
    role = reader.partition(":")[0]
    member = {"attributeName": "principal.microsoft.id", "attributeValueIncludedIn": [stranger.id]}
    derived = {"fromRule": role, "attributeName": "derived.purview.role", "attributeValueEquals": role}
    rule = {"kind": "attributerule", "id": reader, "name": reader, "dnfCondition": [[member, derived]]}
    policy["properties"]["attributeRules"].append(rule)
    changed = policies.metadata_policy.update(policy["id"], policy)
    assert changed["version"] == policy["version"] + 1
    assert account.roles.allowed(stranger, "data/read", "admroles")
    assert not account.roles.allowed(stranger, "data/write", "admroles")
