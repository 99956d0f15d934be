"""OpenLineage events as values: read from JSON and checked, every fault with the field that it is at.

All published versions of the events and facets are read. What a version requires beyond what lineage needs
(`schemaURL`, `_producer` of a facet) is not asked for, because older producers do not send it.
"""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec

from headwater import typed
from headwater.catalog.openlineage.facets import FACETS
from headwater.catalog.openlineage.names import Key, inside
from headwater.errors import Fault, Invalid, Place, raise_if_any

RunEventType = Literal["START", "RUNNING", "OTHER", "COMPLETE", "ABORT", "FAIL"]
Facets = dict[str, object]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=4096, pattern=r"^[^\x00-\x1f]*\Z")]
Namespace = Annotated[str, msgspec.Meta(max_length=4096, pattern=r"^[^\x00-\x1f]*\Z")]
MAX_DEPTH = 200
"""Deeper than any real event, and far from where the states that keep its facets could not be read again."""
_CURE = "See https://openlineage.io/apidocs/openapi for what an event holds."


class _Shape(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Unknown keys are passed over; unknown facets are kept."""


class Dataset(_Shape, frozen=True):
    """A dataset as an event names it, with what the event says of it."""

    namespace: Namespace
    name: Name
    facets: Facets | None = None
    input_facets: Facets | None = None
    output_facets: Facets | None = None


class Job(_Shape, frozen=True):
    namespace: Namespace
    name: Name
    facets: Facets | None = None


class Run(_Shape, frozen=True):
    run_id: str
    facets: Facets | None = None


class _Document(_Shape, frozen=True):
    """Any of the three events, as it lies in the body."""

    event_time: str
    producer: str
    event_type: RunEventType | None = None
    run: Run | None = None
    job: Job | None = None
    dataset: Dataset | None = None
    inputs: tuple[Dataset, ...] | None = None
    outputs: tuple[Dataset, ...] | None = None


class Event(msgspec.Struct, frozen=True):
    """A checked event. A run event has `run` and `job`, a job event `job`, a dataset event `dataset`.

    `at` is microseconds since 1970 in UTC; `digest` tells events of the same time and type apart.
    """

    at: int
    kind: RunEventType
    digest: str
    run: Run | None
    job: Job | None
    dataset: Dataset | None
    inputs: tuple[Dataset, ...] | None
    outputs: tuple[Dataset, ...] | None


def read_event(body: bytes | Mapping[str, object], place: str = "") -> Event:
    """Read one event from JSON. Raises Invalid with the field that is at fault; `place` comes before its path."""
    try:
        value = msgspec.json.decode(body or b"null") if isinstance(body, bytes) else body
        document = typed.convert(value, _Document)
    except msgspec.MsgspecError as error:
        message, _, path = str(error).partition(" - at ")
        path = place + path.strip("`").removeprefix("$" if place else "")
        raise Invalid(_fault(f"The event cannot be read: {message}", path)) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Invalid(_fault("The event cannot be read: it is not JSON in UTF-8, or too deep", place)) from error
    if _is_deep(value):
        raise Invalid(_fault(f"The event is nested more than {MAX_DEPTH} levels deep", place))
    faults = list(_faults(document, place or "$"))
    raise_if_any(Invalid, faults)
    return Event(
        at=_microseconds(document.event_time) or 0,
        kind=document.event_type or "OTHER",
        digest=hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:16],
        run=document.run,
        job=document.job,
        dataset=document.dataset if document.job is None else None,
        inputs=_known(document.inputs, document.job),
        outputs=_known(document.outputs, document.job),
    )


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for item in level:
            found = item.values() if isinstance(item, Mapping) else item if isinstance(item, list) else ()
            inner.extend(child for child in found if isinstance(child, dict | list))
        if not inner:
            return False
        level = inner
    return True


def _fault(message: str, path: str, cure: str = _CURE) -> Fault:
    return Fault("CAT-060", message, Place(path=path or None), cure)


def _faults(document: _Document, place: str) -> Iterator[Fault]:
    if _microseconds(document.event_time) is None:
        cure = "Send a date and time as in 2026-01-31T12:00:00.000Z."
        yield _fault(f"eventTime '{document.event_time[:60]}' is no date and time", f"{place}.eventTime", cure)
    if document.run is not None and document.job is None:
        yield _fault("The event has a run, but no job", f"{place}.job", "Send job.namespace and job.name.")
    if document.run is None and document.job is None and document.dataset is None:
        yield _fault("The event has neither run and job, nor job, nor dataset", place)
    if document.run is not None and not _is_uuid(document.run.run_id):
        yield _fault(f"runId '{document.run.run_id[:60]}' is no UUID", f"{place}.run.runId", "Send a UUID.")
    if document.job is None and document.dataset is not None and not document.dataset.namespace:
        cure = "Send the namespace of its store, as in s3://bucket."
        yield _fault("The dataset has no namespace", f"{place}.dataset.namespace", cure)
    for value, path in _facet_groups(document, place):
        for name, facet in (value or {}).items():
            yield from _facet_faults(name, facet, f"{path}.{name}")


def _facet_groups(document: _Document, place: str) -> Iterator[tuple[Facets | None, str]]:
    if document.run:
        yield document.run.facets, f"{place}.run.facets"
    if document.job:
        yield document.job.facets, f"{place}.job.facets"
    if document.dataset:
        yield document.dataset.facets, f"{place}.dataset.facets"
    for key, datasets in (("inputs", document.inputs), ("outputs", document.outputs)):
        for position, dataset in enumerate(datasets or ()):
            path = f"{place}.{key}[{position}]"
            yield dataset.facets, f"{path}.facets"
            yield dataset.input_facets, f"{path}.inputFacets"
            yield dataset.output_facets, f"{path}.outputFacets"


def _facet_faults(name: str, facet: object, path: str) -> Iterator[Fault]:
    if facet is None:
        return
    if not isinstance(facet, dict):
        yield _fault(f"The facet '{name}' is no object", path, "A facet is an object with _producer and _schemaURL.")
        return
    shape = FACETS.get(name)
    if shape is None or facet.get("_deleted") is True:
        return
    try:
        typed.convert(facet, shape)
    except msgspec.ValidationError as error:
        message, _, inner = str(error).partition(" - at ")
        yield _fault(f"The facet '{name}' cannot be read: {message}", path + inner.strip("`").removeprefix("$"))


def _known(datasets: tuple[Dataset, ...] | None, job: Job | None) -> tuple[Dataset, ...] | None:
    """Return the datasets, each with a namespace."""
    if datasets is None or job is None:
        return None
    keys = (inside(Key(dataset.namespace, dataset.name), Key(job.namespace, job.name)) for dataset in datasets)
    return tuple(
        msgspec.structs.replace(dataset, namespace=key.namespace) for dataset, key in zip(datasets, keys, strict=True)
    )


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _microseconds(text: str) -> int | None:
    """Return the time as microseconds since 1970; without an offset it is UTC; None if it is no time."""
    try:
        found = datetime.datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
        since = found - _EPOCH
    except (ValueError, OverflowError):
        return None
    return since // datetime.timedelta(microseconds=1)


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
