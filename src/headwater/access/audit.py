"""The audit log: sign-ins, refusals and changes of rights."""

from __future__ import annotations

import msgspec


class Entry(msgspec.Struct, frozen=True):
    at: int
    principal: str
    action: str
    target: str
    outcome: str
    detail: str = ""


class Audit:
    def record(self, principal: str, action: str, target: str, *, outcome: str, detail: str = "") -> None: ...
    def entries(self, *, limit: int = 100) -> tuple[Entry, ...]: ...
