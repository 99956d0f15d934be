"""A real Chromium for a file of tests, Debian's or the machine's own; Playwright drives it but downloads nothing.

It is found on the PATH as `chromium`, `chromium-browser` or `google-chrome`, or where HEADWATER_CHROMIUM says.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing that reaches for the network: the browser talks to the test's own server only.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    given = os.environ.get("HEADWATER_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


# Not for the session: Playwright keeps an event loop in this thread, and tests that come after want one of their own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Chromium headless, each test in a context of its own; skip where there is none."""
    path = find()
    if path is None:
        pytest.skip("No Chromium on this machine: apt-get install chromium, or set HEADWATER_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(ARGUMENTS))
        yield browser
        browser.close()
