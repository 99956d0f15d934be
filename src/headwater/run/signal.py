"""An event that several waiters can be woken by, each also by other events."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Signal:
    """Set once. `waking(event)` sets the event too, for as long as the block lasts."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._others: list[threading.Event] = []

    def set(self) -> None:
        """Wake everybody, now and later."""
        with self._lock:
            self._event.set()
            for event in self._others:
                event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self) -> None:
        """Block until it is set."""
        self._event.wait()

    @contextmanager
    def waking(self, event: threading.Event) -> Iterator[None]:
        """Set `event` as soon as this is set."""
        with self._lock:
            self._others.append(event)
            if self._event.is_set():
                event.set()
        try:
            yield
        finally:
            with self._lock:
                self._others.remove(event)
