"""An empty catalog that examples of laws copy."""

from pathlib import Path

import pytest

from headwater.catalog.catalog import Catalog


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "catalog.db"
    Catalog.open(file, name="contoso").close()
    return file
