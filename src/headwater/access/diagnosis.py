"""May a workspace's identity push lineage, and if not, why and what to do. The words are Synapse Studio's."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.access.principals import Principal
from headwater.access.roles import Roles


class Diagnosis(msgspec.Struct, frozen=True):
    """`Connected`: may push. `Disconnected`: may not. `Unknown` is for whoever cannot reach the account to ask."""

    status: Literal["Connected", "Disconnected", "Unknown"]
    reason: str = ""
    cure: str = ""


def diagnose(identity: Principal | None, roles: Roles, collection: str, workspace: str) -> Diagnosis:
    """Look whether the workspace has an identity in the account and may write where what it makes stands."""
    cure = f"Run `headwater connect {workspace}`, or give it the role Data Curator on '{collection}'."
    if identity is None:
        return Diagnosis("Disconnected", f"The account knows no workspace '{workspace}'.", cure)
    if not roles.allowed(identity, "data/write", collection):
        return Diagnosis("Disconnected", f"'{workspace}' lacks the role Data Curator on '{collection}'.", cure)
    return Diagnosis("Connected")
