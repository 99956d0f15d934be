"""What a plan would do, as a value: text for people, JSON for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headwater.data.locations import FileLocation, Location, QueryLocation, Store, TableLocation
from headwater.errors import Fault
from headwater.language.expression.ast import Json
from headwater.plan.plan import json_text


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing that would be read or written; `location` is None where `unknown` says why it is not known yet."""

    dataset: str
    location: Location | None = None
    unknown: str = ""

    def to_json(self) -> dict[str, Json]:
        known = {} if self.location is None else location_json(self.location)
        return {"dataset": self.dataset} | known | ({"unknown": self.unknown} if self.unknown else {})

    def __str__(self) -> str:
        where = describe(self.location) if self.location else f"known at run time, from {self.unknown}"
        return f"{self.dataset} ({where})"


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """A step; `note` says what else is known (how often a loop runs), `columns` how a copy maps."""

    name: str
    type: str
    headline: str
    reads: tuple[Touch, ...] = ()
    writes: tuple[Touch, ...] = ()
    columns: tuple[str, ...] = ()
    note: str = ""
    faults: tuple[Fault, ...] = ()
    """What would make it fail, known already."""
    branches: tuple[tuple[str, tuple[ExplainedStep, ...]], ...] = ()

    def to_json(self) -> dict[str, Json]:
        document: dict[str, Json] = {"name": self.name, "type": self.type}
        document["reads"] = [touch.to_json() for touch in self.reads]
        document["writes"] = [touch.to_json() for touch in self.writes]
        if self.columns:
            document["columns"] = list(self.columns)
        if self.note:
            document["note"] = self.note
        if self.faults:
            document["faults"] = [str(fault) for fault in self.faults]
        for name, steps in self.branches:
            document[name] = [step.to_json() for step in steps]
        return document

    def lines(self, indent: str = "") -> Iterator[str]:
        """Yield the step as lines of text, nested steps further in."""
        yield indent + self.headline + (f"; {self.note}" if self.note else "")
        for touch in self.reads:
            yield f"{indent}  reads  {touch}"
        for touch in self.writes:
            yield f"{indent}  writes {touch}"
        for column in self.columns:
            yield f"{indent}    {column}"
        for fault in self.faults:
            yield from (f"{indent}  ! {line}" for line in str(fault).splitlines())
        for name, steps in self.branches:
            yield f"{indent}  {name}:"
            for step in steps:
                yield from step.lines(indent + "    ")


@dataclass(frozen=True, slots=True)
class Explanation:
    workspace: str
    pipeline: str
    parameters: Mapping[str, Json]
    steps: tuple[ExplainedStep, ...]

    def to_json(self) -> dict[str, Json]:
        """Return the object that `headwater plan --json` prints."""
        return {
            "workspace": self.workspace,
            "pipeline": self.pipeline,
            "parameters": dict(self.parameters),
            "steps": [step.to_json() for step in self.steps],
        }

    def __str__(self) -> str:
        lines = [f"pipeline {self.pipeline} in workspace {self.workspace}"]
        lines += [f"  parameter {name} = {json_text(value)}" for name, value in self.parameters.items()]
        for step in self.steps:
            lines += step.lines("  ")
        return "\n".join(lines)


def describe(location: Location) -> str:
    """Return a location in one line: what, where, in which kind of store."""
    match location:
        case FileLocation(store, container):
            parts = [part for part in (container, location.path) if part]
            return f"{_place(store)} {'/'.join(parts) or '/'}"
        case TableLocation(store, schema, table):
            return f"{_place(store)} {f'{schema}.{table}' if schema else table}"
        case QueryLocation(store, text):
            return f"{_place(store)} query: {' '.join(text.split())}"


def location_json(location: Location) -> dict[str, Json]:
    """Return a location as JSON, its store's identity included."""
    match location:
        case FileLocation(store, container):
            return _store(store) | {"container": container, "path": location.path}
        case TableLocation(store, schema, table):
            return _store(store) | {"schema": schema, "table": table}
        case QueryLocation(store, text):
            return _store(store) | {"query": text}


def _place(store: Store) -> str:
    where = "/".join(part for part in (store.endpoint, store.database) if part)
    return f"{store.kind} {where or store.linked_service}:"


def _store(store: Store) -> dict[str, Json]:
    document: dict[str, Json] = {
        "linkedService": store.linked_service,
        "storeType": store.kind,
        "endpoint": store.endpoint,
    }
    return document | ({"database": store.database} if store.database else {})
