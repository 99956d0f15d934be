"""Runs a delivery beside everything else: one thread with its own event loop, quiet while nothing waits."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from headwater.lineage.deliver import Delivery, now_ms

log = logging.getLogger(__name__)

_LOOK_S = 0.25
_AFTER_FAULT_S = 5.0
_Result = TypeVar("_Result")


class DeliveryWorker:
    """`start` for a server, `drain` for a command that waits; one thread for all, so connections keep their loop."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="lineage-delivery", daemon=True)
        self._background: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._thread.start()

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        self.call(self._start())

    def wake(self) -> None:
        """Deliver what waits now, whatever its back-off: something changed at the account."""
        self._delivery.hurry()
        self._loop.call_soon_threadsafe(self._wake.set)

    def drain(self, timeout_s: float) -> bool:
        """Deliver all that can be delivered and say whether nothing waits any more."""
        return self.call(self._delivery.drain(timeout_s))

    def call(self, coroutine: Coroutine[object, object, _Result]) -> _Result:
        """Run a coroutine on the delivery's loop and return what it gives."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def stop(self) -> None:
        """End the background delivery and the thread; what waits stays in the outbox."""
        if self._thread.is_alive():
            self.call(self._stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _start(self) -> None:
        if self._background is None:
            self._background = asyncio.create_task(self._serve())

    async def _stop(self) -> None:
        if self._background is not None:
            self._background.cancel()
            await asyncio.gather(self._background, return_exceptions=True)

    async def _serve(self) -> None:
        while True:
            try:
                pause_s = await self._pass()
            except SQLAlchemyError:
                log.exception("Lineage cannot be read from or written to the run database")
                pause_s = _AFTER_FAULT_S
            try:
                await asyncio.wait_for(self._wake.wait(), pause_s)
            except TimeoutError:
                continue
            self._wake.clear()

    async def _pass(self) -> float:
        """Deliver what is due and return how long to wait for more: what is due still is another process' work."""
        await self._delivery.deliver_due()
        due_at, now = self._delivery.next_due_at(), now_ms()
        return _LOOK_S if due_at is None or due_at <= now else min(_LOOK_S, (due_at - now) / 1000)
