"""The application over a loopback port; one account a test, one server a test."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.served import Served, served


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as found:
        yield found
