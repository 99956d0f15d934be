"""Connected, Disconnected, Unknown: what a workspace's connection is told to be, and how to mend it."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from headwater.lineage.connection import ConnectionReport, check
from headwater.lineage.sinks.account import Account, Identity, Target
from lineage.tiny_account import TinyAccount


def checked(account: TinyAccount, secret: str = "right") -> ConnectionReport:
    target = Target("ingest", "headwater", "http://account", Identity("t", "ingest-id", secret))
    return asyncio.run(check(Account(target, httpx.AsyncClient(transport=httpx.ASGITransport(account)))))


def test_curator_is_connected() -> None:
    account = TinyAccount()
    account.curators.add("ingest-id")
    account.readers.add("ingest-id")
    assert checked(account) == ConnectionReport("Connected")
    assert account.posts == [], "nothing is written"


@pytest.mark.parametrize("reads", [True, False])
def test_identity_without_the_role_is_disconnected(reads: bool) -> None:
    account = TinyAccount()
    account.readers |= {"ingest-id"} if reads else set()
    report = checked(account)
    assert report.status == "Disconnected"
    assert "lacks the role Data Curator" in report.reason
    assert report.fix == "Grant it: headwater connect ingest"


def test_account_that_does_not_tell_roles_is_unknown() -> None:
    account = TinyAccount()
    account.fault = (404, {"errorMessage": "no such route"})
    assert checked(account).status == "Unknown"


def test_unknown_identity_is_disconnected() -> None:
    report = checked(TinyAccount(), "wrong")
    assert report.status == "Disconnected"
    assert "does not know the identity" in report.reason


@pytest.mark.parametrize("status", [500, 503])
def test_account_that_cannot_answer_is_unknown(status: int) -> None:
    account = TinyAccount()
    account.fault = (status, {})
    report = checked(account)
    assert report.status == "Unknown"
    assert f"HTTP {status}" in report.reason
    assert report.fix
