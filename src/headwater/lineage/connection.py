"""Whether a workspace's lineage can reach its account: what Synapse shows as the connection's status."""

from __future__ import annotations

from typing import Literal

import msgspec

ConnectionStatus = Literal["Connected", "Disconnected", "Unknown"]


class ConnectionReport(msgspec.Struct, frozen=True, rename="camel"):
    """`Connected`: may push. `Disconnected`: the account refuses the identity. `Unknown`: nobody can tell now."""

    status: ConnectionStatus
    reason: str = ""
    fix: str = ""
