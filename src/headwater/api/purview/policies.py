"""Roles on collections in the form of Purview's policy store.

A policy has one attribute rule a role, that lists object ids, and one rule that says which roles hold on the
collection: its own, and those of the parent unless that is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath, RawBody

from headwater.access.account import Account
from headwater.access.roles import ACTIONS, ADMINISTRATOR, ROLES, TITLES, Policy, Role
from headwater.api import wire
from headwater.api.purview import paging
from headwater.api.wire import Caller, Incoming, Served
from headwater.errors import Fault, Invalid, Place

PREFIX = "purviewmetadatarole_builtin_"
# Purview's id of a role where it is not the role's own name.
IDS: Mapping[Role, str] = MappingProxyType(
    {role: PREFIX + ("purview-reader" if role == "data-reader" else role) for role in ROLES}
)
ROLE_OF: Mapping[str, Role] = MappingProxyType({id: role for role, id in IDS.items()})
PRINCIPAL = "principal.microsoft.id"
PAGE = 100
"""Policies of one answer; `nextLink` has the rest."""


@get("/metadataRoles", sync_to_thread=True)
def roles(account: Served, caller: Caller) -> Response[bytes]:
    """The built-in roles with what each may do."""
    account.roles.authorize(caller, "collection/read", account.catalog.collections.root)
    return wire.answer({"values": [_role(role) for role in ROLES]})


@get("/metadataPolicies", sync_to_thread=True)
def read_all(account: Served, caller: Caller, request: Incoming) -> Response[bytes]:
    """Policies of the collections that the caller may see: all, that of `collectionName`, or that with `policyId`."""
    seen = account.roles.collections(caller, "collection/read")
    names = [item.name for item in account.catalog.collections.all() if item.name in seen]
    if wanted := wire.text(request, "collectionName"):
        names = [name for name in names if name == wanted]
    if id := wire.text(request, "policyId"):
        collection = account.roles.policy_named(id).collection
        names = [name for name in names if name == collection]
    page = paging.after(request, names, PAGE)
    document: dict[str, object] = {"values": [_policy(account, account.roles.policy(name)) for name in page.items]}
    if page.next_link:
        document["nextLink"] = page.next_link
    return wire.answer(document)


@get("/metadataPolicies/{id:str}", sync_to_thread=True)
def read_one(account: Served, caller: Caller, id: FromPath[str]) -> Response[bytes]:
    """A policy."""
    found = account.roles.policy_named(id)
    account.roles.authorize(caller, "collection/read", found.collection)
    return wire.answer(_policy(account, found))


@get("/collections/{name:str}/metadataPolicy", sync_to_thread=True)
def read_of(account: Served, caller: Caller, name: FromPath[str]) -> Response[bytes]:
    """The policy of a collection."""
    account.roles.authorize(caller, "collection/read", name)
    return wire.answer(_policy(account, account.roles.policy(name)))


class Condition(msgspec.Struct, frozen=True, rename="camel"):
    attribute_name: str = ""
    attribute_value_included_in: tuple[str, ...] | None = None
    attribute_value_equals: str | None = None
    from_rule: str | None = None


class Rule(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    dnf_condition: tuple[tuple[Condition, ...], ...] = ()


class Properties(msgspec.Struct, frozen=True, rename="camel"):
    attribute_rules: tuple[Rule, ...]


class PolicyBody(msgspec.Struct, frozen=True):
    properties: Properties
    version: int | None = None


@put("/metadataPolicies/{id:str}", sync_to_thread=True)
def write(account: Served, caller: Caller, id: FromPath[str], body: RawBody) -> Response[bytes]:
    """Make the roles on a collection what the policy says; needs Collection Administrator.

    `version` is the one that was read: 409 if somebody else changed the policy since.
    """
    found = account.roles.policy_named(id)
    account.roles.authorize(caller, "collection/write", found.collection)
    given = wire.read(body, PolicyBody)
    wanted, inherits = _wanted(given, found.collection)
    for principal in {principal for principals in wanted.values() for principal in principals}:
        account.principals.get(principal)
    changed = account.roles.set_policy(found.collection, wanted, inherits=inherits, by=caller.id, version=given.version)
    return wire.answer(_policy(account, changed))


def _wanted(given: PolicyBody, collection: str) -> tuple[dict[Role, frozenset[str]], bool]:
    wanted: dict[Role, frozenset[str]] = {}
    inherits = False
    for position, rule in enumerate(given.properties.attribute_rules):
        place = Place(path=f"properties.attributeRules[{position}]")
        if rule.id == f"permission:{collection}":
            inherits = any(
                condition.from_rule is not None and condition.from_rule.startswith("permission:")
                for conditions in rule.dnf_condition
                for condition in conditions
            )
            continue
        role = ROLE_OF.get(rule.id.rpartition(":")[0])
        if role is None or rule.id.rpartition(":")[2] != collection:
            message = f"'{rule.id}' is no rule of a built-in role on '{collection}'"
            raise Invalid(Fault("ACC-007", message, place, f"Known roles are {', '.join(ROLE_OF)}."))
        wanted[role] = frozenset(_principals(rule, place))
    return wanted, inherits


def _principals(rule: Rule, place: Place) -> Iterator[str]:
    for conditions in rule.dnf_condition:
        for condition in conditions:
            if condition.attribute_name == PRINCIPAL:
                yield from condition.attribute_value_included_in or ()
                if condition.attribute_value_equals:
                    yield condition.attribute_value_equals
            elif condition.attribute_name.startswith("principal."):
                message = f"The account keeps no condition on '{condition.attribute_name}'"
                raise Invalid(Fault("CAT-037", message, place, f"Name principals one by one, by {PRINCIPAL}."))


def _role(role: Role) -> dict[str, object]:
    actions = [f"Microsoft.Purview/accounts/{action}" for action in sorted(ACTIONS[role])]
    return {
        "id": IDS[role],
        "name": IDS[role].removeprefix(PREFIX),
        "type": "Microsoft.Purview/role",
        "properties": {
            "provisioningState": "Provisioned",
            "roleType": "BuiltIn",
            "friendlyName": TITLES[role],
            "version": 1,
            "cnfCondition": [[{"attributeName": "request.azure.dataAction", "attributeValueIncludedIn": actions}]],
        },
    }


def _policy(account: Account, policy: Policy) -> dict[str, object]:
    collection = policy.collection
    parent = account.catalog.collections.get(collection).parent
    given = {role: sorted(item.principal for item in policy.assignments if item.role == role) for role in ROLES}
    members = {role: ids for role, ids in given.items() if ids or (parent and role == ADMINISTRATOR)}
    held = [f"{IDS[role]}:{collection}" for role in members]
    if parent and policy.inherits:
        held.append(f"permission:{parent}")
    return {
        "name": f"policy_{collection}",
        "id": policy.id,
        "version": policy.version,
        "properties": {
            "description": "",
            "collection": {"type": "CollectionReference", "referenceName": collection},
            "parentCollectionName": parent,
            "decisionRules": [_decision(collection)],
            "attributeRules": [
                *(_members(role, principals, collection, parent) for role, principals in members.items()),
                {
                    "kind": "attributerule",
                    "id": f"permission:{collection}",
                    "name": f"permission:{collection}",
                    "dnfCondition": [[_from(rule)] for rule in held],
                },
            ],
        },
    }


def _decision(collection: str) -> dict[str, object]:
    own = {"attributeName": "resource.purview.collection", "attributeValueIncludes": collection}
    return {"kind": "decisionrule", "effect": "Permit", "dnfCondition": [[own, _from(f"permission:{collection}")]]}


def _from(rule: str) -> dict[str, object]:
    return {"fromRule": rule, "attributeName": "derived.purview.permission", "attributeValueIncludes": rule}


def _members(role: Role, principals: list[str], collection: str, parent: str | None) -> dict[str, object]:
    rule = f"{IDS[role]}:{collection}"
    of_role: dict[str, object] = {
        "fromRule": IDS[role],
        "attributeName": "derived.purview.role",
        "attributeValueIncludes": IDS[role],
    }
    conditions: list[list[dict[str, object]]] = []
    if principals:
        conditions.append([{"attributeName": PRINCIPAL, "attributeValueIncludedIn": principals}, of_role])
    # Whatever a collection restricts, the administrators of its parent hold here too.
    if role == ADMINISTRATOR and parent:
        conditions.append([_from(f"{IDS[role]}:{parent}")])
    return {"kind": "attributerule", "id": rule, "name": rule, "dnfCondition": conditions}


HANDLERS = (read_all, read_of, read_one, roles, write)
