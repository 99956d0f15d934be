"""Events into the catalog, each call in one transaction: they join what is known, and what that changes is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from headwater.catalog import clock
from headwater.catalog.openlineage.aliases import Resolver
from headwater.catalog.openlineage.drafts import operation_name
from headwater.catalog.openlineage.events import Event
from headwater.catalog.openlineage.flows import flows_of
from headwater.catalog.openlineage.graph import Graph
from headwater.catalog.openlineage.ledger import Ledger, RunId
from headwater.catalog.openlineage.names import Key, Namer, job_name
from headwater.catalog.openlineage.picture import Picture
from headwater.catalog.openlineage.replay import Json, dataset_event_of, event_of
from headwater.catalog.openlineage.state import DatasetState, Known, RunState, is_view, named_by, said_by, unpacked
from headwater.catalog.openlineage.tables import MIGRATIONS, VERSION_TABLE
from headwater.catalog.store import Store
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.rows import Pen, Permit


class OpenLineage:
    """Takes events. Every call is one transaction: all of its events are kept, or none."""

    def __init__(self, store: Store, types: Types, root: str, namer: Namer) -> None:
        self._store = store
        self._types = types
        self._root = root
        self._namer = namer

    @classmethod
    def open(cls, store: Store, types: Types, *, root: str, namer: Namer) -> OpenLineage:
        """Make the tables if they are not there. `root` is the collection of what is new and not placed."""
        store.migrate(MIGRATIONS, VERSION_TABLE)
        return cls(store, types, root, namer)

    def accept(
        self, events: Sequence[Event], *, by: str, collection: str | None = None, permit: Permit | None = None
    ) -> bool:
        """Take events in, and say whether they told anything new. Raises Invalid or NotFound as entity writes do.

        `collection` places new entities; `permit` is asked with the collections that are touched, before any is.
        """
        told = reduce(Known.join, (said_by(event) for event in events), Known())
        with self._store.write() as connection:
            place = collection or self._root
            graph = Graph(connection, self._types.current, Pen(by, clock.now(), 0, {}), place, permit)
            return _Entry(Ledger(connection), graph, self._namer, told).keep()

    def replay(self, since: int = 0) -> Iterator[Json]:
        """Yield what is known as events: of runs and declarations, oldest first, then of datasets that none names.

        `since` is microseconds since 1970 of the latest event of a run.
        """
        with self._store.read() as connection:
            ledger = Ledger(connection)
            for run in ledger.since(since):
                keys = [unpacked(text) for text in (*run.inputs, *run.outputs)]
                job = ledger.known_jobs([job_name(run.job)]).get(job_name(run.job))
                yield event_of(run, job, ledger.datasets_named(keys))
            if not since:
                yield from filter(None, map(dataset_event_of, ledger.all_datasets()))


class _Entry:
    """One transaction: what is told joins what is known."""

    def __init__(self, ledger: Ledger, graph: Graph, namer: Namer, told: Known) -> None:
        self._ledger = ledger
        self._graph = graph
        self._told = told
        self._resolve = Resolver(ledger, namer)
        self._picture = Picture(ledger, graph, namer, self._resolve)
        self._before = ledger.known(told)
        self._after = self._before.join(told)

    def keep(self) -> bool:
        """Keep what is new and draw it; False if nothing is."""
        if self._after == self._before:
            names = [job_name(job) for job in self._told.jobs]
            self._graph.permit_known([*names, *(self._resolve(key) for key in self._told.datasets)])
            return False
        runs = {(id, job_name(job)): run for (id, job), run in self._after.runs.items()}
        self._ledger.save(runs, {job_name(job): state for job, state in self._after.jobs.items()})
        moved, left = self._keep_datasets()
        operations = self._keep_flows(runs | self._ledger.runs(self._ledger.mentioning(moved)))
        assets = self._ledger.datasets_of({*left, *(self._resolve(key) for key in (*self._after.datasets, *moved))})
        operations |= self._ledger.operations_naming(self._unsettled(assets))
        stayed = {state.key for asset in left for state in assets.get(asset, ())}
        self._picture.draw(self._after.jobs, operations, {*self._after.datasets, *moved, *stayed}, left)
        return True

    def _keep_datasets(self) -> tuple[set[Key], dict[str, set[str]]]:
        """Keep datasets and their other names.

        Return those that have become another asset; and for each asset that they were, the columns that they had.
        """
        relinked: set[str] = set()
        for key, state in self._after.datasets.items():
            before = self._before.datasets.get(key)
            if state.facets.get("symlinks") != (before.facets.get("symlinks") if before else None):
                relinked |= self._resolve.relink(state)
        rows = {
            key: (self._resolve.own(key).qualified_name, self._resolve(key), state)
            for key, state in self._after.datasets.items()
        }
        moved: set[Key] = set()
        left: dict[str, set[str]] = {}
        for key, (own, asset, state) in self._ledger.named(self._ledger.also_named(relinked)).items():
            if (now := self._resolve(key)) != asset:
                rows.setdefault(key, (own, now, state))
                moved.add(key)
                left.setdefault(asset, set()).update(state.columns)
        self._ledger.save_datasets(rows)
        return moved, left

    def _keep_flows(self, runs: Mapping[RunId, RunState]) -> set[str]:
        """Derive the flows of runs anew; return every operation that this may change."""
        operations: set[str] = set()
        for id, run in runs.items():
            flows = {operation_name(run.job, flow): flow for flow in flows_of(run, self._resolve)}
            left = self._ledger.set_flows(id, flows, run.latest, failed=run.failed)
            self._ledger.mention(id, named_by(run))
            self._graph.saw(run, flows, left)
            operations |= left | flows.keys()
        return operations

    def _unsettled(self, assets: Mapping[str, Sequence[DatasetState]]) -> Iterator[Key]:
        """Yield the datasets of assets that were once dropped, or turn out to be views: their holders change."""
        views = [name for name, states in assets.items() if any(is_view(state.facets) for state in states)]
        settled = {
            name for name, types in self._graph.existing(views).items() if any(type.endswith("_view") for type in types)
        }
        for name, states in assets.items():
            if any(state.dropped is not None for state in states) or name in set(views) - settled:
                yield from (state.key for state in states)
