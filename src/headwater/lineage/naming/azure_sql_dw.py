"""Azure Synapse Analytics SQL: the host tells a dedicated pool, the serverless endpoint and a former SQL DW apart."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.data.locations import FileLocation, Store, TableLocation
from headwater.lineage.naming import normalize
from headwater.lineage.naming.protocol import Named
from headwater.lineage.naming.tables import TableNaming


def _pool(prefix: str, server: str | None, database: str) -> TableNaming:
    return TableNaming(
        scheme="mssql",
        server=server,
        database_type=database,
        schema=f"{prefix}_schema",
        table=f"{prefix}_table",
        view=f"{prefix}_view",
        dialect="tsql",
        default_schema="dbo",
    )


DEDICATED = _pool("azure_synapse_dedicated_sql", None, "azure_synapse_dedicated_sql_db")
SERVERLESS = _pool("azure_synapse_serverless_sql", None, "azure_synapse_serverless_sql_db")
FORMER_SQL_DW = _pool("azure_sql_dw", "azure_sql_server", "azure_sql_dw")


@dataclass(frozen=True, slots=True)
class SynapseSqlNaming:
    dialect: str = "tsql"
    default_schema: str = "dbo"

    def asset(self, location: FileLocation | TableLocation, view: bool) -> Named:
        """Name a table or view of the kind of pool that the host shows."""
        return _naming(location.store).asset(location, view)


def _naming(store: Store) -> TableNaming:
    host = normalize.host(store.endpoint)
    if ".database." in host:
        return FORMER_SQL_DW
    return SERVERLESS if host.partition(".")[0].endswith("-ondemand") else DEDICATED


NAMING = SynapseSqlNaming()
