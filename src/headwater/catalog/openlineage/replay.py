"""What is known as events again: one a run with all that its events said together, one a declaration of a job."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from headwater.catalog.openlineage.names import Key
from headwater.catalog.openlineage.state import (
    DECLARED,
    OF_A_RUN,
    DatasetState,
    JobState,
    Registers,
    RunState,
    current,
    unpacked,
)

Json = dict[str, object]
PRODUCER = "urn:headwater:catalog"
_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
# Facets that the specification keeps apart from those of the dataset itself.
_OF_AN_INPUT = frozenset({"dataQualityMetrics", "inputStatistics", "subset"})
_OF_AN_OUTPUT = frozenset({"outputStatistics", "subset"})
# Facets with which an event would draw the same lineage a second time, or another than the run's own.
_BOUND = frozenset(OF_A_RUN)


def event_of(run: RunState, job: JobState | None, datasets: Mapping[Key, DatasetState]) -> Json:
    """Return the event of a run in its last state, or of a declaration."""
    own = {name: value for name, value in current(run.facets) if name != "job.lineage"}
    job_facets = dict(current(job.facets)) if job else {}
    job_facets.pop("lineage", None)
    if "job.lineage" in run.facets:
        job_facets["lineage"] = run.facets["job.lineage"].value
    event: Json = {
        "eventTime": _time(run.latest[0]),
        "producer": PRODUCER,
        "schemaURL": _SPEC + ("JobEvent" if run.run_id == DECLARED else "RunEvent"),
        "job": {"namespace": run.job.namespace, "name": run.job.name, "facets": job_facets},
        "inputs": [_dataset(text, said, datasets, "inputFacets", _OF_AN_INPUT) for text, said in run.inputs.items()],
        "outputs": [
            _dataset(text, said, datasets, "outputFacets", _OF_AN_OUTPUT) for text, said in run.outputs.items()
        ],
    }
    if run.run_id == DECLARED:
        return event
    return {**event, "eventType": run.state or "OTHER", "run": {"runId": run.run_id, "facets": own}}


def dataset_event_of(dataset: DatasetState) -> Json | None:
    """Return the event of a dataset that no run names, or None for one of which nothing is said."""
    if not dataset.facets or dataset.mentions or dataset.dropped:
        return None
    key = dataset.key
    return {
        "eventTime": _time(max(said.at for said in dataset.facets.values())[0]),
        "producer": PRODUCER,
        "schemaURL": _SPEC + "DatasetEvent",
        "dataset": {"namespace": key.namespace, "name": key.name, "facets": dict(current(dataset.facets))},
    }


def _dataset(
    text: str, said: Registers, datasets: Mapping[Key, DatasetState], apart: str, names: frozenset[str]
) -> Json:
    key = unpacked(text)
    known = dict(current(datasets[key].facets)) if key in datasets else {}
    facets = {name: value for name, value in known.items() if name not in _BOUND}
    facets.update(current(said))
    kept = {name: value for name, value in facets.items() if name not in _OF_AN_INPUT | _OF_AN_OUTPUT}
    found: Json = {"namespace": key.namespace, "name": key.name, "facets": kept}
    if aside := {name: value for name, value in facets.items() if name in names}:
        found[apart] = aside
    return found


def _time(microseconds: int) -> str:
    at = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(microseconds=microseconds)
    return at.isoformat().replace("+00:00", "Z")
