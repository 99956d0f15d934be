"""Azure Database for MySQL: a database is a schema, so names have one level less."""

from headwater.lineage.naming.tables import TableNaming

NAMING = TableNaming(
    scheme="mysql",
    server="azure_mysql_server",
    database_type="azure_mysql_db",
    schema=None,
    table="azure_mysql_table",
    view="azure_mysql_view",
    dialect="mysql",
)
