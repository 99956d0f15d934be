"""Who may do what where. The tree is contoso ─ sales ─ europe."""

import pytest

from headwater.access.account import Account
from headwater.access.principals import Principal
from headwater.access.roles import ACTIONS, ROLES, Role
from headwater.errors import Conflict, Forbidden


@pytest.fixture
def somebody(account: Account) -> Principal:
    for name, parent in (("sales", "contoso"), ("europe", "sales")):
        account.catalog.collections.put(name, friendly_name=name, parent=parent, by="tester")
    return account.principals.create("user", "somebody")


def give(account: Account, principal: Principal, role: Role, collection: str) -> None:
    account.roles.grant(principal, role, collection, by=account.owner.id)


@pytest.mark.parametrize("role", ROLES)
def test_role_allows_its_actions_and_no_others(role: Role, account: Account, somebody: Principal) -> None:
    give(account, somebody, role, "contoso")
    every = {action for actions in ACTIONS.values() for action in actions}
    assert {action for action in every if account.roles.allowed(somebody, action, "contoso")} == ACTIONS[role]


def test_role_holds_below_its_collection_and_not_above(account: Account, somebody: Principal) -> None:
    give(account, somebody, "data-reader", "sales")
    assert account.roles.collections(somebody, "data/read") == {"sales", "europe"}
    assert [account.roles.allowed(somebody, "data/read", name) for name in ("contoso", "sales", "europe")] == [
        False,
        True,
        True,
    ]


def test_restricted_collection_inherits_administrators_only(account: Account, somebody: Principal) -> None:
    give(account, somebody, "data-curator", "contoso")
    give(account, somebody, "collection-administrator", "contoso")
    account.roles.set_policy("sales", {}, inherits=False, by=account.owner.id)
    assert account.roles.collections(somebody, "data/read") == {"contoso"}
    assert account.roles.collections(somebody, "collection/write") == {"contoso", "sales", "europe"}
    for name in ("contoso", "sales", "europe"):
        assert account.roles.allowed(somebody, "data/read", name) == (name == "contoso")
        assert account.roles.allowed(somebody, "collection/write", name)


def test_refusal_names_the_role_that_is_missing_and_who_gives_it(account: Account, somebody: Principal) -> None:
    with pytest.raises(Forbidden) as refused:
        account.roles.authorize(somebody, "data/write", "sales")
    assert "'somebody' is not authorized to perform data/write in collection 'sales'" in refused.value.message
    assert "Data Curator" in refused.value.faults[0].cure


def test_role_that_is_taken_away_is_gone(account: Account, somebody: Principal) -> None:
    give(account, somebody, "data-reader", "contoso")
    account.roles.revoke(somebody, "data-reader", "contoso", by=account.owner.id)
    assert account.roles.collections(somebody, "data/read") == frozenset()


def test_last_administrator_of_the_root_stays(account: Account, somebody: Principal) -> None:
    with pytest.raises(Conflict):
        account.roles.revoke(account.owner, "collection-administrator", "contoso", by=account.owner.id)
    with pytest.raises(Conflict):
        account.roles.set_policy("contoso", {}, inherits=True, by=account.owner.id)
    assert account.roles.allowed(account.owner, "collection/write", "contoso")
    give(account, somebody, "collection-administrator", "contoso")
    account.roles.revoke(account.owner, "collection-administrator", "contoso", by=somebody.id)


def test_change_of_rights_is_in_the_audit_log_once(account: Account, somebody: Principal) -> None:
    give(account, somebody, "data-reader", "sales")
    give(account, somebody, "data-reader", "sales")
    entries = [entry for entry in account.audit.entries() if entry.target == "sales"]
    assert [(entry.action, entry.detail, entry.principal) for entry in entries] == [
        ("grant data-reader", somebody.id, account.owner.id)
    ]
