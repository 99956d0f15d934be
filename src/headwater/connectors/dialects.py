"""Which SQL each kind of store speaks, by sqlglot's names, and the schema that it means when none is named."""

from __future__ import annotations

from collections.abc import Mapping

DIALECTS: Mapping[str, str] = {
    "AmazonRdsForOracle": "oracle",
    "AmazonRdsForSqlServer": "tsql",
    "AmazonRedshift": "redshift",
    "AzureDatabricksDeltaLake": "databricks",
    "AzureMariaDB": "mysql",
    "AzureMySql": "mysql",
    "AzurePostgreSql": "postgres",
    "AzureSqlDW": "tsql",
    "AzureSqlDatabase": "tsql",
    "AzureSqlMI": "tsql",
    "GoogleBigQuery": "bigquery",
    "GoogleBigQueryV2": "bigquery",
    "Hive": "hive",
    "MariaDB": "mysql",
    "MySql": "mysql",
    "Oracle": "oracle",
    "PostgreSql": "postgres",
    "PostgreSqlV2": "postgres",
    "Snowflake": "snowflake",
    "SnowflakeV2": "snowflake",
    "SqlServer": "tsql",
    "Teradata": "teradata",
}

DEFAULT_SCHEMAS: Mapping[str, str] = {"postgres": "public", "tsql": "dbo"}


def dialect_of(store_kind: str) -> str | None:
    """Return the SQL that a kind of store speaks, or None if it is not known to speak any."""
    return DIALECTS.get(store_kind)


def default_schema(store_kind: str) -> str | None:
    """Return the schema of an unqualified table name, or None where the store has no such notion."""
    return DEFAULT_SCHEMAS.get(DIALECTS.get(store_kind, ""))
