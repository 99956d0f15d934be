"""What the source has: guids by search, entities by guid, in batches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from http import HTTPStatus

from headwater.app.exchange.report import Ledger
from headwater.app.exchange.shapes import Entities, Entity, Hits
from headwater.app.exchange.side import ATLAS, Refused, Side

SEARCH = "/datamap/api/search/query"
BULK = f"{ATLAS}/entity/bulk"
HITS = 1000
GUIDS = 40
NAMES = 20


def batches(items: Sequence[str], size: int = GUIDS) -> Iterator[Sequence[str]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


async def guids(side: Side, filter: object) -> AsyncIterator[tuple[list[str], int]]:
    """Yield the guids of the assets that a search gives, a page at a time, and how many there are about."""
    token: str | None = None
    while True:
        body: dict[str, object] = {"keywords": None, "limit": HITS, "filter": filter}
        if token:
            body["continuationToken"] = token
        found = await side.ask(Hits, "POST", SEARCH, body=body)
        yield [hit.id for hit in found.value if not hit.is_vocabulary], found.count
        token = found.continuation_token
        if not token or not found.value:
            return


async def entities(side: Side, wanted: Sequence[str], ledger: Ledger) -> Entities:
    """Return entities in full, with their parts; what is gone meanwhile is taken down as left."""
    try:
        return await side.ask(Entities, "GET", BULK, params=[("guid", guid) for guid in wanted])
    except Refused as error:
        if error.answered != HTTPStatus.NOT_FOUND:
            raise
        if len(wanted) == 1:
            ledger.leave("entities", wanted[0], "it was deleted meanwhile")
            return Entities()
    found: list[Entity] = []
    parts: dict[str, Entity] = {}
    for guid in wanted:
        one = await entities(side, [guid], ledger)
        found += one.entities
        parts |= one.referred_entities
    return Entities(tuple(found), parts)


async def standing(side: Side, given: Sequence[Entity]) -> dict[tuple[str, str], Entity]:
    """Return those of these entities that the side has, by type and name."""
    by_type: dict[str, list[str]] = {}
    for entity in given:
        by_type.setdefault(entity.type_name, []).append(entity.name)
    found: dict[tuple[str, str], Entity] = {}
    for type_name, names in by_type.items():
        for some in batches(names, NAMES):
            params = [(f"attr_{at}:qualifiedName", name) for at, name in enumerate(some)]
            try:
                answer = await side.ask(Entities, "GET", f"{BULK}/uniqueAttribute/type/{type_name}", params=params)
            except Refused as error:
                # Neither a type nor a name that is not there is found.
                if error.answered not in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST):
                    raise
                continue
            found |= {(one.type_name, one.name): one for one in answer.entities}
    return found
