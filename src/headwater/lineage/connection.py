"""Whether a workspace's lineage can reach its account: what Synapse shows as the connection's status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from headwater import typed
from headwater.lineage.sinks.account import Account
from headwater.lineage.sinks.protocol import Refused, Unacceptable, Unavailable

ConnectionStatus = Literal["Connected", "Disconnected", "Unknown"]

_CURATOR = "purviewmetadatarole_builtin_data-curator"
_PERMISSION = "permission:"
_PRINCIPAL = "principal.microsoft.id"
_VERSION = ("api-version", "2021-07-01")


class ConnectionReport(msgspec.Struct, frozen=True, rename="camel"):
    """`Connected`: may push. `Disconnected`: the account refuses the identity. `Unknown`: nobody can tell now."""

    status: ConnectionStatus
    reason: str = ""
    fix: str = ""


NOT_CONNECTED = ConnectionReport(
    "Disconnected", "The workspace is not connected to an account.", "headwater connect WORKSPACE"
)


class _Condition(msgspec.Struct, frozen=True, rename="camel"):
    attribute_name: str = ""
    attribute_value_included_in: tuple[str, ...] | None = None
    attribute_value_equals: str | None = None
    from_rule: str | None = None


class _Rule(msgspec.Struct, frozen=True, rename="camel"):
    id: str = ""
    dnf_condition: tuple[tuple[_Condition, ...], ...] = ()


class _Properties(msgspec.Struct, frozen=True, rename="camel"):
    attribute_rules: tuple[_Rule, ...] = ()


class _Policy(msgspec.Struct, frozen=True):
    properties: _Properties = _Properties()


async def check(account: Account) -> ConnectionReport:
    """Ask the account who is Data Curator on the workspace's collection, or above it; nothing is written."""
    try:
        if not await _is_curator(account):
            raise account.lacks_role()
    except Refused as error:
        return ConnectionReport("Disconnected", error.message, error.faults[0].cure)
    except Unavailable as error:
        fix = f"Start the account, or see whether {account.target.url} can be reached from here."
        return ConnectionReport("Unknown", error.message, fix)
    except (Unacceptable, msgspec.DecodeError):
        reason = f'The account "{account.target.account}" does not say who may write to it.'
        return ConnectionReport("Unknown", reason, "Look into the role assignments of its root collection.")
    return ConnectionReport("Connected")


async def _is_curator(account: Account) -> bool:
    me, place, asked = await account.object_id(), account.target.place, set[str]()
    while place and place not in asked:
        asked.add(place)
        path = f"/policyStore/collections/{place}/metadataPolicy"
        policy = typed.decode(await account.request("GET", path, params=[_VERSION]), _Policy)
        if me in _curators(policy):
            return True
        place = _inherits_from(policy, place)
    return False


def _inherits_from(policy: _Policy, place: str) -> str:
    """Return the collection whose roles hold here too, or nothing if there is none."""
    for rule in policy.properties.attribute_rules:
        if rule.id != _PERMISSION + place:
            continue
        for condition in (condition for conditions in rule.dnf_condition for condition in conditions):
            if condition.from_rule and condition.from_rule.startswith(_PERMISSION):
                return condition.from_rule.removeprefix(_PERMISSION)
    return ""


def _curators(policy: _Policy) -> Iterator[str]:
    for rule in policy.properties.attribute_rules:
        if rule.id.partition(":")[0] != _CURATOR:
            continue
        for condition in (condition for conditions in rule.dnf_condition for condition in conditions):
            if condition.attribute_name == _PRINCIPAL:
                yield from condition.attribute_value_included_in or ()
                yield condition.attribute_value_equals or ""
