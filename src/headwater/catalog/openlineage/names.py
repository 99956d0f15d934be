"""Names of what events speak of. Jobs are named here; how a store's things are named is told by a `Namer`.

A namer is passed in, because the names of stores are lineage's knowledge and the catalog stands without it.
"""

from __future__ import annotations

from typing import Protocol

import msgspec


class Holder(msgspec.Struct, frozen=True):
    """A thing that holds an asset, or another holder, by the relationship attribute `relation` of what it holds."""

    type_name: str
    qualified_name: str
    name: str
    relation: str = ""
    """Attribute by which this holder refers to the one above it; empty at the top."""


class NamedAsset(msgspec.Struct, frozen=True):
    """What a dataset is in the catalog. `holders` are outermost first, the last one holds the asset."""

    type_name: str
    qualified_name: str
    name: str
    holders: tuple[Holder, ...] = ()
    relation: str = ""
    """Attribute by which the asset refers to its holder."""
    attributes: tuple[tuple[str, object], ...] = ()


class Namer(Protocol):
    """Knows where the catalog keeps a dataset. The same namespace and name always give the same asset."""

    def asset(self, namespace: str, name: str) -> NamedAsset: ...

    def view(self, type_name: str) -> str | None:
        """Type of a view where a table is of this type; None where there are no views."""

    def columns(self, type_name: str) -> tuple[str, str] | None:
        """Type of an asset's columns and their relationship to it; None where they hang on a tabular schema."""


class Key(msgspec.Struct, frozen=True, order=True):
    """A namespace and a name: of a dataset or of a job."""

    namespace: str
    name: str


def inside(key: Key, job: Key) -> Key:
    """Return a dataset's key; one without a namespace is known inside the job alone and meets no other job's."""
    return key if key.namespace else Key(f"job://{job.namespace}/{job.name}", key.name)


SCHEME = "openlineage://"
NAMESPACE_TYPE = "openlineage_namespace"
JOB_TYPE = "openlineage_job"
OPERATION_TYPE = "openlineage_operation"


def namespace_name(namespace: str) -> str:
    """Return the qualified name of a job namespace; its slashes are encoded so that it is one section."""
    return SCHEME + _section(namespace).replace("/", "%2F")


def job_name(job: Key) -> str:
    """Return the qualified name of a job."""
    return f"{namespace_name(job.namespace)}/jobs/{_section(job.name)}"


def _section(text: str) -> str:
    return text.replace("%", "%25").replace("#", "%23")
