"""The embedded engine: one DuckDB connection an activity, with only its built-in parts and limits from the settings.

Separate, because every route that moves data opens it here, so no connection can reach for the network to install an
extension, pick up a Python variable as a table, or spill outside the attempt's scratch folder.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.statements import run_statement
from headwater.language.dataflow.functions.vectorized.install import install
from headwater.settings import EngineSettings


def open_engine(settings: EngineSettings, scratch: Path, *, ordered: bool = True) -> duckdb.DuckDBPyConnection:
    """Open an in-memory engine that spills into `scratch`; close it when done.

    `ordered` keeps rows in the order of their files; give False where the sink has no order (a table), which is
    faster and takes less memory. Raises ConnectorError for a limit that the engine refuses.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "allow_community_extensions": False,
        # With asynchronous writes a COPY that fails waits for ever, now and then, for writes that it has called off.
        "async_threads": 0,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": settings.memory_limit,
        "preserve_insertion_order": ordered,
        "temp_directory": str(scratch / "spill"),
    }
    if settings.threads is not None:
        config["threads"] = settings.threads
    with faults_as(DUCKDB, "the engine"):
        connection = duckdb.connect(":memory:", config=config)
        run_statement(connection, "SET python_enable_replacements = false")
        run_statement(connection, "SET enable_progress_bar = false")
        run_statement(connection, "SET TimeZone = 'UTC'")
        install(connection)
    return connection


def scratch_of(connection: duckdb.DuckDBPyConnection) -> Path:
    """Return the folder into which a connection spills, for files that live as long as it does."""
    return Path(str(connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]))
