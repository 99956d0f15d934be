"""Who delivers a workspace's facts: one process at a time, until its lease runs out or it says that it is done."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from headwater.lineage.store import LEASE


def take(connection: sa.Connection, workspace: str, owner: str, now: int, until: int) -> bool:
    """Take the lease; False while another process holds it. Times are milliseconds since the epoch."""
    values = {"workspace": workspace, "owner": owner, "expires_at": until}
    free = sa.or_(LEASE.c.owner == owner, LEASE.c.expires_at <= now)
    changes = {"owner": owner, "expires_at": until}
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(LEASE)
        .values(values)
        .on_conflict_do_update(index_elements=["workspace"], set_=changes, where=free)
        .returning(sa.literal(1))
    )
    return connection.execute(statement).first() is not None


def renew(connection: sa.Connection, workspace: str, owner: str, until: int) -> bool:
    """Prolong the lease; False if another process has had it meanwhile, even if it is free again."""
    mine = sa.update(LEASE).where(LEASE.c.workspace == workspace, LEASE.c.owner == owner)
    return connection.execute(mine.values(expires_at=until)).rowcount == 1


def release(connection: sa.Connection, workspace: str, owner: str) -> None:
    """Give the lease back, if it is still this owner's."""
    connection.execute(sa.delete(LEASE).where(LEASE.c.workspace == workspace, LEASE.c.owner == owner))
