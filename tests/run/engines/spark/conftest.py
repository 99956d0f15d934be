"""One Spark for all tests of this folder: it takes seconds to start."""

from __future__ import annotations

import pytest

from run.engines.spark.local_spark import LocalSpark


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> LocalSpark:
    return LocalSpark(tmp_path_factory.mktemp("spark"))
