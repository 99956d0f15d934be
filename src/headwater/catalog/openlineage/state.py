"""What is known of runs, jobs and datasets: states that join with what an event adds.

Joining is commutative, associative and idempotent: facets are registers in which the later event wins, sets grow,
times take their extremes. So the order in which events arrive does not matter, nor how often they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from headwater.catalog.openlineage.events import Dataset, Event
from headwater.catalog.openlineage.facets import DatasetType, Field, LifecycleStateChange, Parent, Schema, view
from headwater.catalog.openlineage.names import Key, inside

Stamp = tuple[int, int, str]
"""Time in microseconds, rank of the event's type, digest of the event: which of two events is the later one."""
RANKS: Mapping[str, int] = {"START": 0, "RUNNING": 1, "OTHER": 2, "COMPLETE": 3, "ABORT": 4, "FAIL": 5}
TERMINAL = frozenset({"ABORT", "COMPLETE", "FAIL"})
FAILED = frozenset({"ABORT", "FAIL"})
DECLARED = ""
"""Run id under which a job's declared inputs and outputs are kept: those of its latest job event."""

# Facets of a run's datasets that say something of this run and not of the dataset.
OF_A_RUN = ("columnLineage", "inputStatistics", "lifecycleStateChange", "lineage", "outputStatistics")


class Said(msgspec.Struct, frozen=True, array_like=True):
    """A value and the event that said it."""

    at: Stamp
    value: object

    def join(self, other: Said) -> Said:
        """Return the later one; of two that one event says, the one that sorts last."""
        return max(self, other, key=lambda said: (said.at, msgspec.json.encode(said.value, order="sorted")))


Registers = dict[str, Said]


class RunState(msgspec.Struct, frozen=True):
    """One run of one job. `inputs` and `outputs` have the facets that are about this run alone."""

    job: Key
    run_id: str
    latest: Stamp
    outcome: tuple[bool, int, int, str] = (False, 0, -1, "")
    """Ended or not, time, rank and type of the event that tells the run's state."""
    facets: Registers = {}
    inputs: dict[str, Registers] = {}
    outputs: dict[str, Registers] = {}

    @property
    def state(self) -> str:
        """START, RUNNING, COMPLETE, ABORT or FAIL; empty while no event told."""
        return self.outcome[3]

    @property
    def failed(self) -> bool:
        return self.state in FAILED

    def join(self, other: RunState) -> RunState:
        """Return what both say. Of a declaration the later one holds as a whole."""
        if self.run_id == DECLARED:
            return max(self, other, key=lambda run: run.latest)
        return RunState(
            job=self.job,
            run_id=self.run_id,
            latest=max(self.latest, other.latest),
            outcome=max(self.outcome, other.outcome),
            facets=_joined(self.facets, other.facets),
            inputs=_joined_sets(self.inputs, other.inputs),
            outputs=_joined_sets(self.outputs, other.outputs),
        )


class JobState(msgspec.Struct, frozen=True):
    job: Key
    facets: Registers = {}
    parent: Said | None = None
    """Namespace and name of the job that starts this one."""
    parents: tuple[Key, ...] = ()
    """Every job that was ever said to start this one."""

    def join(self, other: JobState) -> JobState:
        """Return what both say."""
        parents = [parent for parent in (self.parent, other.parent) if parent is not None]
        return JobState(
            job=self.job,
            facets=_joined(self.facets, other.facets),
            parent=parents[0].join(parents[-1]) if parents else None,
            parents=tuple(sorted({*self.parents, *other.parents})),
        )


class DatasetState(msgspec.Struct, frozen=True):
    """A dataset under one name. `dropped` is the last time that a run dropped it, and which run."""

    key: Key
    facets: Registers = {}
    dropped: tuple[Stamp, str] | None = None
    columns: tuple[str, ...] = ()
    """Every column that some schema had, so that those which are gone can be told from those of others."""
    mentions: tuple[tuple[Stamp, str], ...] = ()
    """The last two mentions by different runs: enough to know whether another run than the dropping one came later."""

    @property
    def is_gone(self) -> bool:
        """Dropped, and no other run has read or written it since."""
        if self.dropped is None:
            return False
        at, run = self.dropped
        return all(by == run or mentioned < at for mentioned, by in self.mentions)

    def join(self, other: DatasetState) -> DatasetState:
        """Return what both say."""
        drops = [dropped for dropped in (self.dropped, other.dropped) if dropped is not None]
        return DatasetState(
            key=self.key,
            facets=_joined(self.facets, other.facets),
            dropped=max(drops, default=None),
            columns=tuple(sorted({*self.columns, *other.columns})),
            mentions=_last_two((*self.mentions, *other.mentions)),
        )


class Known(msgspec.Struct, frozen=True):
    """States of several runs, jobs and datasets: what one event or many say, or what the store has of the same."""

    runs: dict[tuple[str, Key], RunState] = {}
    jobs: dict[Key, JobState] = {}
    datasets: dict[Key, DatasetState] = {}

    def join(self, other: Known) -> Known:
        """Return what both say."""
        runs, jobs, datasets = dict(self.runs), dict(self.jobs), dict(self.datasets)
        for id, run in other.runs.items():
            runs[id] = runs[id].join(run) if id in runs else run
        for name, job in other.jobs.items():
            jobs[name] = jobs[name].join(job) if name in jobs else job
        for key, dataset in other.datasets.items():
            datasets[key] = datasets[key].join(dataset) if key in datasets else dataset
        return Known(runs, jobs, datasets)


def said_by(event: Event) -> Known:
    """Return what one event says."""
    stamp = (event.at, RANKS[event.kind], event.digest)
    if event.job is None:
        found = _datasets([event.dataset] if event.dataset else [], stamp, None)
        return Known(datasets=found)
    job = Key(event.job.namespace, event.job.name)
    datasets = [*(event.inputs or ()), *(event.outputs or ())]
    by = event.run.run_id.lower() if event.run else DECLARED
    run = _run(event, job, stamp)
    found = _datasets(datasets, stamp, by)
    for key in sorted(named_by(run)) if run else ():
        found.setdefault(key, DatasetState(key, mentions=((stamp, by),)))
    parent = _parent(event)
    started_by = Said(stamp, [parent.namespace, parent.name]) if parent else None
    state = JobState(job, _registers(event.job.facets, stamp), started_by, (parent,) if parent else ())
    return Known(runs={(run.run_id, job): run} if run else {}, jobs={job: state}, datasets=found)


def _run(event: Event, job: Key, stamp: Stamp) -> RunState | None:
    """Return the run; of a job event, the declaration that it makes if it names datasets at all."""
    if event.run is None and event.inputs is None and event.outputs is None:
        return None
    facets = _registers(event.run.facets, stamp) if event.run else {}
    # A job's explicit lineage is what this run, or this declaration, was seen to do.
    if event.job and event.job.facets and (lineage := event.job.facets.get("lineage")) is not None:
        facets["job.lineage"] = Said(stamp, lineage)
    told = event.run is not None and event.kind != "OTHER"
    return RunState(
        job=job,
        run_id=event.run.run_id.lower() if event.run else DECLARED,
        latest=stamp,
        outcome=(event.kind in TERMINAL, event.at, stamp[1], event.kind) if told else (False, 0, -1, ""),
        facets=facets,
        inputs=_of_the_run(event.inputs or (), stamp),
        outputs=_of_the_run(event.outputs or (), stamp),
    )


def _of_the_run(datasets: Iterable[Dataset], stamp: Stamp) -> dict[str, Registers]:
    found: dict[str, Registers] = {}
    for dataset in datasets:
        said = found.setdefault(packed(Key(dataset.namespace, dataset.name)), {})
        for group in (dataset.facets, dataset.input_facets, dataset.output_facets):
            for name in OF_A_RUN:
                if group and group.get(name) is not None:
                    said[name] = Said(stamp, group[name])
        # What a renamed table's columns were called is what its new ones come from.
        if _renames(dataset) and dataset.facets and dataset.facets.get("schema") is not None:
            said["schema"] = Said(stamp, dataset.facets["schema"])
    return found


def _datasets(datasets: Iterable[Dataset], stamp: Stamp, run: str | None) -> dict[Key, DatasetState]:
    found: dict[Key, DatasetState] = {}
    for dataset in datasets:
        key = Key(dataset.namespace, dataset.name)
        facets = _registers(dataset.facets, stamp)
        for group in (dataset.input_facets, dataset.output_facets):
            facets.update(_registers(group, stamp))
        dropped = run is not None and _lifecycle(dataset) == "DROP"
        state = DatasetState(
            key,
            facets,
            columns=tuple(sorted(name for name, _, _ in columns_of(facets))),
            dropped=(stamp, run) if dropped and run is not None else None,
            mentions=() if dropped or run is None else ((stamp, run),),
        )
        found[key] = found[key].join(state) if key in found else state
    return found


def _lifecycle(dataset: Dataset) -> str:
    facet = view((dataset.facets or {}).get("lifecycleStateChange"), LifecycleStateChange)
    return facet.lifecycle_state_change if facet else ""


def _renames(dataset: Dataset) -> bool:
    return _lifecycle(dataset) == "RENAME"


def _parent(event: Event) -> Key | None:
    facets = (event.run.facets or {}) if event.run else {}
    # Producers before 1.0 called it parentRun.
    facet = view(facets.get("parent"), Parent) or view(facets.get("parentRun"), Parent)
    if facet is None or event.job is None:
        return None
    parent = Key(facet.job.namespace, facet.job.name)
    return None if parent == Key(event.job.namespace, event.job.name) else parent


def _registers(facets: Mapping[str, object] | None, stamp: Stamp) -> Registers:
    return {name: Said(stamp, facet) for name, facet in (facets or {}).items() if facet is not None}


def _joined(one: Registers, other: Registers) -> Registers:
    return {**one, **{name: one[name].join(said) if name in one else said for name, said in other.items()}}


def _joined_sets(one: Mapping[str, Registers], other: Mapping[str, Registers]) -> dict[str, Registers]:
    return {**one, **{key: _joined(one.get(key, {}), said) for key, said in other.items()}}


def _last_two(mentions: Iterable[tuple[Stamp, str]]) -> tuple[tuple[Stamp, str], ...]:
    latest: dict[str, Stamp] = {}
    for at, run in mentions:
        latest[run] = max(at, latest.get(run, at))
    return tuple(sorted(((at, run) for run, at in latest.items()), reverse=True)[:2])


def packed(key: Key) -> str:
    """Return a key as the text under which JSON keeps it; names have no line breaks."""
    return f"{key.namespace}\n{key.name}"


def unpacked(text: str) -> Key:
    namespace, _, name = text.partition("\n")
    return Key(namespace, name)


def current(registers: Registers) -> Iterator[tuple[str, object]]:
    """Yield the facets that hold: neither empty nor deleted."""
    for name, said in sorted(registers.items()):
        if not (isinstance(said.value, dict) and said.value.get("_deleted") is True):
            yield name, said.value


def named_by(run: RunState) -> set[Key]:
    """Return the datasets of which a run's lineage may speak: its ends and what its facets name."""
    found = {unpacked(text) for text in (*run.inputs, *run.outputs)}
    registers = [run.facets, *run.outputs.values()]
    values = [said.value for facets in registers for name, said in facets.items() if name in _NAMING]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            namespace, name = value.get("namespace"), value.get("name")
            if isinstance(namespace, str) and isinstance(name, str) and value.get("type") != "JOB":
                found.add(inside(Key(namespace, name), run.job))
            values.extend(value.values())
        elif isinstance(value, list):
            values.extend(value)
    return found


_NAMING = frozenset({"columnLineage", "job.lineage", "lifecycleStateChange", "lineage"})


def columns_of(facets: Registers) -> Iterator[tuple[str, str, str]]:
    """Yield name, type and description of each column, those inside structs as `struct.column`."""
    schema = view(dict(current(facets)).get("schema"), Schema)
    seen: set[str] = set()
    for name, field in _flat("", schema.fields if schema else None):
        if name not in seen:
            seen.add(name)
            yield name, field.type or "", field.description or ""


def is_view(facets: Registers) -> bool:
    facet = view(dict(current(facets)).get("datasetType"), DatasetType)
    return facet is not None and facet.dataset_type.upper() == "VIEW"


def _flat(prefix: str, fields: Iterable[Field] | None) -> Iterator[tuple[str, Field]]:
    for field in fields or ():
        yield prefix + field.name, field
        yield from _flat(f"{prefix}{field.name}.", field.fields)
