"""Lineage's tables in a workspace's run database: the outbox, and who is delivering from it.

They have their own migrations and their own version table, because the run layer that owns the database knows
nothing of lineage.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

VERSION_TABLE = "lineage_version"
HEAD = "0002"
"""The newest migration; a database that is there already does without importing Alembic."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_KEY = 0x6C696E65
METADATA = sa.MetaData()

# Times are milliseconds since the epoch, UTC: they sort and compare alike in both databases.
OUTBOX = sa.Table(
    "lineage_outbox",
    METADATA,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("workspace", sa.Text, nullable=False),
    sa.Column("pipeline_run_id", sa.Text, nullable=False),
    sa.Column("activity_run_id", sa.Text, nullable=False),
    sa.Column("iteration", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("fact", sa.Text),
    # What the fact will be derived from, until it is.
    sa.Column("captured", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", sa.BigInteger),
    sa.Column("entities", sa.Integer),
    sa.Column("relationships", sa.Integer),
    sa.Column("ended_at", sa.BigInteger, nullable=False),
    sa.Column("settled_at", sa.BigInteger),
)

HAS_LINEAGE = sa.or_(OUTBOX.c.fact.is_not(None), OUTBOX.c.captured.is_not(None))
"""The condition of a row that has something to send, now or once it is derived."""

LEASE = sa.Table(
    "lineage_lease",
    METADATA,
    sa.Column("workspace", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
)


def prepare(engine: sa.Engine) -> None:
    """Create lineage's tables or bring them up to date; safe when several processes start at once."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    import alembic.command
    import alembic.config

    config = alembic.config.Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction that is committed at the end, or rolled back by an exception.

    SQLite waits for other writers only at the start of a transaction that says at once that it will write.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.commit()


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    table = sa.table(VERSION_TABLE, sa.column("version_num", sa.Text))
    return connection.execute(sa.select(table.c.version_num)).scalar()


def insert_once(connection: sa.Connection, table: sa.Table, values: dict[str, object]) -> bool:
    """Insert a row unless one of the same key is there; say whether it was new."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(values).on_conflict_do_nothing().returning(sa.literal(1))
    return connection.execute(statement).first() is not None
