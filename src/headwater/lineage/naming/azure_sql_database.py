"""Azure SQL Database."""

from headwater.lineage.naming.tables import TableNaming

NAMING = TableNaming(
    scheme="mssql",
    server="azure_sql_server",
    database_type="azure_sql_db",
    schema="azure_sql_schema",
    table="azure_sql_table",
    view="azure_sql_view",
    dialect="tsql",
    default_schema="dbo",
)
