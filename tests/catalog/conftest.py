"""A fresh catalog for each test, on each database that an account can be kept in."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from catalog.desk import Desk
from headwater.catalog.catalog import Catalog
from headwater.catalog.store.postgresql import postgresql_url

TEMPLATE = "catalog_template"


@pytest.fixture(scope="session")
def catalogs(postgresql: str) -> str:
    """Migrate one empty catalog on PostgreSQL, for tests to copy."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    Catalog.open(postgresql_url(postgresql.replace("/postgres?", f"/{TEMPLATE}?")), name="contoso").close()
    return postgresql


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[object]:
    """Where a catalog is kept: a path, or the URL of a database."""
    if request.param == "sqlite":
        yield tmp_path / "catalog.db"
        return
    server = request.getfixturevalue("catalogs")
    name = f"catalog_{request.node.nodeid.__hash__() & 0xFFFFFFFF:08x}"
    with psycopg.connect(server, autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    yield postgresql_url(server.replace("/postgres?", f"/{name}?"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def desk(place: Path) -> Iterator[Desk]:
    catalog = Catalog.open(place, name="contoso")
    yield Desk(catalog)
    catalog.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "place" in metafunc.fixturenames:
        metafunc.parametrize("place", ["sqlite", "postgresql"], indirect=True)
