"""Which naming a linked service's type has; everything that is not here is a generic asset."""

from __future__ import annotations

from headwater.lineage.naming import (
    amazon_s3,
    azure_blob_fs,
    azure_blob_storage,
    azure_file_storage,
    azure_mysql,
    azure_postgresql,
    azure_sql_database,
    azure_sql_dw,
    azure_sql_mi,
    postgresql,
    sql_server,
)
from headwater.lineage.naming.generic import generic
from headwater.lineage.naming.protocol import Naming

NAMINGS: dict[str, Naming] = {
    "AmazonS3": amazon_s3.NAMING,
    "AzureBlobFS": azure_blob_fs.NAMING,
    "AzureBlobStorage": azure_blob_storage.NAMING,
    "AzureFileStorage": azure_file_storage.NAMING,
    "AzureMySql": azure_mysql.NAMING,
    "AzurePostgreSql": azure_postgresql.NAMING,
    "AzureSqlDW": azure_sql_dw.NAMING,
    "AzureSqlDatabase": azure_sql_database.NAMING,
    "AzureSqlMI": azure_sql_mi.NAMING,
    "AzureStorage": azure_blob_storage.NAMING,
    "PostgreSql": postgresql.NAMING,
    "PostgreSqlV2": postgresql.NAMING,
    "SqlServer": sql_server.NAMING,
}


def naming_of(kind: str) -> Naming:
    """Return the naming of a linked service's type."""
    return NAMINGS.get(kind) or generic(kind)
