"""What is known as entities to write: jobs in their namespaces, operations, assets with their columns. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from headwater.catalog.model import Attributes, EntityBatch, EntityInput
from headwater.catalog.openlineage.facets import (
    Documentation,
    ErrorMessage,
    JobType,
    Ownership,
    Sql,
    view,
)
from headwater.catalog.openlineage.flows import ROWS, Flow, Line
from headwater.catalog.openlineage.names import (
    JOB_TYPE,
    NAMESPACE_TYPE,
    OPERATION_TYPE,
    Key,
    NamedAsset,
    job_name,
    namespace_name,
)
from headwater.catalog.openlineage.state import JobState, Registers, RunState, columns_of, current

PREFIX = "openlineage."
NO_NAMESPACE = "(no namespace)"
PROPERTY_BYTES = 32_768
"""Larger facets are kept, but shown by their size alone."""
STATUSES: Mapping[str, str] = {
    "": "",
    "ABORT": "Cancelled",
    "COMPLETE": "Completed",
    "FAIL": "Failed",
    "RUNNING": "InProgress",
    "START": "InProgress",
}
# What is drawn as columns and edges, and so need not be shown as text.
_DRAWN = frozenset({"columnLineage", "job.lineage", "schema"})


class Asset(msgspec.Struct, frozen=True):
    """An asset to write: what it is, what is said of it, and how its columns hang on it."""

    named: NamedAsset
    facets: Registers
    columns: tuple[str, str] | None
    custom: Mapping[str, str]
    """The custom attributes that it has now."""


class Drafts:
    """Gathers the entities of one write, each once, and knows them by the keys of the batch.

    `standing` are holders, namespaces and jobs that exist already, by type and name. They are referred to and not
    written, so that a reporter needs no right to what merely holds its assets.
    """

    def __init__(self, standing: Collection[tuple[str, str]] = ()) -> None:
        self._standing = standing
        self._keys: dict[tuple[str, str], str] = {}
        self._entities: list[EntityInput] = []

    def batch(self) -> EntityBatch:
        return EntityBatch(entities=self._entities)

    def _add(
        self,
        type_name: str,
        qualified_name: str,
        attributes: Attributes,
        relations: Attributes | None = None,
        custom: dict[str, str] | None = None,
    ) -> Attributes:
        """Return the reference to the entity."""
        key = self._keys.get((type_name, qualified_name))
        if key is None:
            key = self._keys[type_name, qualified_name] = f"-{len(self._entities) + 1}"
            given = EntityInput(
                type_name=type_name,
                guid=key,
                attributes={"qualifiedName": qualified_name, **attributes},
                relationship_attributes=relations,
                custom_attributes=custom,
            )
            self._entities.append(given)
        return {"guid": key, "typeName": type_name}

    def _hold(self, type_name: str, qualified_name: str, name: str, relations: Attributes | None = None) -> Attributes:
        if (type_name, qualified_name) in self._standing and (type_name, qualified_name) not in self._keys:
            return _reference(type_name, qualified_name)
        return self._add(type_name, qualified_name, {"name": name}, relations)

    def holders(self, named: NamedAsset) -> Attributes | None:
        """Add what holds an asset, outermost first, and return the innermost."""
        above: Attributes | None = None
        for holder in named.holders:
            held: Attributes | None = {holder.relation: above} if above and holder.relation else None
            above = self._hold(holder.type_name, holder.qualified_name, holder.name, held)
        return above

    def asset(self, asset: Asset) -> Attributes:
        """Add an asset with what holds it and with its columns."""
        above = self.holders(asset.named)
        relations: Attributes = {asset.named.relation: above} if above and asset.named.relation else {}
        fields = list(columns_of(asset.facets))
        name = asset.named.qualified_name
        if fields and asset.columns is None:
            schema = self._add("tabular_schema", schema_name(name), {"name": "__tabular_schema"})
            relations["tabular_schema"] = schema
        attributes = {"name": asset.named.name, **dict(asset.named.attributes), **_known_about(asset)}
        others = {key: value for key, value in asset.custom.items() if not key.startswith(PREFIX)}
        custom = {**others, **dict(_properties(asset.facets, PREFIX))}
        found = self._add(asset.named.type_name, name, attributes, relations, custom)
        for ordinal, (field, type, description) in enumerate(fields, start=1):
            column: Attributes = {"name": field, "ordinal": ordinal, "description": _clean(description)}
            if asset.columns is None:
                owner: Attributes = {"composeSchema": schema}
                self._add("column", column_name(name, field, asset.columns), {**column, "type": type}, owner)
            else:
                type_name, relation = asset.columns
                qualified_name = column_name(name, field, asset.columns)
                self._add(type_name, qualified_name, {**column, "data_type": type}, {relation: found})
        return found

    def job(self, job: Key, state: JobState | None, last: RunState | None) -> Attributes:
        """Add a job below what starts it, or else in its namespace; of an unknown one only its name."""
        name: Attributes = {"name": job.name}
        namespace = self._hold(NAMESPACE_TYPE, namespace_name(job.namespace), job.namespace or NO_NAMESPACE)
        if state is None:
            return self._add(JOB_TYPE, job_name(job), name, {"namespace": namespace})
        facets = dict(current(state.facets))
        kind = view(facets.get("jobType"), JobType)
        sql = view(facets.get("sql"), Sql)
        about: Attributes = {
            "integration": kind.integration if kind else None,
            "jobType": kind.job_type if kind else None,
            "processingType": kind.processing_type if kind else None,
            "sql": _clean(sql.query or "") if sql else None,
        }
        custom = {
            **dict(_properties(state.facets, f"{PREFIX}job.")),
            **dict(_properties(last.facets if last else {}, f"{PREFIX}run.")),
        }
        attributes = {**name, **about, **_described(state.facets), **_outcome(last)}
        return self._add(JOB_TYPE, job_name(job), attributes, _place(state, namespace), custom)

    def known_job(self, job: Key) -> Attributes:
        """Add a job that is written elsewhere, or stands already, by its name alone."""
        return self._hold(JOB_TYPE, job_name(job), job.name)

    def operation(
        self,
        name: str,
        flow: Flow,
        last: RunState,
        ends: tuple[Iterable[Attributes], Iterable[Attributes]],
    ) -> None:
        """Add an operation: `flow` has the columns, `last` is its last run, `ends` its inputs and outputs."""
        attributes: Attributes = {
            "name": last.job.name,
            "inputs": list(ends[0]),
            "outputs": list(ends[1]),
            "columnMapping": _column_mapping(flow.lines),
            "columnLineage": _text([_line(line) for line in flow.lines]),
            "rowCount": flow.rows,
            "dataSize": flow.bytes,
            "evidence": _text({"iteration": "", "attempt": 0, "written": not last.failed, "bindings": {}}),
            **_outcome(last),
        }
        custom = dict(_properties(last.facets, f"{PREFIX}run."))
        self._add(OPERATION_TYPE, name, attributes, {"parent": self.known_job(last.job)}, custom)


def _place(state: JobState, namespace: Attributes) -> Attributes:
    """Return what holds a job: what starts it, or else its namespace."""
    parent = parent_of(state)
    if parent is None:
        return {"parent": None, "namespace": namespace}
    return {"parent": _reference(JOB_TYPE, job_name(parent)), "namespace": None}


def _reference(type_name: str, qualified_name: str) -> Attributes:
    return {"typeName": type_name, "uniqueAttributes": {"qualifiedName": qualified_name}}


def parent_of(state: JobState) -> Key | None:
    """Return the job that starts this one, if any does."""
    if state.parent is None or not isinstance(state.parent.value, list):
        return None
    namespace, name = state.parent.value
    return Key(namespace, name)


def operation_name(job: Key, flow: Flow) -> str:
    """Return the qualified name of an operation."""
    return f"{job_name(job)}#{flow.digest}"


def schema_name(asset: str) -> str:
    return f"{asset}#__tabular_schema"


def column_name(asset: str, column: str, columns: tuple[str, str] | None) -> str:
    """Return the qualified name of an asset's column."""
    return f"{schema_name(asset)}//{column}" if columns is None else f"{asset}#{column}"


def _outcome(run: RunState | None) -> Attributes:
    if run is None:
        return {}
    error = view(dict(current(run.facets)).get("errorMessage"), ErrorMessage)
    ran = run.run_id != ""
    return {
        "status": STATUSES[run.state],
        "runState": run.state,
        "lastRunId": run.run_id or None,
        "lastRunTime": milliseconds(run) if ran else None,
        "errorMessage": _clean(error.message or "") if error else "",
    }


def milliseconds(run: RunState) -> int:
    """Return when the latest event of a run happened."""
    return run.latest[0] // 1000


def _described(facets: Registers) -> Attributes:
    """Return description and owner, None where they are not told."""
    told = dict(current(facets))
    documentation = view(told.get("documentation"), Documentation)
    ownership = view(told.get("ownership"), Ownership)
    return {
        "description": _clean(documentation.description or "") if documentation else None,
        "owner": _clean(", ".join(owner.name for owner in ownership.owners or ())) if ownership else None,
    }


def _known_about(asset: Asset) -> Attributes:
    """Return description and owner. What others said stays, unless an event said it before and says it no more."""
    facets = {"description": "documentation", "owner": "ownership"}
    return {
        name: value
        for name, value in _described(asset.facets).items()
        if value is not None or PREFIX + facets[name] in asset.custom
    }


def _properties(facets: Registers, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in current(facets):
        if name not in _DRAWN:
            shown = _text(value)
            size = len(shown.encode())
            yield prefix + name, shown if size <= PROPERTY_BYTES else _text({"bytes": size})


def _column_mapping(lines: Iterable[Line]) -> str:
    """Return Purview's form: per pair of datasets the DIRECT pairs of columns, each once."""
    pairs: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for line in lines:
        if line.type == "DIRECT" and line.sink_column != ROWS:
            pairs.setdefault((line.source, line.sink), {})[line.source_column, line.sink_column] = None
    return _text(
        [
            {
                "DatasetMapping": {"Source": source, "Sink": sink},
                "ColumnMapping": [{"Source": one, "Sink": other} for one, other in columns],
            }
            for (source, sink), columns in pairs.items()
        ]
    )


def _line(line: Line) -> Attributes:
    return {
        "source": line.source,
        "sourceColumn": line.source_column,
        "sink": line.sink,
        "sinkColumn": line.sink_column,
        "type": line.type,
        "subtype": line.subtype,
        "expression": line.expression,
    }


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _clean(text: str) -> str:
    return text.replace("\0", "")
