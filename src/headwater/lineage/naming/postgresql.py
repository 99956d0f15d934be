"""PostgreSQL of one's own: Purview writes every level's kind into the name, and always the port."""

from headwater.lineage.naming import normalize
from headwater.lineage.naming.tables import TableNaming


def server_with_port(endpoint: str) -> str:
    """Return `host:port`, with PostgreSQL's own port where none is given."""
    host = normalize.host(endpoint)
    return host if ":" in host else f"{host}:5432"


NAMING = TableNaming(
    scheme="postgresql",
    server="postgresql_server",
    database_type="postgresql_db",
    schema="postgresql_schema",
    table="postgresql_table",
    view="postgresql_view",
    dialect="postgres",
    default_schema="public",
    sections=("servers/", "/dbs/", "/schemas/", "/tables/"),
    server_name=server_with_port,
)
