"""Whether a workspace's lineage can reach its account: what Synapse shows as the connection's status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from headwater.lineage.sinks.account import Account
from headwater.lineage.sinks.protocol import Refused, Unacceptable, Unavailable

ConnectionStatus = Literal["Connected", "Disconnected", "Unknown"]

_CURATOR = "purviewmetadatarole_builtin_data-curator"
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


class _Rule(msgspec.Struct, frozen=True, rename="camel"):
    id: str = ""
    dnf_condition: tuple[tuple[_Condition, ...], ...] = ()


class _Properties(msgspec.Struct, frozen=True, rename="camel"):
    attribute_rules: tuple[_Rule, ...] = ()


class _Policy(msgspec.Struct, frozen=True):
    properties: _Properties = _Properties()


async def check(account: Account) -> ConnectionReport:
    """Ask the account who is Data Curator on its root collection; nothing is written."""
    path = f"/policyStore/collections/{account.target.account}/metadataPolicy"
    try:
        policy = msgspec.json.decode(await account.request("GET", path, params=[_VERSION]), type=_Policy)
        if await account.object_id() not in set(_curators(policy)):
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


def _curators(policy: _Policy) -> Iterator[str]:
    for rule in policy.properties.attribute_rules:
        if rule.id.partition(":")[0] != _CURATOR:
            continue
        for condition in (condition for conditions in rule.dnf_condition for condition in conditions):
            if condition.attribute_name == _PRINCIPAL:
                yield from condition.attribute_value_included_in or ()
                yield condition.attribute_value_equals or ""
