"""The application over a loopback port, and a client whose API key is its owner's secret."""

from collections.abc import Iterator

import httpx
import pytest

from api.served import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("openlineage")) as found:
        yield found


@pytest.fixture(scope="module")
def client(server: Served) -> Iterator[httpx.Client]:
    key = server.account.principals.add_secret(server.account.owner.id)
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {key}"}) as found:
        yield found
