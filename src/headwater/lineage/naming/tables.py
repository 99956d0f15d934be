"""Names of stores of tables: a server, databases, schemas, tables and views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from headwater.data.locations import FileLocation, Store, TableLocation
from headwater.lineage.facts import Parent
from headwater.lineage.naming import normalize
from headwater.lineage.naming.protocol import Named, named, parent


@dataclass(frozen=True, slots=True)
class TableNaming:
    """Types of one kind of database, outermost first; None where Purview has no such level.

    `sections` are what stands before the names of server, database, schema and table (`servers/`, `/dbs/` …).
    """

    scheme: str
    server: str | None
    database_type: str
    schema: str | None
    table: str
    view: str
    dialect: str
    default_schema: str | None = None
    sections: tuple[str, str, str, str] = ("", "/", "/", "/")
    server_name: Callable[[str], str] = normalize.host

    def asset(self, location: FileLocation | TableLocation, view: bool) -> Named:
        """Name a table or view below its server, database and schema."""
        if isinstance(location, FileLocation):
            location = TableLocation(location.store, None, location.path)
        value, parents = self._levels(location.store, location.schema or self.default_schema)
        value += self.sections[3] + normalize.section(location.table)
        return named(self.view if view else self.table, value, _bare(location.table), parents)

    def _levels(self, store: Store, schema: str | None) -> tuple[str, tuple[Parent, ...]]:
        """Return the name down to the schema, and the levels on the way that are there."""
        host = self.server_name(store.endpoint or store.linked_service)
        levels = (
            (self.server, host, host),
            (self.database_type, normalize.section(store.database or ""), store.database or ""),
            (self.schema, normalize.section(schema or ""), schema or ""),
        )
        value, parents = f"{self.scheme}://{self.sections[0]}{host}", []
        for (type_name, name, display), section in zip(levels, ("", *self.sections[1:3]), strict=True):
            if name and section:
                value += section + name
            if name and type_name:
                parents.append(parent(type_name, value, _bare(display)))
        return value, tuple(parents)


def _bare(name: str) -> str:
    name = name.strip()
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name
