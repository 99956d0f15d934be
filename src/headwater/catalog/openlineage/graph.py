"""The catalog's side of it: entities written and removed, runs observed, all by the catalog's own writing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from headwater.catalog.collections import collection_names
from headwater.catalog.entities import bulk, removal
from headwater.catalog.model import EntityBatch
from headwater.catalog.openlineage.drafts import STATUSES, milliseconds
from headwater.catalog.openlineage.flows import Flow
from headwater.catalog.openlineage.names import JOB_TYPE, OPERATION_TYPE
from headwater.catalog.openlineage.state import DECLARED, RunState
from headwater.catalog.reading import Row
from headwater.catalog.store.lists import integer, listed, packed, text
from headwater.catalog.store.schema import IS_LIVE, entities, lineage_edges, observations
from headwater.catalog.types import TypeSet
from headwater.catalog.writing import reports
from headwater.catalog.writing.reports import Report
from headwater.catalog.writing.rows import Pen, Permit


class Graph:
    """The graph as one transaction writes it."""

    def __init__(
        self, connection: Connection, types: TypeSet, pen: Pen, collection: str, permit: Permit | None
    ) -> None:
        self._connection = connection
        self._types = types
        self._pen = pen
        self._collection = collection
        self._permit = permit
        self._seen: list[tuple[str, str, Report]] = []
        self._unseen: list[tuple[str, str]] = []
        """Operations and the runs that they do not stand for any more."""
        self._seen_rows: dict[str, list[Row]] = {}
        """Entities by qualified name, as they stood since the last write."""

    def permit_known(self, names: Iterable[str]) -> None:
        """Ask for the right to write what stands under these names; for new things if nothing does."""
        rows = [row for row in self._rows(names) if self._is_ours(row)]
        collections = collection_names(self._connection)
        self._ask({collections[row["collection_id"]] for row in rows} or {self._collection})

    def _is_ours(self, row: Row) -> bool:
        type = self._types.entities_by_id[row["type_id"]]
        return type.name == JOB_TYPE or type.is_dataset

    def _ask(self, collections: Collection[str]) -> None:
        if self._permit is not None:
            self._permit(frozenset(collections))

    def existing(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Return the types of the data sets that stand under these names already."""
        found: dict[str, list[str]] = {}
        for row in self._rows(names):
            type = self._types.entities_by_id[row["type_id"]]
            if type.is_dataset:
                found.setdefault(row["qualified_name"], []).append(type.name)
        return found

    def custom_attributes(self, types: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """Return the custom attributes of data sets, given their types by name."""
        return {
            row["qualified_name"]: row["custom_attributes"] or {}
            for row in self._rows(types)
            if self._types.entities_by_id[row["type_id"]].name == types[row["qualified_name"]]
        }

    def give_way(self, type_name: str, name: str) -> bool:
        """Remove a data set that is of another type than was thought; False if lineage of others holds on to it."""
        rows = self._typed([name], type_name)
        if set(self._held((row["id"] for row in rows), by_others=True)):
            return False
        self._remove(rows)
        return True

    def standing(self, names: Iterable[str]) -> set[tuple[str, str]]:
        """Return type and name of everything that stands under these names."""
        return {(self._types.entities_by_id[row["type_id"]].name, row["qualified_name"]) for row in self._rows(names)}

    def write(self, batch: EntityBatch) -> None:
        """Write entities, then the runs that were seen."""
        if batch.entities:
            pen = self._pen
            bulk.write(
                self._connection,
                batch,
                self._types,
                by=pen.by,
                at=pen.at,
                collection=self._collection,
                permit=self._permit,
            )
            self._seen_rows.clear()
        self._observe()

    # Runs

    def saw(self, run: RunState, flows: Mapping[str, Flow], left: Iterable[str]) -> None:
        """Remember to note that a run stands behind these operations, and no longer behind those that it left."""
        self._unseen.extend((name, run.run_id) for name in (*left, *flows))
        if run.run_id == DECLARED:
            return
        for name, flow in flows.items():
            report = Report(run.run_id, "", milliseconds(run), STATUSES[run.state], flow.rows, flow.bytes)
            self._seen.append((name, run.run_id, report))

    def _observe(self) -> None:
        names = {name for name, _ in self._unseen}
        ids = {row["qualified_name"]: row["id"] for row in self._typed(names, OPERATION_TYPE)}
        table = observations.c
        for name, run_id in self._unseen:
            if name in ids:
                mine = (table.operation_id == ids[name]) & (table.run_id == run_id)
                self._connection.execute(delete(observations).where(mine))
        for name, _, report in self._seen:
            if name in ids:
                reports.keep(self._connection, {ids[name]: report})

    # Taking away

    def remove_operations(self, names: Iterable[str]) -> None:
        """Delete operations that no run stands behind; their lineage stays in history."""
        self._remove(self._typed(names, OPERATION_TYPE))

    def remove_assets(self, names: Iterable[str]) -> None:
        """Delete data sets that were dropped."""
        self._remove([row for row in self._rows(names) if self._types.entities_by_id[row["type_id"]].is_dataset])

    def remove_parts(self, names: Iterable[str]) -> None:
        """Delete columns that are in no schema any more, and schemas without columns."""
        self._remove([row for row in self._rows(names) if self._types.entities_by_id[row["type_id"]].is_part])

    def remove_orphans(self, names: Iterable[str]) -> None:
        """Delete data sets that are known under another name now, unless other lineage holds on to them."""
        rows = [row for row in self._rows(names) if self._types.entities_by_id[row["type_id"]].is_dataset]
        if not rows:
            return
        held = set(self._held(row["id"] for row in rows))
        self._remove([row for row in rows if row["id"] not in held])

    def _held(self, ids: Iterable[int], *, by_others: bool = False) -> Iterator[int]:
        """Yield those that lineage holds on to, or `by_others` lineage that no event told of."""
        keys = {"wanted": packed(ids)}
        ours = self._types.entities[OPERATION_TYPE].id
        edges = lineage_edges.c
        for end, far in ((edges.source_id, edges.target_id), (edges.target_id, edges.source_id)):
            wanted = listed()
            query = select(end).select_from(wanted).join(lineage_edges, end == integer(wanted))
            query = query.where(edges.ended_at.is_(None))
            if by_others:
                query = query.join(entities, entities.c.id == far).where(entities.c.type_id != ours)
            yield from self._connection.execute(query, keys).scalars()

    def _remove(self, rows: Sequence[Row]) -> None:
        if rows:
            collections = collection_names(self._connection)
            self._ask({collections[row["collection_id"]] for row in rows})
            gone = removal.with_parts(self._connection, rows, self._types)
            removal.remove(self._connection, gone, self._pen, self._types)
            self._seen_rows.clear()

    # Rows

    def _typed(self, names: Iterable[str], type_name: str) -> list[Row]:
        wanted = self._types.entities[type_name].id
        return [row for row in self._rows(names) if row["type_id"] == wanted]

    def _rows(self, names: Iterable[str]) -> list[Row]:
        """Return the entities that have these qualified names, in order of their keys."""
        asked = set(names)
        if new := sorted(asked - self._seen_rows.keys()):
            wanted = listed()
            query = select(entities).join(wanted, entities.c.qualified_name == text(wanted)).where(IS_LIVE)
            self._seen_rows.update((name, []) for name in new)
            for row in self._connection.execute(query, {"wanted": packed(new)}).mappings():
                self._seen_rows[row["qualified_name"]].append(row)
        found = [row for name in asked for row in self._seen_rows[name]]
        return sorted(found, key=lambda row: int(row["id"]))
