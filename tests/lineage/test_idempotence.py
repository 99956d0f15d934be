"""Whatever crashes, repeats and outages lie between, the account ends with the same content."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.lineage.store import prepare
from lineage.conftest import Way
from lineage.made import event
from lineage.tiny_account import TinyAccount

EVENTS = [
    event("copy_with_mapping", activity_run_id="1"),
    event("copy_wildcard", activity_run_id="2", status="Failed", error="broken"),
    event("copy_wildcard", activity_run_id="2", attempt=1),
    event("copy_unsupported_store", activity_run_id="3"),
    event("copy_merge", activity_run_id="4"),
]


class Killed(BaseException):
    """The process is gone; nothing that it holds in memory is left."""


class Mortal(httpx.AsyncBaseTransport):
    """Kills the process before or after the account has a request, or on the answer's way back."""

    def __init__(self, inner: httpx.AsyncBaseTransport, dies_at: int, after: bool) -> None:
        self._inner = inner
        self._left = dies_at
        self._after = after

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        response = await self._inner.handle_async_request(request)
        if self._left == 0:
            raise Killed
        return response


def killed(dies_at: int, after: bool) -> Callable[[Way], None]:
    def step(way: Way) -> None:
        sound, way.transport = way.transport, Mortal(way.transport, dies_at, after)
        try:
            way.deliver()
        except Killed:
            pass
        finally:
            way.transport = sound

    return step


def ended(index: int) -> Callable[[Way], None]:
    return lambda way: way.end(EVENTS[index])


def outage(status: int) -> Callable[[Way], None]:
    def step(way: Way) -> None:
        way.account.fault = (status, {})
        way.deliver()
        way.account.fault = None
        way.wait()

    return step


def refusal(way: Way) -> None:
    way.account.curators.clear()
    way.deliver()
    way.account.curators.add("ingest-id")
    way.wait()


def delivered(way: Way) -> None:
    way.deliver()


def repeated(way: Way) -> None:
    """The database was restored from before the last deliveries were written down."""
    with way.engine.begin() as connection:
        connection.execute(sa.text("UPDATE lineage_outbox SET state = 'Pending', next_attempt_at = 0"))
    way.deliver()


STEPS = st.lists(
    st.one_of(
        st.builds(killed, st.integers(1, 8), st.booleans()),
        st.builds(outage, st.sampled_from([500, 503])),
        st.sampled_from([refusal, delivered, repeated]),
        st.builds(ended, st.integers(0, len(EVENTS) - 1)),
    ),
    max_size=8,
)


def content_after(folder: Path, steps: list[Callable[[Way], None]]) -> dict[str, dict[str, object]]:
    engine = sa.create_engine(f"sqlite:///{folder}/runs.db")
    prepare(engine)
    account = TinyAccount()
    account.curators.add("ingest-id")
    way = Way(engine, account, httpx.ASGITransport(account))
    way.end(*EVENTS[:2])
    for step in steps:
        step(way)
    way.end(*EVENTS)
    asyncio.run(way.delivery().drain(30))
    assert way.delivery().next_due_at() is None
    engine.dispose()
    return account.content()


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_any_interleaving_gives_the_same_content(steps: list[Callable[[Way], None]]) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        assert content_after(Path(one), steps) == content_after(Path(other), [])
