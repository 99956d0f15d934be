"""A catalog in a PostgreSQL database, which several account processes may share."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from headwater.errors import Fault, SettingsError

# A number of our own, so that the lock meets no other program's in the same database.
TURN = 0x6865616477
WRITING = "headwater_writing"
CONNECTIONS = 20


def postgresql_url(text: str, password: str | None = None) -> URL:
    """Return the URL with its driver, and with this password if one is given. Raises SettingsError."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise _refused("The database URL cannot be read") from error
    if url.get_backend_name() not in {"postgres", "postgresql"}:
        raise _refused(f"'{url.drivername}' is no database that an account can be kept in")
    url = url.set(drivername="postgresql+psycopg")
    return url if password is None else url.set(password=password)


def _refused(message: str) -> SettingsError:
    return SettingsError(Fault("CAT-011", message, cure="Write postgresql://user@host:5432/database."))


def postgresql_engines(url: URL, busy_seconds: float) -> tuple[Engine, Engine]:
    """Return how to read and how to write the database. Raises SettingsError if its driver is not installed."""
    try:
        engine = create_engine(url, pool_size=CONNECTIONS, max_overflow=CONNECTIONS, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        cure = "Install it: pip install 'headwater[postgresql]'"
        raise SettingsError(Fault("CAT-011", "The driver of PostgreSQL is not installed", cure=cure)) from error
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    writing = engine.execution_options(isolation_level="READ COMMITTED", **{WRITING: busy_seconds})
    event.listen(writing, "begin", _take_turn)
    return reading, writing


def _take_turn(connection: Connection) -> None:
    # One writer at a time in all processes, as on SQLite: what a bulk has read stays true until it has written.
    seconds = connection.get_execution_options().get(WRITING)
    if seconds is not None:
        # None at all would mean to wait for ever.
        milliseconds = f"{max(1, int(seconds * 1000))}ms"
        connection.exec_driver_sql("SELECT set_config('lock_timeout', %s, true)", (milliseconds,))
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")
