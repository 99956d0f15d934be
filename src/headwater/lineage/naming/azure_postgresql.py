"""Azure Database for PostgreSQL."""

from headwater.lineage.naming.tables import TableNaming

NAMING = TableNaming(
    scheme="postgresql",
    server="azure_postgresql_server",
    database_type="azure_postgresql_db",
    schema="azure_postgresql_schema",
    table="azure_postgresql_table",
    view="azure_postgresql_view",
    dialect="postgres",
    default_schema="public",
)
