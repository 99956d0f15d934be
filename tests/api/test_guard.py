"""A secret travels only where nobody else can read it: on this machine, or over TLS."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from headwater.access.account import Account
from headwater.api.server import create_app


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    found = Account.open(tmp_path, name="contoso")
    yield found
    found.close()


def ask(account: Account, peer: str, url: str, authorization: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(account), client=(peer, 1234))
        async with httpx.AsyncClient(transport=transport) as client:
            headers = {"authorization": authorization}
            return await client.get(f"{url}/api/atlas/admin/version", headers=headers)

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("peer", "url", "status"),
    [
        ("127.0.0.1", "http://account", 200),
        ("::1", "http://account", 200),
        ("::ffff:127.0.0.1", "http://account", 200),
        ("10.1.2.3", "https://account", 200),
        ("10.1.2.3", "http://account", 401),
        ("fe80::1", "http://account", 401),
        ("elsewhere", "http://account", 401),
    ],
)
def test_basic_credentials_are_taken_from_this_machine_or_over_tls(
    peer: str, url: str, status: int, account: Account
) -> None:
    secret = account.principals.add_secret(account.owner.id)
    for name in (account.owner.name, account.owner.id):
        basic = "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
        assert ask(account, peer, url, basic).status_code == status


def test_token_is_taken_from_anywhere(account: Account) -> None:
    token = account.tokens.issue(account.owner).text
    assert ask(account, "10.1.2.3", "http://account", f"Bearer {token}").status_code == 200
