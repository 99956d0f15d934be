"""Where an asset or a column came from, asked of the account over its Atlas API: the same for an account in this
process, one across the network, and a Purview account, which knows `columnMapping` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from headwater import typed
from headwater.app.account import Ask
from headwater.app.reports import LineageLine
from headwater.errors import Fault, NotFound, Place

DEPTH = 20
_CANDIDATES = 50
_GUIDS_IN_A_QUERY = 40
_OPERATION = "_operation"


class FeedStep(msgspec.Struct, frozen=True):
    """A transformation that a column passed inside an operation."""

    name: str
    kind: str = ""
    expression: str = ""


class ColumnFeed(msgspec.Struct, frozen=True, rename="camel"):
    """One element of an operation's `columnLineage`."""

    source: str
    source_column: str
    sink_column: str
    type: str = "DIRECT"
    subtype: str = "IDENTITY"
    expression: str = ""
    steps: tuple[FeedStep, ...] = ()


class _DatasetMapping(msgspec.Struct, frozen=True):
    source: str = msgspec.field(name="Source")
    sink: str = msgspec.field(name="Sink")


class _ColumnPair(msgspec.Struct, frozen=True):
    source: str = msgspec.field(name="Source")
    sink: str = msgspec.field(name="Sink")


class _ColumnMapping(msgspec.Struct, frozen=True):
    datasets: _DatasetMapping = msgspec.field(name="DatasetMapping")
    columns: tuple[_ColumnPair, ...] = msgspec.field(name="ColumnMapping")


class Header(msgspec.Struct, frozen=True, rename="camel"):
    """What of an entity header is needed here."""

    guid: str
    type_name: str
    attributes: Mapping[str, object]

    def text(self, name: str) -> str:
        value = self.attributes.get(name)
        return value if isinstance(value, str) else ""


class _Relation(msgspec.Struct, frozen=True, rename="camel"):
    from_entity_id: str
    to_entity_id: str


class _LineageAnswer(msgspec.Struct, frozen=True, rename="camel"):
    guid_entity_map: Mapping[str, Header]
    relations: tuple[_Relation, ...] = ()


class _EntitiesAnswer(msgspec.Struct, frozen=True):
    entities: tuple[Header, ...] = ()


class _SearchHit(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    name: str
    qualified_name: str
    entity_type: str


class _SearchAnswer(msgspec.Struct, frozen=True):
    value: tuple[_SearchHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Upstream:
    """The part of the graph above one asset."""

    base: str
    entities: Mapping[str, Header]
    sources: Mapping[str, tuple[str, ...]]
    """guid → guids that flow into it."""

    def columns(self) -> tuple[str, ...]:
        """Return the columns of the base asset that operations write, in their order."""
        return tuple(
            dict.fromkeys(
                feed.sink_column
                for operation in self.sources.get(self.base, ())
                for feed in feeds(self.entities[operation])
                if feed.sink_column != "*"
            )
        )

    def column(self, name: str, *, indirect: bool) -> LineageLine:
        """Return a column with all that it comes from. A column that occurs on its own path is not followed again."""
        return self._column(self.base, name, indirect, frozenset())

    def asset(self) -> LineageLine:
        """Return the asset with the assets that it comes from."""
        return self._asset(self.base, frozenset())

    def _column(self, guid: str, column: str, indirect: bool, seen: frozenset[tuple[str, str]]) -> LineageLine:
        here = (guid, column)
        lines = []
        for operation in self.sources.get(guid, ()) if here not in seen else ():
            by_name = {self.entities[g].text("qualifiedName"): g for g in self.sources.get(operation, ())}
            for feed in feeds(self.entities[operation]):
                if feed.sink_column not in ({column, "*"} if indirect else {column}):
                    continue
                if feed.source not in by_name or (feed.type == "INDIRECT" and not indirect):
                    continue
                above = self._column(by_name[feed.source], feed.source_column, indirect, seen | {here})
                lines.append(_fed(above, feed, self.entities[operation].text("name")))
        return self._line(guid, column, tuple(lines))

    def _asset(self, guid: str, seen: frozenset[str]) -> LineageLine:
        lines: list[LineageLine] = []
        for operation in self.sources.get(guid, ()) if guid not in seen else ():
            via = self.entities[operation].text("name")
            above = (self._asset(source, seen | {guid}) for source in self.sources.get(operation, ()))
            lines.extend(msgspec.structs.replace(line, via=via) for line in above)
        return self._line(guid, "", tuple(lines))

    def _line(self, guid: str, column: str, sources: tuple[LineageLine, ...]) -> LineageLine:
        entity = self.entities[guid]
        return LineageLine(
            asset=entity.text("qualifiedName"),
            type_name=entity.type_name,
            name=entity.text("name"),
            column=column,
            sources=sources,
        )


def _fed(line: LineageLine, feed: ColumnFeed, via: str) -> LineageLine:
    steps = tuple(" ".join(filter(None, (step.name, step.kind, step.expression))) for step in feed.steps)
    return msgspec.structs.replace(
        line, kind=feed.type, subtype=feed.subtype, expression=feed.expression, via=via, steps=steps
    )


def feeds(operation: Header) -> tuple[ColumnFeed, ...]:
    """Return the column edges of an operation, in our form if it has them, else in Purview's."""
    if ours := operation.text("columnLineage"):
        return typed.decode(ours, tuple[ColumnFeed, ...])
    if theirs := operation.text("columnMapping"):
        mappings = typed.decode(theirs, tuple[_ColumnMapping, ...])
        return tuple(
            ColumnFeed(mapping.datasets.source, pair.source, pair.sink)
            for mapping in mappings
            for pair in mapping.columns
        )
    return ()


async def find(ask: Ask, text: str, *, processes: bool = False) -> _SearchHit:
    """Return the one dataset that a text means: its qualified name, its name, or words of it. Raises NotFound.

    `processes`: or else the one process, or what contains processes, that it means.
    """
    named = await _search(ask, {"attributeName": "qualifiedName", "operator": "eq", "attributeValue": text}, None)
    hits = _meant(named, processes)
    if not hits:
        quoted = '"' + text.replace('"', " ") + '"'
        found = await _search(ask, None, quoted)
        hits = _meant([hit for hit in found if hit.name == text], processes) or _meant(found, processes)
    if len(hits) == 1:
        return hits[0]
    if not hits:
        cure = "Give its qualified name, or search for it: headwater serve"
        raise NotFound(Fault("CAT-001", f"The account has no asset '{text}'", Place(), cure))
    names = ", ".join(f"'{hit.qualified_name}'" for hit in hits[:8])
    raise NotFound(Fault("CAT-001", f"'{text}' means {len(hits)} assets", Place(), f"Name one of them: {names}"))


async def _search(ask: Ask, filter_: object, keywords: str | None) -> Sequence[_SearchHit]:
    body = msgspec.json.encode({"keywords": keywords, "limit": _CANDIDATES, "filter": filter_})
    answer = await ask("POST", "/datamap/api/search/query", content=body)
    return typed.decode(answer, _SearchAnswer).value


def _meant(hits: Sequence[_SearchHit], processes: bool) -> Sequence[_SearchHit]:
    """Return those of the hits that are datasets; if none is and `processes`, those that process or hold processes."""
    datasets = [hit for hit in hits if not hit.entity_type.endswith((*_PARTS, *_PROCESSES))]
    return datasets or [hit for hit in hits if processes and hit.entity_type.endswith(_PROCESSES)]


# Columns and schemas are not what a person asks for by name.
_PARTS = ("column", "tabular_schema")
_PROCESSES = ("_activity", "_operation", "_pipeline", "_workspace")


async def upstream(ask: Ask, guid: str) -> Upstream:
    """Return everything above an asset. Raises CatalogError if the account refuses."""
    params: list[tuple[str, str | int | float | bool | None]] = [
        ("direction", "INPUT"),
        ("depth", DEPTH),
        ("width", -1),
    ]
    answer = await ask("GET", f"/datamap/api/atlas/v2/lineage/{guid}", params=params)
    lineage = typed.decode(answer, _LineageAnswer)
    sources: dict[str, list[str]] = {}
    for relation in lineage.relations:
        sources.setdefault(relation.to_entity_id, []).append(relation.from_entity_id)
    processes = [to for to in sources if lineage.guid_entity_map[to].type_name.endswith(_OPERATION)]
    entities = {**lineage.guid_entity_map, **await _whole(ask, processes)}
    return Upstream(guid, entities, {to: tuple(sorted(set(from_))) for to, from_ in sources.items()})


async def _whole(ask: Ask, guids: Sequence[str]) -> Mapping[str, Header]:
    """Return entities with all their attributes: lineage's headers carry only a few."""
    found: dict[str, Header] = {}
    for start in range(0, len(guids), _GUIDS_IN_A_QUERY):
        params: list[tuple[str, str | int | float | bool | None]] = [
            ("guid", guid) for guid in guids[start : start + _GUIDS_IN_A_QUERY]
        ]
        answer = await ask("GET", "/datamap/api/atlas/v2/entity/bulk", params=params)
        found |= {entity.guid: entity for entity in typed.decode(answer, _EntitiesAnswer).entities}
    return found


def no_column(asset: str, column: str, columns: Sequence[str]) -> NotFound:
    """Return the error of a column that no operation writes."""
    cure = f"Name one of {', '.join(columns)}." if columns else "Nothing that ran wrote this asset: see --tables."
    return NotFound(Fault("CAT-001", f"'{asset}' has no column '{column}' with lineage", Place(), cure))
