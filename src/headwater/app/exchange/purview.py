"""Push to a Purview account and pull from one: which side is which, and what the environment says of the identity."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, cast

import httpx

from headwater.app.account import IN_PROCESS
from headwater.app.exchange import tokens
from headwater.app.exchange.exchange import Wanted, exchange
from headwater.app.exchange.journal import Journal
from headwater.app.exchange.report import Kind, Ledger, Summary
from headwater.app.exchange.side import Side, Token
from headwater.app.local import ASGIApplication, Local
from headwater.errors import Fault, Place, SettingsError

Direction = Literal["push", "pull"]
Observe = Callable[[Kind, int, int | None], None]
_TIMEOUT = httpx.Timeout(120.0)
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


def run(
    local: Local,
    direction: Direction,
    address: str,
    *,
    collection: str | None,
    dry_run: bool,
    token_env: str | None,
    observe: Observe,
) -> Summary:
    """Push to the account at the address, or pull from it. Raises SettingsError or CatalogError.

    `collection` is one of the other account: where what is pushed goes, or what is pulled.
    """
    url = _address(address)
    given = _credentials(token_env, os.environ)
    return asyncio.run(_run(local, direction, url, collection, dry_run, given, observe))


async def _run(
    local: Local,
    direction: Direction,
    url: httpx.URL,
    collection: str | None,
    dry_run: bool,
    given: tokens.Ask | str,
    observe: Observe,
) -> Summary:
    hosted = local.hosted
    # The cast: both speak ASGI 3, but httpx types a scope as any mapping where Litestar types its keys.
    inside = httpx.ASGITransport(cast("ASGIApplication", local.application), raise_app_exceptions=False)
    async with (
        httpx.AsyncClient(transport=inside, base_url=IN_PROCESS, timeout=_TIMEOUT) as near,
        httpx.AsyncClient(base_url=url, timeout=_TIMEOUT) as far,
        httpx.AsyncClient(timeout=_TIMEOUT) as authority,
    ):

        async def own() -> str:
            return hosted.owner_token()

        there = tokens.Tokens(authority, given)
        here = Side(f"Account '{local.account_name}'", near, Token(own, lambda: True))
        other = Side(f"Account '{url.host}'", far, Token(there.get, there.forget))
        ledger, journal = Ledger(observe), Journal(None if dry_run else _journal(local, direction, url))
        if direction == "push":
            return await exchange(here, other, Wanted(into=collection, dry_run=dry_run), ledger, journal)
        wanted = Wanted(filter={"collectionId": collection} if collection else None, dry_run=dry_run)
        return await exchange(other, here, wanted, ledger, journal)


def _journal(local: Local, direction: Direction, url: httpx.URL) -> Path:
    return local.project.data / "exchange" / f"{direction}-{url.host}-{url.port or 443}.jsonl"


def _address(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        cure = "Give it as https://<account>.purview.azure.com."
        raise SettingsError(Fault("SET-013", f"'{text}' is no address of an account", Place(), cure))
    if url.scheme == "http" and url.host not in _THIS_MACHINE:
        cure = "Give it with https://: a token would go over the network for all to read."
        raise SettingsError(Fault("SET-013", f"'{text}' is not safe to send a token to", Place(), cure))
    return url


def _credentials(token_env: str | None, environment: Mapping[str, str]) -> tokens.Ask | str:
    if token_env is None:
        return tokens.asked(environment)
    if not environment.get(token_env):
        cure = f"Set it before you start: export {token_env}=…"
        raise SettingsError(Fault("SET-012", f"The environment variable '{token_env}' is not set", Place(), cure))
    return environment[token_env]
