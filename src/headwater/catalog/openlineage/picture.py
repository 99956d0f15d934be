"""What the graph shall show, worked out from what is known, and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

import msgspec

from headwater.catalog.openlineage.aliases import Resolver
from headwater.catalog.openlineage.drafts import Asset, Drafts, column_name, operation_name, schema_name
from headwater.catalog.openlineage.flows import Flow, flows_of
from headwater.catalog.openlineage.graph import Graph
from headwater.catalog.openlineage.ledger import Ledger
from headwater.catalog.openlineage.names import Key, Namer, job_name, namespace_name
from headwater.catalog.openlineage.state import DatasetState, JobState, RunState, columns_of, is_view


class _Standing(msgspec.Struct, frozen=True):
    """An operation that some run stands behind: its ends and columns, and the last run of it."""

    flow: Flow
    last: RunState


class Picture:
    """Draws jobs, operations and assets, and takes away what nothing stands behind any more."""

    def __init__(self, ledger: Ledger, graph: Graph, namer: Namer, resolve: Resolver) -> None:
        self._ledger = ledger
        self._graph = graph
        self._namer = namer
        self._resolve = resolve
        self._assets: dict[str, Asset] = {}
        self._states: dict[str, DatasetState] = {}

    def draw(
        self, jobs: Mapping[Key, JobState], operations: set[str], keys: set[Key], left: Mapping[str, set[str]]
    ) -> None:
        """Write these jobs, operations and datasets as they are known now.

        `left` are assets that some dataset no longer is, with the columns that this dataset had; those that no
        dataset is any more are taken away.
        """
        assets = {self._resolve(key) for key in keys}
        standing = {name: found for name in operations if (found := self._standing(name)) is not None}
        ends = {end for found in standing.values() for end in (*found.flow.inputs, *found.flow.outputs)}
        self._states = states = {
            asset: reduce(DatasetState.join, known) for asset, known in self._ledger.datasets_of(assets | ends).items()
        }
        gone = {asset for asset, state in states.items() if state.is_gone}
        drafts = Drafts(self._graph.standing(self._holding(jobs, keys, standing.values()) | assets | ends))
        self._draw_jobs(drafts, jobs, standing.values())
        for key in sorted(keys):
            drafts.holders(self._resolve.own(key))
        references = self._draw_assets(drafts, (assets | ends) - gone, states)
        for name, found in sorted(standing.items()):
            here = {end for end in references if _holds(states.get(end), found.last)}
            flow = _within(found.flow, here)
            sides = ([references[end] for end in flow.inputs], [references[end] for end in flow.outputs])
            drafts.operation(name, flow, found.last, sides)
        self._graph.write(drafts.batch())
        self._graph.remove_operations(operations - standing.keys())
        self._graph.remove_assets(gone)
        self._graph.remove_parts(self._lost_parts(left))
        self._graph.remove_orphans(left.keys() - assets - ends)

    def _holding(self, jobs: Mapping[Key, JobState], keys: Iterable[Key], standing: Iterable[_Standing]) -> set[str]:
        """Return the names of all that holds what is drawn."""
        named = [*self._resolve.assets.values(), *(self._resolve.own(key) for key in keys)]
        found = {holder.qualified_name for asset in named for holder in asset.holders}
        for job, state in jobs.items():
            for key in (job, *state.parents):
                found |= {namespace_name(key.namespace), job_name(key)}
        return found | {job_name(operation.last.job) for operation in standing}

    def _standing(self, operation: str) -> _Standing | None:
        """Return an operation as its runs make it: its columns are those of the last run that did not fail."""
        behind = self._ledger.behind(operation)
        if not behind:
            return None
        runs = self._ledger.runs(behind)
        last, best = runs[behind[0]], runs[behind[1]]
        flows = (flow for flow in flows_of(best, self._resolve) if operation_name(best.job, flow) == operation)
        flow = next(flows, None)
        return None if flow is None else _Standing(flow, last)

    def _draw_jobs(self, drafts: Drafts, jobs: Mapping[Key, JobState], standing: Iterable[_Standing]) -> None:
        parents = {parent for state in jobs.values() for parent in state.parents}
        known = self._ledger.known_jobs(job_name(parent) for parent in parents)
        for job, state in sorted(jobs.items()):
            drafts.job(job, state, self._ledger.last_run(job_name(job)))
        for parent in sorted(parents):
            if job_name(parent) in known:
                drafts.known_job(parent)
            else:
                drafts.job(parent, None, None)
        for found in standing:
            drafts.known_job(found.last.job)

    def _draw_assets(
        self, drafts: Drafts, names: set[str], states: Mapping[str, DatasetState]
    ) -> dict[str, dict[str, object]]:
        """Draw assets and return the references to them, by qualified name."""
        types = self._types(names, states)
        custom = self._graph.custom_attributes(types)
        references = {}
        for name in sorted(names):
            named = msgspec.structs.replace(self._resolve.assets[name], type_name=types[name])
            facets = states[name].facets if name in states else {}
            self._assets[name] = Asset(named, facets, self._namer.columns(types[name]), custom.get(name, {}))
            references[name] = drafts.asset(self._assets[name])
        return references

    def _types(self, names: set[str], states: Mapping[str, DatasetState]) -> dict[str, str]:
        """Return the type of each asset: the one that it has already, unless it turns out to be a view."""
        existing = self._graph.existing(names)
        found: dict[str, str] = {}
        for name in names:
            usual = self._resolve.assets[name].type_name
            view = self._namer.view(usual) if name in states and is_view(states[name].facets) else None
            there = existing.get(name, ())
            if view and view not in there and (not there or self._graph.give_way(usual, name)):
                found[name] = view
            elif (view or usual) in there or not there:
                found[name] = view or usual
            else:
                found[name] = there[0]
        return found

    def _lost_parts(self, left: Mapping[str, set[str]]) -> set[str]:
        """Return the qualified names of columns, and schemas, that assets once had and have no longer."""
        lost: set[str] = set()
        for name, asset in self._assets.items():
            present = {column for column, _, _ in columns_of(asset.facets)}
            once = set(self._states[name].columns) if name in self._states else set()
            gone = (once | left.get(name, set())) - present
            lost |= {column_name(name, column, asset.columns) for column in gone}
            if gone and not present and asset.columns is None:
                lost.add(schema_name(name))
        return lost


def _holds(state: DatasetState | None, run: RunState) -> bool:
    """Tell whether what a run saw is what stands there now: it was not dropped after the run."""
    return state is None or state.dropped is None or run.latest > state.dropped[0]


def _within(flow: Flow, here: set[str]) -> Flow:
    """Return the flow without the ends that are not here any more."""
    return msgspec.structs.replace(
        flow,
        inputs=tuple(end for end in flow.inputs if end in here),
        outputs=tuple(end for end in flow.outputs if end in here),
        lines=tuple(line for line in flow.lines if line.source in here and line.sink in here),
    )
