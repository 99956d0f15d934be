"""Events in a few words, a catalog that takes them, and its graph as a value that two catalogs can be compared by."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from headwater.api.openlineage.dataset_names import DatasetNames
from headwater.catalog.catalog import Catalog
from headwater.catalog.openlineage import OpenLineage, read_event

Json = dict[str, object]
LAKE = "abfss://lake@acct.dfs.core.windows.net"
SQL = "sqlserver://srv.database.windows.net:1433"


def run_id(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def dataset(name: str, namespace: str = LAKE, **facets: object) -> Json:
    """A dataset; `outputStatistics` and the like go where OpenLineage has them."""
    apart = {"outputFacets": {"outputStatistics"}, "inputFacets": {"inputStatistics", "dataQualityMetrics"}}
    found: Json = {"namespace": namespace, "name": name}
    for key, names in apart.items():
        if here := {facet: value for facet, value in facets.items() if facet in names}:
            found[key] = here
    if rest := {facet: value for facet, value in facets.items() if not any(facet in names for names in apart.values())}:
        found["facets"] = rest
    return found


def event(
    kind: str,
    run: str = "r1",
    *,
    at: int = 0,
    job: str = "load",
    inputs: Iterable[Json] = (),
    outputs: Iterable[Json] = (),
    run_facets: Mapping[str, object] | None = None,
    job_facets: Mapping[str, object] | None = None,
) -> Json:
    """A run event `at` seconds past midnight."""
    return {
        **_head(at),
        "eventType": kind,
        "run": {"runId": run_id(run), "facets": dict(run_facets or {})},
        "job": {"namespace": "spark", "name": job, "facets": dict(job_facets or {})},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def job_event(*, at: int = 0, job: str = "load", inputs: Iterable[Json] = (), outputs: Iterable[Json] = ()) -> Json:
    return {
        **_head(at),
        "job": {"namespace": "spark", "name": job},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def dataset_event(given: Json, *, at: int = 0) -> Json:
    return {**_head(at), "dataset": given}


def _head(at: int) -> Json:
    return {"eventTime": f"2026-03-01T00:{at // 60:02}:{at % 60:02}.000Z", "producer": "https://example.org/producer"}


def schema(*names: str) -> Json:
    return {"fields": [{"name": name, "type": "int"} for name in names]}


def columns(fields: Mapping[str, Iterable[tuple[str, str]]], **more: object) -> Json:
    """A column lineage facet: column → (dataset of the lake, column) that it is the same as."""
    return {
        "fields": {
            column: {"inputFields": [{"namespace": LAKE, "name": name, "field": field} for name, field in sources]}
            for column, sources in fields.items()
        },
        **more,
    }


class World:
    """A catalog on a copy of an empty, migrated database."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.entry = OpenLineage.open(catalog.store, catalog.types, root=catalog.collections.root, namer=DatasetNames())

    @classmethod
    def open(cls, folder: Path, template: Path | None = None) -> World:
        folder.mkdir(parents=True, exist_ok=True)
        if template is not None:
            shutil.copy(template, folder / "account.db")
        return cls(Catalog.open(folder / "account.db", name="root"))

    def take(self, *events: Json) -> bool:
        return self.entry.accept([read_event(json.dumps(given).encode()) for given in events], by="tester")

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.catalog.store.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def names(self, type_name: str) -> list[str]:
        """Qualified names of the active entities of a type."""
        return [str(name) for (name,) in self.rows(_NAMES.format(type_name))]

    def attributes(self, name: str, type_name: str = "Referenceable") -> Json:
        return self.catalog.entities.get(self.catalog.entities.guid_of(type_name, name)).entity.attributes

    def custom(self, name: str, type_name: str = "Referenceable") -> dict[str, str]:
        entity = self.catalog.entities.get(self.catalog.entities.guid_of(type_name, name)).entity
        return entity.custom_attributes or {}

    def edges(self) -> set[tuple[str, str]]:
        """Open lineage from data set to data set, over the operation between them."""
        return {(str(one), str(other)) for one, other in self.rows(_FLOWS)}

    def column_edges(self) -> set[str]:
        return {
            f"{source}.{column} -> {sink}.{to} {'DIRECT' if kind == 0 else 'INDIRECT'} {subtype} {text}".strip()
            for source, column, sink, to, kind, subtype, text in self.rows(_COLUMNS)
        }

    def graph(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything that holds now, without the guids and times of its writing."""
        return {name: sorted(map(_plain, self.rows(query)), key=repr) for name, query in _GRAPH.items()}


def _plain(row: tuple[object, ...]) -> tuple[object, ...]:
    """Return the row with its JSON objects in one order of their keys."""
    return tuple(
        json.dumps(json.loads(value), sort_keys=True) if isinstance(value, str) and value.startswith("{") else value
        for value in row
    )


_NAMES = """
SELECT entities.qualified_name FROM entities JOIN types ON types.id = entities.type_id
WHERE status = 0 AND types.name = '{}' ORDER BY entities.qualified_name
"""
_FLOWS = """
SELECT source.qualified_name, sink.qualified_name
FROM lineage_edges AS one JOIN lineage_edges AS other ON other.source_id = one.target_id
JOIN entities AS source ON source.id = one.source_id JOIN entities AS sink ON sink.id = other.target_id
JOIN entities AS operation ON operation.id = one.target_id JOIN types ON types.id = operation.type_id
WHERE one.ended_at IS NULL AND other.ended_at IS NULL AND types.name = 'openlineage_operation'
"""
_COLUMNS = """
SELECT a.name, source.name, b.name, sink.name, kind, subtype, expression
FROM column_edges
JOIN lineage_columns AS source ON source.id = source_id JOIN lineage_columns AS sink ON sink.id = sink_id
JOIN entities AS a ON a.id = source.entity_id JOIN entities AS b ON b.id = sink.entity_id
WHERE ended_at IS NULL
"""
_GRAPH = {
    "entities": """
        SELECT types.name, qualified_name, attributes, custom_attributes, entities.name
        FROM entities JOIN types ON types.id = type_id WHERE status = 0
    """,
    "parents": """
        SELECT child.qualified_name, parent.qualified_name
        FROM entities AS child JOIN entities AS parent ON parent.id = child.parent_id WHERE child.status = 0
    """,
    "relationships": """
        SELECT types.name, one.qualified_name, other.qualified_name
        FROM relationships JOIN types ON types.id = relationships.type_id
        JOIN entities AS one ON one.id = end1_id JOIN entities AS other ON other.id = end2_id
        WHERE relationships.status = 0
    """,
    "lineage": """
        SELECT one.qualified_name, other.qualified_name
        FROM lineage_edges JOIN entities AS one ON one.id = source_id JOIN entities AS other ON other.id = target_id
        WHERE ended_at IS NULL
    """,
    "columns": f"SELECT * FROM ({_COLUMNS})",
    "runs": """
        SELECT qualified_name, run_id, activity_run_id, seen_at, observations.status, rows, bytes
        FROM observations JOIN entities ON entities.id = operation_id WHERE entities.status = 0
    """,
}
