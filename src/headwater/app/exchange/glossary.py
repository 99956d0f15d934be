"""The glossary: glossaries by name, categories and terms by qualified name, and what terms are assigned to.

Terms are made first and related afterwards, since they refer to one another. What the target's term has besides stays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from headwater.app.exchange.report import Ledger, Outcome
from headwater.app.exchange.shapes import Values
from headwater.app.exchange.side import ATLAS, Refused, Side
from headwater.app.exchange.type_transfer import TypeTransfer
from headwater.app.exchange.writing import Sent

PATH = f"{ATLAS}/glossary"
PAGE = 500
TOGETHER = 100
TEXTS_OF_GLOSSARY = ("shortDescription", "longDescription", "language", "usage")
TEXTS_OF_CATEGORY = ("shortDescription", "longDescription", "additionalAttributes")
OF_TERM = (
    "abbreviation",
    "additionalAttributes",
    "attributes",
    "contacts",
    "examples",
    "isDefinitionRichText",
    "longDescription",
    "nickName",
    "resources",
    "shortDescription",
    "status",
    "templateName",
    "usage",
)
RELATIONS = (
    "antonyms",
    "classifies",
    "isA",
    "preferredTerms",
    "preferredToTerms",
    "replacedBy",
    "replacementTerms",
    "seeAlso",
    "synonyms",
    "translatedTerms",
    "translationTerms",
    "validValues",
    "validValuesFor",
)


class GlossaryTransfer:
    """Brings the glossary of one side to the other."""

    def __init__(
        self, source: Side, target: Side, types: TypeTransfer, sent: Sent, ledger: Ledger, *, dry_run: bool
    ) -> None:
        self._source = source
        self._target = target
        self._types = types
        self._sent = sent
        self._ledger = ledger
        self._dry_run = dry_run
        self._guids: dict[str, str] = {}
        """Guids there of glossaries, categories and terms, by guids here."""

    async def write(self) -> None:
        try:
            here = [one async for one in _paged(self._source, PATH, ignoreTermsAndCategories="true")]
            there = {str(one["name"]): one async for one in _paged(self._target, PATH, ignoreTermsAndCategories="true")}
        except Refused as error:
            if error.answered >= 500:
                raise
            self._ledger.leave("glossary", "all of it", error.message)
            return
        pairs = [pair for one in here if (pair := await self._glossary(one, there.get(str(one["name"])))) is not None]
        terms: list[tuple[Values, Values | None]] = []
        for one, other in pairs:
            await self._categories(str(one["guid"]), other)
            terms += await self._terms(str(one["guid"]), other)
        for term, known in terms:
            await self._relate(term, known)
        for term, known in terms:
            await self._assign(term, known)

    async def _glossary(self, here: Values, there: Values | None) -> tuple[Values, str | None] | None:
        """Make or change a glossary. Returns it with its guid there, None in a dry run that would make it."""
        wanted = _some(here, ("name", *TEXTS_OF_GLOSSARY))
        made = await self._put("", here, there, wanted)
        return None if made is None and not self._dry_run else (here, made)

    async def _put(self, kind: str, here: Values, there: Values | None, wanted: Values) -> str | None:
        """Make what lacks, or change what differs. Returns its guid there, or None if it is not there."""
        if there is not None and _says(there, wanted):
            self._ledger.count("glossary", "unchanged")
            self._guids[str(here["guid"])] = str(there["guid"])
            return str(there["guid"])
        outcome: Outcome = "created" if there is None else "changed"
        if self._dry_run:
            self._ledger.count("glossary", outcome)
            return None if there is None else str(there["guid"])
        try:
            if there is None:
                found = await self._target.ask(Values, "POST", f"{PATH}{kind}", body=wanted)
            else:
                path = f"{PATH}{kind}/{there['guid']}"
                found = await self._target.ask(Values, "PUT", path, body={**_without(there), **wanted})
        except Refused as error:
            if error.answered >= 500:
                raise
            self._ledger.leave("glossary", str(here.get("qualifiedName") or here.get("name")), error.message)
            return None
        self._ledger.count("glossary", outcome)
        self._guids[str(here["guid"])] = str(found["guid"])
        return str(found["guid"])

    async def _categories(self, here: str, there: str | None) -> None:
        """Make categories, those above first."""
        known = await self._by_name(there, "categories")
        found = [one async for one in _paged(self._source, f"{PATH}/{here}/categories")]
        for one in sorted(found, key=lambda category: str(category["qualifiedName"]).count(".")):
            wanted = _some(one, ("name", "qualifiedName", *TEXTS_OF_CATEGORY))
            standing = known.get(str(one["qualifiedName"]))
            parent = one.get("parentCategory")
            if standing is None:
                wanted["anchor"] = {"glossaryGuid": there}
                if isinstance(parent, dict) and (above := self._guids.get(str(parent.get("categoryGuid")))):
                    wanted["parentCategory"] = {"categoryGuid": above}
            await self._put("/category", one, standing, wanted)

    async def _terms(self, here: str, there: str | None) -> list[tuple[Values, Values | None]]:
        """Make the terms that lack, without relations. Returns terms with what stands there of them."""
        known = await self._by_name(there, "terms")
        found = [one async for one in _paged(self._source, f"{PATH}/{here}/terms")]
        await self._types.ensure({name for one in found for name in _names(one.get("templateName"))})
        pairs = [(one, known.get(str(one["qualifiedName"]))) for one in found]
        new = [one for one, standing in pairs if standing is None]
        self._guids |= {str(one["guid"]): str(standing["guid"]) for one, standing in pairs if standing is not None}
        if self._dry_run:
            self._ledger.count("glossary", "created", len(new))
            return [(one, standing) for one, standing in pairs if standing is not None]
        for at in range(0, len(new), TOGETHER):
            await self._make(new[at : at + TOGETHER], there)
            self._ledger.step("glossary", len(new[at : at + TOGETHER]), len(new))
        made = await self._by_name(there, "terms") if new else known
        return [(one, made.get(str(one["qualifiedName"]))) for one in found]

    async def _make(self, terms: Sequence[Values], there: str | None) -> None:
        body = [{**_some(one, ("name", "qualifiedName", *OF_TERM)), "anchor": {"glossaryGuid": there}} for one in terms]
        try:
            made = await self._target.ask(list[Values], "POST", f"{PATH}/terms", body=body)
        except Refused as error:
            if error.answered >= 500:
                raise
            if len(terms) == 1:
                self._ledger.leave("glossary", str(terms[0]["qualifiedName"]), error.message)
                return
            for one in terms:
                await self._make([one], there)
            return
        by_name = {str(one["qualifiedName"]): str(one["guid"]) for one in made}
        for one in terms:
            if (name := str(one["qualifiedName"])) in by_name:
                self._guids[str(one["guid"])] = by_name[name]
            else:
                self._ledger.leave(
                    "glossary", name, "it was taken under another name, so it is not related to anything"
                )
        self._ledger.count("glossary", "created", len(made))

    async def _relate(self, here: Values, there: Values | None) -> None:
        """Give a term its own values, its place and its relations, beside those that it has there."""
        if there is None:
            return
        wanted = self._wanted(here, there, told=False)
        if not _says(there, wanted) and not self._dry_run:
            # The terms before this one may have changed it since.
            there = await self._target.ask(Values, "GET", f"{PATH}/term/{there['guid']}")
            wanted = self._wanted(here, there, told=True)
        await self._put("/term", here, there, wanted)

    def _wanted(self, here: Values, there: Values, *, told: bool) -> Values:
        """Return what a term is to say; what cannot be related is taken down, unless it was told before."""
        wanted = _some(here, OF_TERM)
        for relation, key in (*((name, "termGuid") for name in RELATIONS), ("categories", "categoryGuid")):
            if lacking := self._lacking(here, there, relation, key, told=told):
                wanted[relation] = [*_headers(there, relation), *lacking]
        parent = here.get("parentTerm")
        above = self._guids.get(str(parent.get("termGuid"))) if isinstance(parent, dict) else None
        standing = there.get("parentTerm")
        if above and not (isinstance(standing, dict) and standing.get("termGuid") == above):
            wanted["parentTerm"] = {"termGuid": above}
        return wanted

    def _lacking(self, here: Values, there: Values, relation: str, key: str, *, told: bool) -> list[Values]:
        """Return the headers of what the term is related to here and not there; what did not arrive is left."""
        known = {header.get(key) for header in _headers(there, relation)}
        found: list[Values] = []
        for header in _headers(here, relation):
            guid = self._guids.get(str(header.get(key)))
            if guid is None and not told:
                name = f"{here['qualifiedName']}.{relation} {header.get('displayText')}"
                self._ledger.leave("glossary", name, "what it refers to is not there")
            elif guid is not None and guid not in known:
                said = {name: value for name, value in header.items() if name in _SAID}
                found.append({key: guid, **said})
        return found

    async def _assign(self, here: Values, there: Values | None) -> None:
        """Assign a term to the entities that arrived."""
        if there is None:
            return
        known = {one.get("guid") for one in _headers(there, "assignedEntities")}
        lacking = []
        for one in _headers(here, "assignedEntities"):
            guid = self._sent.guids.get(str(one.get("guid")))
            if guid is None:
                self._ledger.leave(
                    "assignments", f"{here['qualifiedName']} {one.get('displayText')}", "the asset is not there"
                )
            elif guid in known:
                self._ledger.count("assignments", "unchanged")
            else:
                said = one.get("relationshipAttributes")
                lacking.append({"guid": guid, **({"relationshipAttributes": said} if said else {})})
        for at in range(0, len(lacking), TOGETHER):
            some = lacking[at : at + TOGETHER]
            try:
                if not self._dry_run:
                    await self._target.send("POST", f"{PATH}/terms/{there['guid']}/assignedEntities", body=some)
            except Refused as error:
                if error.answered >= 500:
                    raise
                self._ledger.leave("assignments", str(here["qualifiedName"]), error.message)
                continue
            self._ledger.count("assignments", "created", len(some))

    async def _by_name(self, glossary: str | None, what: str) -> dict[str, Values]:
        if glossary is None:
            return {}
        return {str(one["qualifiedName"]): one async for one in _paged(self._target, f"{PATH}/{glossary}/{what}")}


_SAID = frozenset({"description", "expression", "source", "status", "steward"})
# What an account says by itself; `lastModifiedTS` stays, so that nobody's change between is undone.
_READ_ONLY = frozenset(
    {"assignedEntities", "childTerms", "classifications", "createTime", "createdBy", "updateTime", "updatedBy"}
)


def _says(there: Values, wanted: Values) -> bool:
    return all(there.get(key) == value for key, value in wanted.items())


def _without(there: Values) -> Values:
    return {key: value for key, value in there.items() if key not in _READ_ONLY}


def _some(given: Mapping[str, object], names: Sequence[str]) -> Values:
    return {name: given[name] for name in names if given.get(name) not in (None, "", [], {})}


def _names(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _headers(given: Values, name: str) -> list[Values]:
    found = given.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


async def _paged(side: Side, path: str, **more: str) -> AsyncIterator[Values]:
    offset = 0
    while True:
        params = [*more.items(), ("limit", str(PAGE)), ("offset", str(offset)), ("sort", "ASC")]
        found = await side.ask(list[Values], "GET", path, params=params)
        for one in found:
            yield one
        if len(found) < PAGE:
            return
        offset += PAGE
