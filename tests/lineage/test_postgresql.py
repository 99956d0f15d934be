"""The outbox and its leases on PostgreSQL, where many workers share one database."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa

from headwater.lineage import lease, report
from headwater.lineage.store import prepare, writing
from lineage.conftest import Way
from lineage.made import event
from lineage.tiny_account import TinyAccount

pytestmark = pytest.mark.server


@pytest.fixture
def way(database: str) -> Iterator[Way]:
    engine = sa.create_engine(database.replace("postgresql://", "postgresql+psycopg://", 1))
    prepare(engine)
    prepare(engine)
    account = TinyAccount()
    account.curators.add("ingest-id")
    yield Way(engine, account, httpx.ASGITransport(account))
    engine.dispose()


def test_facts_arrive_in_order_and_once(way: Way) -> None:
    first, second = event("copy_with_mapping", activity_run_id="1"), event("copy_wildcard", activity_run_id="2")
    way.end(first, second, first)
    assert way.deliver() == 2
    assert [way.report(run).status for run in "12"] == ["Succeeded", "Succeeded"]
    with way.engine.connect() as connection:
        assert report.waiting(connection) == {}


def test_refused_facts_wait(way: Way) -> None:
    way.account.curators.clear()
    way.end(event("copy_with_mapping", activity_run_id="1"))
    assert way.deliver() == 0
    assert way.report("1").status == "Failed"
    with writing(way.engine) as connection:
        assert report.retry(connection, "1")


def test_lease_is_one_owners_until_it_runs_out(way: Way) -> None:
    with writing(way.engine) as connection:
        assert lease.take(connection, "ingest", "one", 0, 10)
        assert not lease.take(connection, "ingest", "two", 9, 20)
        assert lease.renew(connection, "ingest", "one", 12)
        assert not lease.take(connection, "ingest", "two", 11, 20)
        assert lease.take(connection, "ingest", "two", 12, 20)
        assert not lease.renew(connection, "ingest", "one", 30)
        lease.release(connection, "ingest", "one")
        assert not lease.take(connection, "ingest", "one", 13, 30)
        lease.release(connection, "ingest", "two")
        assert lease.take(connection, "ingest", "one", 13, 30)
