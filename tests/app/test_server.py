"""The server of a project: over plain http, or over TLS where the settings name a certificate."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from headwater import settings
from headwater.app.local import Local
from headwater.app.server import tls_files
from headwater.errors import SettingsError


def project(folder: Path, *server: str) -> settings.Project:
    file = folder / "headwater.toml"
    file.write_text("\n".join(["[server]", "port = 0", *server]) + "\n", encoding="utf-8")
    return settings.read(file)


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """Lay cert.pem and key.pem into the folder, and return a context that trusts them."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "both.pem"))
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    for blob in issued.cert_chain_pems:
        blob.write_to_path(str(tmp_path / "cert.pem"), append=True)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.mark.parametrize(
    "server", [('tls_certificate = "cert.pem"', 'tls_key = "key.pem"'), ('tls_certificate = "both.pem"',)]
)
def test_server_with_a_certificate_speaks_https_only(
    server: tuple[str, ...], tmp_path: Path, certificate: ssl.SSLContext
) -> None:
    with Local(project(tmp_path, *server)) as local, local.server() as running:
        assert running.url.startswith("https://127.0.0.1:")
        assert httpx.get(f"{running.url}/api/atlas/v2/types/typedefs", verify=certificate).status_code == 401
        with pytest.raises(httpx.TransportError):
            httpx.get(running.url.replace("https", "http"))


def test_server_without_a_certificate_speaks_http(tmp_path: Path) -> None:
    with Local(project(tmp_path)) as local, local.server() as running:
        assert running.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "server",
    [
        ('tls_certificate = "nowhere.pem"',),
        ('tls_certificate = "headwater.toml"',),
        ('tls_certificate = "cert.pem"',),
        ('tls_key = "key.pem"',),
    ],
    ids=["missing", "no certificate", "without key", "key alone"],
)
@pytest.mark.usefixtures("certificate")
def test_certificate_that_cannot_be_used_is_told_before_anything_listens(
    server: tuple[str, ...], tmp_path: Path
) -> None:
    with Local(project(tmp_path, *server)) as local, pytest.raises(SettingsError) as error:
        local.server()
    assert error.value.code == "SET-014"


def test_files_are_relative_to_the_project(tmp_path: Path) -> None:
    found = tls_files(project(tmp_path, 'tls_certificate = "tls/cert.pem"'))
    assert found is not None
    assert (found.certificate, found.key) == (tmp_path / "tls" / "cert.pem", None)
