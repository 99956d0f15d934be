"""Whether a workspace's lineage can reach its account: what Synapse shows as the connection's status."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.lineage.sinks.account import ENTITY_BULK, Account
from headwater.lineage.sinks.protocol import Refused, Unacceptable, Unavailable

ConnectionStatus = Literal["Connected", "Disconnected", "Unknown"]

_NOTHING = b'{"entities":[]}'


class ConnectionReport(msgspec.Struct, frozen=True, rename="camel"):
    """`Connected`: may push. `Disconnected`: the account refuses the identity. `Unknown`: nobody can tell now."""

    status: ConnectionStatus
    reason: str = ""
    fix: str = ""


NOT_CONNECTED = ConnectionReport(
    "Disconnected", "The workspace is not connected to an account.", "headwater connect WORKSPACE"
)


async def check(account: Account) -> ConnectionReport:
    """Ask the account to write nothing: only an identity that may write is told anything but 403."""
    try:
        await account.request("POST", ENTITY_BULK, content=_NOTHING)
    except Unacceptable:
        # Purview finds no entities in the request: the identity got past its permissions.
        return ConnectionReport("Connected")
    except Refused as error:
        return ConnectionReport("Disconnected", error.message, error.faults[0].cure)
    except Unavailable as error:
        fix = f"Start the account or see whether {account.target.url} can be reached from here: headwater status"
        return ConnectionReport("Unknown", error.message, fix)
    return ConnectionReport("Connected")
