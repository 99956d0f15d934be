"""The embedded engine as everybody gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.connectors.engine import open_engine
from headwater.connectors.statements import run_statement
from headwater.errors import ConnectorError
from headwater.settings import EngineSettings

SETTINGS = (
    "SELECT name, value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', "
    "'autoload_known_extensions', 'memory_limit', 'temp_directory', 'threads', 'TimeZone', 'preserve_insertion_order')"
)


def test_engine_keeps_to_the_settings_and_its_scratch(tmp_path: Path) -> None:
    engine = open_engine(EngineSettings(memory_limit="100MiB", threads=1), tmp_path, ordered=False)
    settings = dict(run_statement(engine, SETTINGS))
    engine.close()
    assert settings == {
        "TimeZone": "UTC",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": "100.0 MiB",
        "preserve_insertion_order": "false",
        "temp_directory": str(tmp_path / "spill"),
        "threads": "1",
    }


def test_engine_never_takes_a_python_variable_for_a_table(tmp_path: Path) -> None:
    engine = open_engine(EngineSettings(), tmp_path)
    secret_rows = [1]
    with pytest.raises(Exception, match="secret_rows"):
        run_statement(engine, "FROM secret_rows")
    engine.close()
    assert secret_rows


def test_engine_never_asks_the_network_for_an_extension(tmp_path: Path) -> None:
    engine = open_engine(EngineSettings(), tmp_path)
    with pytest.raises(Exception, match="httpfs"):
        run_statement(engine, "FROM read_csv('https://127.0.0.1:1/a.csv')")
    engine.close()


def test_copy_that_fails_ends_every_time(tmp_path: Path) -> None:
    query = "SELECT i, CASE WHEN i = 700000 THEN error('broken') ELSE i END AS j FROM range(1000000) r(i)"
    for _ in range(25):
        engine = open_engine(EngineSettings(threads=2), tmp_path)
        with pytest.raises(Exception, match="broken"):
            run_statement(engine, f"COPY ({query}) TO '{tmp_path}/a.parquet' (FORMAT parquet)")
        engine.close()


def test_limit_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError):
        open_engine(EngineSettings(memory_limit="much"), tmp_path)
