"""What is known, read from and written to the tables; every method works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, Connection, Table, and_, delete, insert, select

from headwater import typed
from headwater.catalog.openlineage.names import Key, job_name
from headwater.catalog.openlineage.state import DatasetState, JobState, Known, RunState, Stamp, packed
from headwater.catalog.openlineage.tables import datasets, flows, jobs, mentions, runs, symlinks
from headwater.catalog.store.lists import listed, text
from headwater.catalog.store.lists import packed as packed_list

T = TypeVar("T")
RunId = tuple[str, str]
"""Run and qualified name of its job."""


class Ledger:
    """The tables, seen by one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, told: Known) -> Known:
        """Return what is known of the runs, jobs and datasets of which something is told."""
        names = {job_name(job): job for job in told.jobs}
        run_ids = {(run_id, job_name(job)): (run_id, job) for run_id, job in told.runs}
        found = self.runs(run_ids)
        return Known(
            runs={run_ids[id]: run for id, run in found.items()},
            jobs={names[row.job]: _read(row.state, JobState) for row in self._rows(jobs, jobs.c.job, names)},
            datasets=self.datasets_named(told.datasets),
        )

    def runs(self, ids: Iterable[RunId]) -> dict[RunId, RunState]:
        """Return the runs that are known of these."""
        return {(row.run_id, row.job): _read(row.state, RunState) for row in self._of_runs(runs, ids)}

    def last_run(self, job: str) -> RunState | None:
        """Return the run of a job of which the latest event tells, if it ever ran."""
        table = runs.c
        query = select(table.state).where(table.job == job, table.run_id != "")
        latest = query.order_by(table.at.desc(), table.rank.desc(), table.digest.desc()).limit(1)
        state = self._connection.execute(latest).scalar()
        return None if state is None else _read(state, RunState)

    def since(self, at: int) -> Iterator[RunState]:
        """Yield the runs and declarations of which an event at or after this time tells, oldest first."""
        table = runs.c
        query = select(table.state).where(table.at >= at).order_by(table.at, table.rank, table.digest)
        for state in self._connection.execute(query).scalars():
            yield _read(state, RunState)

    def known_jobs(self, names: Iterable[str]) -> dict[str, JobState]:
        """Return the jobs that have reported, by qualified name."""
        return {row.job: _read(row.state, JobState) for row in self._rows(jobs, jobs.c.job, set(names))}

    def save(self, run_states: Mapping[RunId, RunState], job_states: Mapping[str, JobState]) -> None:
        """Keep states of runs and jobs."""
        for run_id, job in run_states:
            self._connection.execute(delete(runs).where(runs.c.run_id == run_id, runs.c.job == job))
        rows = [
            {"run_id": run_id, "job": job, **_stamped(state.latest), "state": _written(state)}
            for (run_id, job), state in run_states.items()
        ]
        self._insert(runs, rows)
        self._delete(jobs, jobs.c.job, job_states)
        self._insert(jobs, [{"job": name, "state": _written(state)} for name, state in job_states.items()])

    # Datasets and their other names

    def save_datasets(self, states: Mapping[Key, tuple[str, str, DatasetState]]) -> None:
        """Keep datasets: their own qualified name, the asset that they are, and their state."""
        self._delete(datasets, datasets.c.dataset, [packed(key) for key in states])
        rows = [
            {"dataset": packed(key), "own_name": own, "asset": asset, "state": _written(state)}
            for key, (own, asset, state) in states.items()
        ]
        self._insert(datasets, rows)

    def datasets_named(self, keys: Iterable[Key]) -> dict[Key, DatasetState]:
        """Return what is known of these datasets."""
        rows = self._rows(datasets, datasets.c.dataset, {packed(key) for key in keys})
        states = (_read(row.state, DatasetState) for row in rows)
        return {state.key: state for state in states}

    def all_datasets(self) -> Iterator[DatasetState]:
        """Yield every dataset, by name."""
        for state in self._connection.execute(select(datasets.c.state).order_by(datasets.c.dataset)).scalars():
            yield _read(state, DatasetState)

    def datasets_of(self, assets: Iterable[str]) -> dict[str, list[DatasetState]]:
        """Return the datasets that these assets are known as."""
        found: dict[str, list[DatasetState]] = {}
        for row in self._rows(datasets, datasets.c.asset, set(assets)):
            found.setdefault(row.asset, []).append(_read(row.state, DatasetState))
        return found

    def named(self, own_names: Iterable[str]) -> dict[Key, tuple[str, str, DatasetState]]:
        """Return the datasets that have these qualified names of their own, each with it and with its asset."""
        rows = self._rows(datasets, datasets.c.own_name, set(own_names))
        states = ((row.own_name, row.asset, _read(row.state, DatasetState)) for row in rows)
        return {state.key: (own, asset, state) for own, asset, state in states}

    def asset_of(self, key: Key) -> str | None:
        """Return the asset that a dataset was last found to be."""
        query = select(datasets.c.asset).where(datasets.c.dataset == packed(key))
        return self._connection.execute(query).scalar()

    def target(self, alias: str) -> str | None:
        """Return the dataset that has this other name; of several, the one that said so last."""
        table = symlinks.c
        query = select(table.dataset).where(table.alias == alias)
        latest = query.order_by(table.at.desc(), table.rank.desc(), table.digest.desc(), table.dataset.desc())
        return self._connection.execute(latest.limit(1)).scalar()

    def set_symlinks(self, key: Key, own: str, aliases: Iterable[str], stamp: Stamp | None) -> set[str]:
        """Make these the other names of a dataset; return the names that now lead elsewhere."""
        query = select(symlinks.c.alias, symlinks.c.at, symlinks.c.rank, symlinks.c.digest)
        rows = self._connection.execute(query.where(symlinks.c.dataset == packed(key)))
        before = {row.alias: (row.at, row.rank, row.digest) for row in rows}
        after = {alias: stamp for alias in aliases if alias != own} if stamp else {}
        if before == after:
            return set()
        names = before.keys() | after.keys()
        led = {name: self.target(name) for name in names}
        self._connection.execute(delete(symlinks).where(symlinks.c.dataset == packed(key)))
        self._insert(
            symlinks,
            [{"alias": name, "dataset": packed(key), "own_name": own, **_stamped(at)} for name, at in after.items()],
        )
        return {name for name in names if self.target(name) != led[name]}

    def also_named(self, names: Iterable[str]) -> set[str]:
        """Return these names and all that lead to them."""
        found = set(names)
        pending = found
        while pending:
            rows = self._rows(symlinks, symlinks.c.own_name, pending)
            pending = {row.alias for row in rows} - found
            found |= pending
        return found

    # Runs and what they name

    def mention(self, run: RunId, keys: Iterable[Key]) -> None:
        """Keep that a run names these datasets."""
        mine = (mentions.c.run_id == run[0], mentions.c.job == run[1])
        known = set(self._connection.execute(select(mentions.c.dataset).where(*mine)).scalars())
        named = {packed(key) for key in keys}
        if known - named:
            self._connection.execute(delete(mentions).where(*mine))
            known = set()
        rows = [{"dataset": name, "run_id": run[0], "job": run[1]} for name in sorted(named - known)]
        self._insert(mentions, rows)

    def mentioning(self, keys: Iterable[Key]) -> set[RunId]:
        """Return the runs that name any of these datasets."""
        rows = self._rows(mentions, mentions.c.dataset, {packed(key) for key in keys})
        return {(row.run_id, row.job) for row in rows}

    def set_flows(self, run: RunId, operations: Iterable[str], stamp: Stamp, *, failed: bool) -> set[str]:
        """Make a run stand behind these operations; return the ones that it has left."""
        mine = and_(flows.c.run_id == run[0], flows.c.job == run[1])
        before = set(self._connection.execute(select(flows.c.operation).where(mine)).scalars())
        self._connection.execute(delete(flows).where(mine))
        kept = sorted(set(operations))
        rows = [
            {"operation": name, "run_id": run[0], "job": run[1], **_stamped(stamp), "failed": failed} for name in kept
        ]
        self._insert(flows, rows)
        return before.difference(kept)

    def operations_naming(self, keys: Iterable[Key]) -> set[str]:
        """Return the operations that runs stand behind which name any of these datasets."""
        names = sorted({packed(key) for key in keys})
        if not names:
            return set()
        wanted = listed()
        same_run = and_(flows.c.run_id == mentions.c.run_id, flows.c.job == mentions.c.job)
        query = select(flows.c.operation).distinct().select_from(wanted)
        query = query.join(mentions, mentions.c.dataset == text(wanted)).join(flows, same_run)
        return set(self._connection.execute(query, {"wanted": packed_list(names)}).scalars())

    def behind(self, operation: str) -> tuple[RunId, ...]:
        """Return the last run behind an operation and the last that did not fail, which may be the same."""
        table = flows.c
        query = select(table.run_id, table.job).where(table.operation == operation)
        query = query.order_by(table.at.desc(), table.rank.desc(), table.digest.desc()).limit(1)
        sound = query.where(table.failed.is_(False))
        last = self._connection.execute(query).first()
        if last is None:
            return ()
        best = self._connection.execute(sound).first() or last
        return (last.run_id, last.job), (best.run_id, best.job)

    # Statements

    # Any: a row has the columns of its table, which SQLAlchemy cannot tell.
    def _rows(self, table: Table, column: Column[str], keys: Iterable[str]) -> Iterator[Any]:
        found = sorted(keys)
        if found:
            wanted = listed()
            query = select(table).join(wanted, column == text(wanted))
            yield from self._connection.execute(query, {"wanted": packed_list(found)})

    def _of_runs(self, table: Table, ids: Iterable[RunId]) -> Iterator[Any]:
        found = set(ids)
        if found:
            wanted = listed()
            query = select(table).join(wanted, table.c.run_id == text(wanted))
            # Declarations of all jobs have one run id, so the jobs are asked for too.
            query = query.where(table.c.job.in_(select(text(listed("jobs")))))
            keys = {"wanted": sorted({id for id, _ in found}), "jobs": sorted({job for _, job in found})}
            rows = self._connection.execute(query, {name: packed_list(values) for name, values in keys.items()})
            yield from (row for row in rows if (row.run_id, row.job) in found)

    def _delete(self, table: Table, column: Column[str], keys: Iterable[str]) -> None:
        found = sorted(keys)
        if found:
            statement = delete(table).where(column.in_(select(text(listed()))))
            self._connection.execute(statement, {"wanted": packed_list(found)})

    def _insert(self, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        if rows:
            self._connection.execute(insert(table), rows)


def _stamped(stamp: Stamp) -> dict[str, object]:
    return dict(zip(("at", "rank", "digest"), stamp, strict=True))


def _read(state: str, type: type[T]) -> T:
    return typed.decode(state, type)


def _written(state: object) -> str:
    return msgspec.json.encode(state).decode()
