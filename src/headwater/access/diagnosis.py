"""May an identity push lineage, and if not, why and what to do."""

from __future__ import annotations

from typing import Literal

import msgspec


class Diagnosis(msgspec.Struct, frozen=True):
    status: Literal["Connected", "Disconnected", "Unknown"]
    reason: str = ""
    cure: str = ""
