"""Integer keys, handed out in blocks so that a bulk knows them before it writes."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, insert, select, update

from headwater.catalog.store.schema import counters

Counter = Literal["entities", "relationships", "lineage_columns", "column_edges", "types"]


def following(connection: Connection, name: Counter) -> int:
    """Return the key that `take` gives next."""
    return int(connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar() or 1)


def take(connection: Connection, name: Counter, count: int) -> int:
    """Return the first of `count` fresh keys. The transaction that writes holds them."""
    if not count:
        return 0
    value = connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar()
    if value is None:
        connection.execute(insert(counters).values(name=name, value=count + 1))
        return 1
    connection.execute(update(counters).where(counters.c.name == name).values(value=value + count))
    return int(value)
