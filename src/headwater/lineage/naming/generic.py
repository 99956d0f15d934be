"""Stores that Purview has no type for, or none that is known: a plain DataSet named by kind, endpoint and path."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.data.locations import FileLocation, Store, TableLocation
from headwater.lineage.naming import normalize
from headwater.lineage.naming.protocol import Named, named

TYPE = "DataSet"

DIALECTS = {
    "AmazonRdsForOracle": "oracle",
    "AmazonRedshift": "redshift",
    "AzureDatabricksDeltaLake": "databricks",
    "AzureMariaDB": "mysql",
    "Db2": "",
    "GoogleBigQuery": "bigquery",
    "GoogleBigQueryV2": "bigquery",
    "Hive": "hive",
    "MariaDB": "mysql",
    "MySql": "mysql",
    "Oracle": "oracle",
    "Presto": "presto",
    "Snowflake": "snowflake",
    "SnowflakeV2": "snowflake",
    "Spark": "spark",
    "Teradata": "teradata",
}


@dataclass(frozen=True, slots=True)
class GenericNaming:
    """`kind` is the linked service's type; `dialect` the SQL that it understands, if any."""

    kind: str
    dialect: str | None = None
    default_schema: str | None = None

    def asset(self, location: FileLocation | TableLocation, view: bool) -> Named:  # noqa: ARG002 one type for all
        """Name by everything that the location says; a folder ends with a slash."""
        if isinstance(location, TableLocation):
            sections = [normalize.section(location.schema or ""), normalize.section(location.table)]
            return self._named(location.store, sections, location.table)
        sections = [normalize.section(location.container), normalize.path(location.folder)]
        if location.file is None:
            display = location.folder.strip("/").rpartition("/")[2] or location.container
            return self._named(location.store, [*sections, ""] if any(sections) else [], display)
        return self._named(location.store, [*sections, normalize.file_name(location.file)], location.file)

    def store(self, store: Store) -> Named:
        """Name the store as a whole."""
        return self._named(store, [], store.database or store.endpoint or store.linked_service)

    def _named(self, store: Store, sections: list[str], display: str) -> Named:
        root = [normalize.host(store.endpoint or store.linked_service), normalize.section(store.database or "")]
        folder = "/" if sections and not sections[-1] else ""
        path = "/".join(section for section in (*root, *sections) if section)
        return named(TYPE, f"{self.kind.lower()}://{path}{folder}", display.strip() or store.linked_service)


def generic(kind: str) -> GenericNaming:
    """Return the naming of any linked service type."""
    return GenericNaming(kind, DIALECTS.get(kind))
