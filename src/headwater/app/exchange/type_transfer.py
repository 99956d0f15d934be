"""Types that the other side lacks: those that entities need, and those that people made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from headwater import typed
from headwater.app.exchange.report import Ledger
from headwater.app.exchange.shapes import End, Values
from headwater.app.exchange.side import ATLAS, Refused, Side
from headwater.catalog.model import SYSTEM
from headwater.catalog.typedefs.documents import DERIVED

TYPEDEFS = f"{ATLAS}/types/typedefs"
ALL = [("includeTermTemplate", "true")]
Document = dict[str, list[Values]]
# The category stays: it says the same on both sides.
_OWN = DERIVED - {"category"}


class Book:
    """The types of one side by name, each with the group of the document that it stands in."""

    def __init__(self, document: Mapping[str, list[Values]]) -> None:
        self.types: dict[str, tuple[str, Values]] = {}
        for group, definitions in document.items():
            for definition in definitions or ():
                self.types[str(definition["name"])] = (group, definition)
        self.relationships = {
            name: (typed.convert(found["endDef1"], End), typed.convert(found["endDef2"], End))
            for name, (group, found) in self.types.items()
            if group == "relationshipDefs"
        }

    @classmethod
    async def read(cls, side: Side) -> Book:
        return cls(await side.ask(dict[str, list[Values]], "GET", TYPEDEFS, params=ALL))

    def supers(self, name: str) -> set[str]:
        """Return the names of a type and of all above it."""
        found: set[str] = set()
        pending = [name]
        while pending:
            if (at := pending.pop()) not in found and at in self.types:
                found.add(at)
                pending.extend(_names(self.types[at][1].get("superTypes")))
        return found

    def is_process(self, name: str) -> bool:
        return "Process" in self.supers(name)

    def needs(self, names: Iterable[str]) -> set[str]:
        """Return these types with all that their definitions name."""
        found: set[str] = set()
        pending = list(names)
        while pending:
            if (at := pending.pop()) in found or at not in self.types:
                continue
            found.add(at)
            pending.extend(_mentioned(self.types[at][1]))
        return found

    def made_by_people(self) -> set[str]:
        """Return the types of no service: nobody shipped them."""
        return {name for name, (_, found) in self.types.items() if not found.get("serviceType")}


def _names(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _mentioned(definition: Values) -> Iterator[str]:
    yield from _names(definition.get("superTypes"))
    yield from _names(definition.get("entityTypes"))
    for key in ("endDef1", "endDef2"):
        if isinstance(end := definition.get(key), dict):
            yield str(end.get("type"))
    for attribute in _attributes(definition):
        yield from re.split(r"[<>,\s]+", str(attribute.get("typeName", "")))


def _attributes(definition: Values) -> list[Values]:
    found = definition.get("attributeDefs")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


class TypeTransfer:
    """Brings types to the target before what needs them."""

    def __init__(self, source: Book, target: Book, side: Side, ledger: Ledger, *, dry_run: bool) -> None:
        self.source = source
        self.target = target
        self._side = side
        self._ledger = ledger
        self._dry_run = dry_run
        self._settled: set[str] = set()

    async def ensure(self, names: Iterable[str]) -> None:
        """See that the target has these types, as far as it takes them."""
        wanted = self.source.needs(set(names) - self._settled) - self._settled
        self._settled |= wanted
        missing: Document = {}
        for name in sorted(wanted):
            group, definition = self.source.types[name]
            if name not in self.target.types:
                missing.setdefault(group, []).append(_clean(definition))
            else:
                await self._widen(name, group, definition)
        if missing:
            await self._create(missing)

    async def _create(self, missing: Document) -> None:
        number = sum(len(definitions) for definitions in missing.values())
        try:
            if not self._dry_run:
                await self._side.send("POST", TYPEDEFS, body=missing)
        except Refused as error:
            if number > 1:
                for group, definitions in missing.items():
                    for definition in definitions:
                        await self._create({group: [definition]})
                return
            name = str(next(iter(missing.values()))[0]["name"])
            self._ledger.leave("types", name, error.message)
            return
        self._ledger.count("types", "created", number)

    async def _widen(self, name: str, group: str, definition: Values) -> None:
        """Give a type of the target the attributes that it lacks."""
        there = self.target.types[name][1]
        known = {str(attribute["name"]) for attribute in _attributes(there)}
        lacking = [attribute for attribute in _attributes(definition) if str(attribute["name"]) not in known]
        if not lacking:
            self._ledger.count("types", "unchanged")
            return
        names = ", ".join(str(attribute["name"]) for attribute in lacking)
        if _is_shipped(definition) or _is_shipped(there):
            self._ledger.leave("types", name, f"it does not define {names} there; what is built in is not changed")
            return
        wider = {**_clean(there), "attributeDefs": [*_attributes(there), *lacking]}
        try:
            if not self._dry_run:
                await self._side.send("PUT", TYPEDEFS, body={group: [wider]})
        except Refused as error:
            why = f"it does not define {names} there, and cannot be widened: {error.message}"
            self._ledger.leave("types", name, why)
            return
        self._ledger.count("types", "changed")


def _is_shipped(definition: Values) -> bool:
    """Tell whether the type came with the account: it is of a service, or the account says that it made it."""
    return bool(definition.get("serviceType")) or definition.get("createdBy") == SYSTEM


def _clean(definition: Values) -> Values:
    return {key: value for key, value in definition.items() if key not in _OWN and value is not None}
