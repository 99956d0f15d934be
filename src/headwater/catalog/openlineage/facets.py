"""The facets that lineage is read from, typed; all others are kept as they came.

Optional here is whatever some published version leaves out. `FACETS` says under which name a facet is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, TypeVar

import msgspec

from headwater import typed

Name = Annotated[str, msgspec.Meta(min_length=1, pattern=r"^[^\x00-\x1f]*\Z")]
Count = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
T = TypeVar("T")


class _Facet(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Unknown keys are passed over here; the facet itself is kept whole beside it."""


class Field(_Facet, frozen=True):
    """A column; `fields` are those of a struct."""

    name: Name
    type: str | None = None
    description: str | None = None
    fields: tuple[Field, ...] | None = None


class Schema(_Facet, frozen=True):
    fields: tuple[Field, ...] | None = None


class Transformation(_Facet, frozen=True):
    type: str
    subtype: str | None = None
    description: str | None = None
    masking: bool | None = None


class InputField(_Facet, frozen=True):
    namespace: str
    name: Name
    field: Name
    transformations: tuple[Transformation, ...] | None = None


class OutputField(_Facet, frozen=True):
    """What feeds a column. Version 1-0-x says the transformation once, in words and as IDENTITY or MASKED."""

    input_fields: tuple[InputField, ...]
    transformation_description: str | None = None
    transformation_type: str | None = None


class ColumnLineage(_Facet, frozen=True):
    """`dataset` (from 1-2-0) is what decides which rows there are."""

    fields: dict[Name, OutputField] | None = None
    dataset: tuple[InputField, ...] | None = None


class LineageInput(_Facet, frozen=True):
    """A source in explicit lineage; one of type JOB, or without a name, is no dataset."""

    type: str = "DATASET"
    namespace: str | None = None
    name: str | None = None
    field: str | None = None
    transformations: tuple[Transformation, ...] | None = None


class LineageField(_Facet, frozen=True):
    inputs: tuple[LineageInput, ...]


class DatasetLineage(_Facet, frozen=True):
    """Explicit lineage of a dataset: these and no other inputs feed it."""

    inputs: tuple[LineageInput, ...] | None = None
    fields: dict[Name, LineageField] | None = None


class LineageEntry(DatasetLineage, frozen=True):
    type: str = "DATASET"
    namespace: str | None = None
    name: str | None = None


class Lineage(DatasetLineage, frozen=True):
    """The facet `lineage` of a dataset, or with `entries` that of a job or run (drafts call them `lineage`)."""

    entries: tuple[LineageEntry, ...] | None = None
    lineage: tuple[LineageEntry, ...] | None = None


class ParentJob(_Facet, frozen=True):
    namespace: str
    name: Name


class Parent(_Facet, frozen=True):
    job: ParentJob


class Identifier(_Facet, frozen=True):
    namespace: str
    name: Name


class Symlinks(_Facet, frozen=True):
    identifiers: tuple[Identifier, ...] | None = None


class LifecycleStateChange(_Facet, frozen=True):
    lifecycle_state_change: str
    previous_identifier: Identifier | None = None


class DatasetType(_Facet, frozen=True):
    dataset_type: str


class ErrorMessage(_Facet, frozen=True):
    message: str | None = None


class Statistics(_Facet, frozen=True):
    row_count: Count | None = None
    size: Count | None = None


class Owner(_Facet, frozen=True):
    name: str


class Ownership(_Facet, frozen=True):
    owners: tuple[Owner, ...] | None = None


class Documentation(_Facet, frozen=True):
    description: str | None = None


class Sql(_Facet, frozen=True):
    query: str | None = None


class JobType(_Facet, frozen=True):
    integration: str | None = None
    job_type: str | None = None
    processing_type: str | None = None


FACETS: Mapping[str, type[_Facet]] = MappingProxyType(
    {
        "columnLineage": ColumnLineage,
        "datasetType": DatasetType,
        "documentation": Documentation,
        "errorMessage": ErrorMessage,
        "jobType": JobType,
        "lifecycleStateChange": LifecycleStateChange,
        "lineage": Lineage,
        "outputStatistics": Statistics,
        "ownership": Ownership,
        "parent": Parent,
        "parentRun": Parent,
        "schema": Schema,
        "sql": Sql,
        "symlinks": Symlinks,
    }
)


def view(facet: object, shape: type[T]) -> T | None:
    """Return a facet that was checked when it came, or None where there is none or it has been deleted."""
    if not isinstance(facet, dict) or facet.get("_deleted") is True:
        return None
    return typed.convert(facet, shape)
