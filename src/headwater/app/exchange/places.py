"""Collections: where entities go at the target, and the collections that it lacks."""

from __future__ import annotations

from headwater.app.exchange.report import Ledger
from headwater.app.exchange.shapes import Collection, Collections
from headwater.app.exchange.side import Refused, Side

PATH = "/account/collections"
VERSION = [("api-version", "2019-11-01-preview")]


class Places:
    """Says in which collection of the target an entity goes, and makes that if it is not there."""

    def __init__(
        self,
        side: Side,
        source: dict[str, Collection],
        target: dict[str, Collection],
        ledger: Ledger,
        *,
        into: str | None,
        dry_run: bool,
    ) -> None:
        self._side = side
        self._source = source
        self._target = target
        self._ledger = ledger
        self._into = into
        self._dry_run = dry_run
        self._lost: set[str] = set()

    @classmethod
    async def read(cls, source: Side, target: Side, ledger: Ledger, *, into: str | None, dry_run: bool) -> Places:
        return cls(target, await _all(source, ledger), await _all(target, ledger), ledger, into=into, dry_run=dry_run)

    async def of(self, name: str | None) -> str | None:
        """Return the collection of the target for what stands in this one; None: the root."""
        if self._into is not None:
            return self._into
        if name is None or name not in self._source or self._source[name].parent_collection is None:
            return None
        if name not in self._target and name not in self._lost:
            await self._make(self._source[name])
        return None if name in self._lost else name

    async def _make(self, given: Collection) -> None:
        above = given.parent_collection
        parent = await self.of(above.reference_name) if above else None
        body = {
            "friendlyName": given.friendly_name or given.name,
            "description": given.description or "",
            "parentCollection": {"referenceName": parent or self._root()},
        }
        try:
            if not self._dry_run:
                await self._side.send("PUT", f"{PATH}/{given.name}", body=body, params=VERSION)
        except Refused as error:
            self._lost.add(given.name)
            self._ledger.leave("collections", given.name, f"its assets go to the root: {error.message}")
            return
        self._target[given.name] = given
        self._ledger.count("collections", "created")

    def _root(self) -> str:
        return next((name for name, found in self._target.items() if found.parent_collection is None), "")


async def _all(side: Side, ledger: Ledger) -> dict[str, Collection]:
    try:
        found = await side.ask(Collections, "GET", PATH, params=VERSION)
    except Refused as error:
        ledger.leave("collections", side.name, f"they cannot be read, so everything goes to the root: {error.message}")
        return {}
    return {one.name: one for one in found.value}
