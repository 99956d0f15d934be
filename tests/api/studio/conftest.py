"""A filled account behind Studio's own router, and browsers that are signed in to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.studio.flights import Demo, demo, reopen
from headwater.access.principals import Principal
from headwater.api.studio import create_router

BASE = "/studio/api"
Browser = TestClient[Litestar]
Opener = Callable[[Principal | None], Browser]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill an account once; every test looks at a copy of its own."""
    folder = tmp_path_factory.mktemp("studio") / "filled"
    content = demo(folder)
    content.runs.close()
    content.account.close()
    return folder


@pytest.fixture
def filled(template: Path, tmp_path: Path) -> Iterator[Demo]:
    shutil.copytree(template, tmp_path / "filled")
    content = reopen(tmp_path / "filled")
    yield content
    content.runs.close()
    content.account.close()


@pytest.fixture
def browser(filled: Demo) -> Iterator[Opener]:
    """Return a function that opens a browser, signed in as a principal or not at all."""
    app = Litestar([create_router(filled.account, runs=filled.runs, workspaces=filled.workspaces)])
    with ExitStack() as opened:

        def open_as(principal: Principal | None) -> Browser:
            client: Browser = opened.enter_context(TestClient(app, base_url=f"http://testserver.local{BASE}"))
            client.headers["x-headwater-studio"] = "1"
            if principal is not None:
                answer = client.post("/session", json={"token": filled.account.sign_in.code(principal)})
                assert answer.status_code == 200, answer.text
            return client

        yield open_as


@pytest.fixture
def owner(filled: Demo, browser: Opener) -> Browser:
    """A browser of the account's owner."""
    return browser(filled.account.owner)


@pytest.fixture
def stranger(filled: Demo, browser: Opener) -> Browser:
    """A browser of somebody who may sign in but has no role."""
    return browser(filled.account.principals.ensure("user", "nobody"))
