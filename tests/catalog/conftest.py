"""A catalog in a fresh folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.desk import Desk
from headwater.catalog.catalog import Catalog


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    catalog = Catalog.open(tmp_path / "catalog.db", name="contoso")
    yield Desk(catalog)
    catalog.close()
