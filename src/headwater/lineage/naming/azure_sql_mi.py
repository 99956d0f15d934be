"""Azure SQL Managed Instance; the port of a public endpoint is part of its server's name."""

from headwater.lineage.naming.tables import TableNaming

NAMING = TableNaming(
    scheme="mssql",
    server="azure_sql_mi",
    database_type="azure_sql_mi_db",
    schema="azure_sql_mi_schema",
    table="azure_sql_mi_table",
    view="azure_sql_mi_view",
    dialect="tsql",
    default_schema="dbo",
)
