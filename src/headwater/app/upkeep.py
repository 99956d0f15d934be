"""What an account's server does by itself: once a day, remove what is over and older than the account keeps it."""

from __future__ import annotations

import logging
import threading

from headwater.access.account import Account
from headwater.errors import HeadwaterError

LOG = logging.getLogger("headwater.upkeep")
DAY_S = 24 * 60 * 60.0


class Upkeep:
    """A thread that purges when the server starts and once a day from then on. It starts only if there is a limit."""

    def __init__(self, account: Account, every_s: float = DAY_S) -> None:
        self._account = account
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="headwater-upkeep", daemon=True)

    def start(self) -> None:
        if not self._account.keeping.is_forever:
            self._thread.start()

    def stop(self) -> None:
        """Stop after the slice at hand."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                purged = self._account.purge(by=self._account.owner.id, stopping=self._over.is_set)
                LOG.info("purged %d rows", purged.total)
            except HeadwaterError as error:
                # A database that is busy or away today is asked again tomorrow.
                LOG.warning("the purge did not end: %s", error)
            if self._over.wait(self._every_s):
                return
