"""Studio of the real demo in a real Chromium, signed in once for each file of tests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.looks import COUNT_QUESTIONS
from servers.demo import DemoWorld, Studio

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "test-output" / "studio"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}

expect.set_options(timeout=15_000)


@dataclass(frozen=True)
class Signed:
    """A running Studio and the cookies of a session in it."""

    url: str
    address: str
    """Where it was signed in; its token is spent."""
    cookies: Any
    asset: Callable[[str], str]
    """Name of a dataset → its guid."""


@pytest.fixture(scope="module")
def signed(chromium: Browser, studio: Studio, demo: DemoWorld) -> Signed:
    """Sign in by an address that `headwater sign-in` prints, and keep the session."""
    address = json.loads(demo.command("sign-in", "--json").stdout)["url"]
    context = chromium.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_url(f"{studio.url}/")
    hits = page.request.get(f"{studio.url}/studio/api/search?q=*&limit=100").json()["hits"]
    guids = {hit["name"]: hit["guid"] for hit in hits if hit["family"] in {"file", "table"}}
    cookies = context.storage_state()
    context.close()
    return Signed(studio.url, address, cookies, guids.__getitem__)


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, signed: Signed) -> Iterator[Opener]:
    """Return a function that opens an address; whatever the pages say in the console or ask of others is a failure."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_at(path: str, size: str = "wide", colours: str = "light", expected: str = "") -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=signed.url,
            storage_state=signed.cookies,
            viewport={"width": width, "height": height},
            color_scheme="dark" if colours == "dark" else "light",
            reduced_motion="reduce",
        )
        context.add_init_script(COUNT_QUESTIONS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complain(complaints, said.type, said.text, expected))
        page.on("request", lambda asked: foreign(complaints, asked.url, signed.url))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


def complain(complaints: list[str], kind: str, text: str, expected: str) -> None:
    if kind in {"error", "warning"} and not (expected and re.search(expected, text)):
        complaints.append(f"{kind}: {text}")


def foreign(complaints: list[str], url: str, home: str) -> None:
    if not url.startswith((home, "data:", "blob:")):
        complaints.append(f"asked {url}")


def lineage_of(signed: Signed, name: str, *columns: str, more: str = "") -> str:
    """Return the address of a lineage tab with these columns of the asset chosen."""
    guid = signed.asset(name)
    chosen = "".join(f"&column={guid}~{column}" for column in columns)
    return f"/assets/{guid}/lineage?{(chosen + more).lstrip('&')}"
