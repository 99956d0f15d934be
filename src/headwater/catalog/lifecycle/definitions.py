"""What a workspace no longer has: its pipelines and activities in the catalog against those that it says exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from headwater.catalog.reading import Row
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import IS_LIVE, entities
from headwater.catalog.types import TypeSet
from headwater.errors import Fault, Invalid, NotFound

WORKSPACE, PIPELINE, ACTIVITY = "data_pipeline_workspace", "data_pipeline", "data_pipeline_activity"


class PipelineNames(msgspec.Struct, frozen=True):
    """A pipeline that exists. `activities` names all of its activities, nested ones too; None says nothing of them."""

    name: str
    activities: tuple[str, ...] | None = None


class Definitions(msgspec.Struct, frozen=True, rename="camel"):
    """Everything that a workspace has now; `workspace` is its qualified name. A dry run only tells what is gone."""

    workspace: str
    pipelines: tuple[PipelineNames, ...]
    dry_run: bool = False


def gone(connection: Connection, given: Definitions, types: TypeSet) -> tuple[str, ...]:
    """Return guids of the pipelines and activities that the workspace no longer has. Raises NotFound or Invalid.

    Names are compared as the services do, without regard to case.
    """
    workspace = _workspace(connection, given.workspace, types)
    known = {_key(pipeline.name): pipeline for pipeline in given.pipelines}
    if len(known) < len(given.pipelines):
        raise Invalid(Fault("CAT-028", "A pipeline is named twice", cure="Name each pipeline once."))
    pipelines = _below(connection, [workspace], PIPELINE, types)
    lost = [row for row in pipelines if _key(row["name"]) not in known]
    told = {row["id"]: known[_key(row["name"])].activities for row in pipelines if _key(row["name"]) in known}
    lost += _lost_activities(connection, told, types)
    return tuple(row["guid"] for row in lost)


def _lost_activities(
    connection: Connection, told: Mapping[int, tuple[str, ...] | None], types: TypeSet
) -> Iterator[Row]:
    names = {id: {_key(name) for name in activities} for id, activities in told.items() if activities is not None}
    for row in _below(connection, list(names), ACTIVITY, types):
        if _key(row["name"]) not in names[row["parent_id"]]:
            yield row


def _workspace(connection: Connection, qualified_name: str, types: TypeSet) -> int:
    table = entities.c
    same = (table.qualified_name == qualified_name) & table.type_id.in_(types.subtype_ids(WORKSPACE)) & IS_LIVE
    id = connection.execute(select(table.id).where(same)).scalar()
    if id is None:
        message = f"No workspace '{qualified_name}' has reported to the account"
        raise NotFound(Fault("CAT-003", message, cure="Give the qualified name of the workspace's asset."))
    return int(id)


def _below(connection: Connection, ids: Sequence[int], type_name: str, types: TypeSet) -> list[Row]:
    wanted, table = listed(), entities.c
    query = select(entities).join(wanted, table.parent_id == integer(wanted)).where(IS_LIVE)
    query = query.where(table.type_id.in_(sorted(types.subtype_ids(type_name)))).order_by(table.id)
    return list(connection.execute(query, {"wanted": packed(ids)}).mappings())


def _key(name: str) -> str:
    return name.casefold()
