"""Delivers facts as Atlas entities, to Headwater's account or to Purview, and reads them back before it is content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from headwater import typed
from headwater.errors import Fault
from headwater.lineage.facts import LineageFact
from headwater.lineage.sinks.account import ENTITY_BULK, Account, Params
from headwater.lineage.sinks.atlas_entities import Body, ExpectedOperation, bodies
from headwater.lineage.sinks.protocol import Incomplete, Receipt, Unacceptable

_GUIDS_IN_A_QUERY = 40


class _Mutation(msgspec.Struct, frozen=True, rename="camel"):
    guid_assignments: dict[str, str] = {}


class _Reference(msgspec.Struct, frozen=True):
    guid: str = ""


class _Attributes(msgspec.Struct, frozen=True, rename="camel"):
    """`None`: the account does not know the attribute, as a real Purview does not know `columnLineage`."""

    inputs: tuple[_Reference, ...] | None = None
    outputs: tuple[_Reference, ...] | None = None
    column_mapping: str | None = None
    column_lineage: str | None = None


class _Entity(msgspec.Struct, frozen=True):
    guid: str = ""
    status: str = "ACTIVE"
    attributes: _Attributes = _Attributes()


class _Entities(msgspec.Struct, frozen=True):
    entities: tuple[_Entity, ...] = ()


_Answer = TypeVar("_Answer", _Mutation, _Entities)


class AtlasSink:
    """One POST for a fact, then a GET of its operations: what is not found whole is not delivered."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def deliver(self, fact: LineageFact) -> Receipt:
        """Deliver and read back. Raises Unavailable, Refused, Incomplete or Unacceptable."""
        guids: set[str] = set()
        relationships = 0
        for body in bodies(fact):
            assigned = await self._post(body)
            await self._read_back(body, assigned)
            guids.update(assigned.values())
            relationships += sum(len(one.inputs) + len(one.outputs) for one in body.operations)
        return Receipt(len(guids), relationships)

    async def _post(self, body: Body) -> Mapping[str, str]:
        collection = self._account.target.collection
        params: Params | None = [("collectionId", collection)] if collection else None
        answer = await self._account.request("POST", ENTITY_BULK, content=body.encode(), params=params)
        assigned = _decoded(answer, _Mutation).guid_assignments
        missing = [str(entity["guid"]) for entity in body.entities if entity["guid"] not in assigned]
        if missing:
            raise Incomplete(
                Fault("LIN-014", f"The account names no guid for {len(missing)} of {len(body.entities)} entities")
            )
        return assigned

    async def _ask(self, params: Params) -> bytes:
        try:
            return await self._account.request("GET", ENTITY_BULK, params=params)
        except Unacceptable as error:
            raise Incomplete(Fault("LIN-014", f"The account does not show what it took: {error.message}")) from error

    async def _read_back(self, body: Body, assigned: Mapping[str, str]) -> None:
        wanted = [assigned[operation.guid] for operation in body.operations] or [assigned[body.activity]]
        found: dict[str, _Entity] = {}
        for start in range(0, len(wanted), _GUIDS_IN_A_QUERY):
            params: Params = [("guid", guid) for guid in wanted[start : start + _GUIDS_IN_A_QUERY]]
            answer = await self._ask(params)
            found |= {entity.guid: entity for entity in _decoded(answer, _Entities).entities}
        lost = [guid for guid in wanted if guid not in found or found[guid].status != "ACTIVE"]
        if lost:
            raise Incomplete(Fault("LIN-014", f"The account does not show {len(lost)} of {len(wanted)} operations"))
        for operation in body.operations:
            for what in _differences(operation, found[assigned[operation.guid]].attributes, assigned):
                raise Incomplete(Fault("LIN-014", f"The account shows an operation without all of its {what}"))


def _differences(operation: ExpectedOperation, shown: _Attributes, assigned: Mapping[str, str]) -> Iterator[str]:
    """Yield the name of everything that is not shown as it was sent."""
    if _guids(shown.inputs) != {assigned[guid] for guid in operation.inputs}:
        yield "inputs"
    if _guids(shown.outputs) != {assigned[guid] for guid in operation.outputs}:
        yield "outputs"
    if _sorted(shown.column_mapping) != _sorted(operation.column_mapping):
        yield "column mapping"
    if shown.column_lineage is not None and _sorted(shown.column_lineage) != _sorted(operation.column_lineage):
        yield "column edges"


def _guids(references: Sequence[_Reference] | None) -> set[str]:
    return {reference.guid for reference in references or ()}


def _sorted(text: str | None) -> list[str]:
    try:
        value = json.loads(text or "[]")
    except ValueError:
        return ["unreadable"]
    return sorted(json.dumps(one, sort_keys=True) for one in value) if isinstance(value, list) else ["unreadable"]


def _decoded(answer: bytes, type_: type[_Answer]) -> _Answer:
    try:
        return typed.decode(answer, type_)
    except msgspec.DecodeError as error:
        raise Incomplete(Fault("LIN-014", f"The account's answer is not Atlas': {error}")) from error
