"""A real Azurite for the session: `azurite` gives its address, a fresh container each test makes by `container`."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

import httpx
import pytest

from servers.install_azurite import install, node

ACCOUNT = "headwatertest"
_LISTENING = re.compile(rb"successfully listens on (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Azurite:
    """`url` without the account; `key` is made for this session and worth nothing elsewhere."""

    url: str
    key: str

    @property
    def endpoint(self) -> str:
        return f"{self.url}/{ACCOUNT}"

    @property
    def binding_url(self) -> str:
        return f"azure+{self.endpoint}"

    @property
    def connection_string(self) -> str:
        return f"AccountName={ACCOUNT};AccountKey={self.key};BlobEndpoint={self.endpoint};"

    def create_container(self, name: str) -> None:
        """Create a container, which obstore has no call for: one request signed with the account's key."""
        now = datetime.datetime.now(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = {"x-ms-date": now, "x-ms-version": "2021-08-06"}
        canonical = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
        resource = f"/{ACCOUNT}{urlsplit(self.endpoint).path}/{name}\nrestype:container"
        text = "PUT" + "\n" * 12 + canonical + resource
        digest = hmac.new(base64.b64decode(self.key), text.encode(), hashlib.sha256).digest()
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
        headers["Content-Length"] = "0"
        url = f"{self.endpoint}/{name}?restype=container"
        httpx.put(url, headers=headers, trust_env=False).raise_for_status()


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """Start Azurite on a free loopback port, installing it first if need be, and stop it at the end."""
    key = base64.b64encode(secrets.token_bytes(64)).decode()
    folder = tmp_path_factory.mktemp("azurite")
    options = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--location", str(folder)]
    options += ["--skipApiVersionCheck", "--disableTelemetry"]
    process = subprocess.Popen(
        [str(node()), str(install()), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"},
    )
    try:
        yield Azurite(_address(process.stdout), key)
    finally:
        process.terminate()
        process.wait()


def _address(output: IO[bytes] | None) -> str:
    """Read what Azurite says until it listens. It says little after that, which the pipe holds."""
    said = b""
    for line in output or ():
        said += line
        if found := _LISTENING.search(line):
            return found[1].decode()
    raise RuntimeError(f"Azurite did not start: {said.decode(errors='replace')}")


@pytest.fixture
def container(azurite: Azurite) -> str:
    """Create a container of a name that no other test has."""
    name = f"test-{secrets.token_hex(8)}"
    azurite.create_container(name)
    return name


@pytest.fixture
def azurite_key(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> str:
    """Put the account's key into an environment variable and return its name."""
    monkeypatch.setenv("HEADWATER_TEST_AZURITE_KEY", azurite.key)
    return "HEADWATER_TEST_AZURITE_KEY"
