"""One Spark for all tests of this folder: it takes seconds to start."""

from __future__ import annotations

import os
import shutil

import pytest

from run.engines.spark.local_spark import LocalSpark


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> LocalSpark:
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("No Java on this machine: apt-get install openjdk-17-jre-headless")
    return LocalSpark(tmp_path_factory.mktemp("spark"))
