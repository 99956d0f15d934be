r"""SQL Server: the instance is a level of its own, `MSSQLSERVER` where none is named (`host\instance`)."""

from headwater.lineage.naming import normalize
from headwater.lineage.naming.tables import TableNaming

DEFAULT_INSTANCE = "MSSQLSERVER"


def server_and_instance(endpoint: str) -> str:
    r"""Return `host/instance` of `host` or `host\instance`."""
    server, _, instance = endpoint.strip().partition("\\")
    return f"{normalize.host(server)}/{normalize.section(instance) or DEFAULT_INSTANCE}"


NAMING = TableNaming(
    scheme="mssql",
    server="mssql_instance",
    database_type="mssql_db",
    schema="mssql_schema",
    table="mssql_table",
    view="mssql_view",
    dialect="tsql",
    default_schema="dbo",
    server_name=server_and_instance,
)
