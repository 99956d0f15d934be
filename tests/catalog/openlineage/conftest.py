from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.openlineage.world import World


@pytest.fixture(scope="session")
def empty_account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a catalog that has nothing yet."""
    folder = tmp_path_factory.mktemp("empty")
    world = World.open(folder)
    # The last connection that closes leaves one file, without the log beside it.
    world.catalog.close()
    return folder / "account.db"


@pytest.fixture
def world(empty_account: Path, tmp_path: Path) -> Iterator[World]:
    opened = World.open(tmp_path, empty_account)
    yield opened
    opened.catalog.close()
