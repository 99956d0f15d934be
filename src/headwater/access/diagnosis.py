"""May a workspace's identity push lineage, and if not, why and what to do. The words are Synapse Studio's."""

from __future__ import annotations

from typing import Literal

import msgspec

from headwater.access.principals import Principals
from headwater.access.roles import Roles


class Diagnosis(msgspec.Struct, frozen=True):
    """`Connected`: may push. `Disconnected`: may not. `Unknown` is for whoever cannot reach the account to ask."""

    status: Literal["Connected", "Disconnected", "Unknown"]
    reason: str = ""
    cure: str = ""


def diagnose(principals: Principals, roles: Roles, root: str, workspace: str) -> Diagnosis:
    """Look whether the workspace has an identity in the account and may write on the root collection."""
    identity = principals.find("workspace", workspace)
    cure = f"Run `headwater connect {workspace}`, or give it the role Data Curator on '{root}'."
    if identity is None:
        return Diagnosis("Disconnected", f"The account knows no workspace '{workspace}'.", cure)
    if not roles.allowed(identity, "data/write", root):
        return Diagnosis("Disconnected", f"'{workspace}' lacks the role Data Curator on '{root}'.", cure)
    return Diagnosis("Connected")
