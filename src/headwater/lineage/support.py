"""What Purview follows: its documented stores for Copy and Data Flow, and the features that make it lose lineage.

Both policies read the same tables: `record` keeps the asset with the reason, `drop` leaves the lineage out with it.
"""

from __future__ import annotations

from typing import Literal

from headwater.data.locations import QueryLocation
from headwater.run.events import AssetRead, AssetWritten, Movement

Reach = Literal["any", "tables"]
"""`tables`: only tables and views, no query or stored procedure as source."""

COPY_STORES: dict[str, Reach] = {
    "AmazonS3": "any",
    "AzureBlobFS": "any",
    "AzureBlobStorage": "any",
    "AzureDataExplorer": "tables",
    "AzureDataLakeStore": "any",
    "AzureFileStorage": "any",
    "AzureMariaDB": "tables",
    "AzureMySql": "tables",
    "AzurePostgreSql": "tables",
    "AzureSearch": "any",
    "AzureSqlDW": "tables",
    "AzureSqlDatabase": "tables",
    "AzureSqlMI": "tables",
    "AzureStorage": "any",
    "AzureTableStorage": "any",
    "CosmosDb": "tables",
    "CosmosDbMongoDbApi": "tables",
    "Hive": "tables",
    "Oracle": "tables",
    "SapTable": "any",
    "SqlServer": "tables",
    "Teradata": "tables",
}

FLOW_STORES: dict[str, Reach] = {
    "AzureBlobFS": "any",
    "AzureBlobStorage": "any",
    "AzureDataLakeStore": "any",
    "AzureMySql": "tables",
    "AzurePostgreSql": "tables",
    "AzureSqlDW": "tables",
    "AzureSqlDatabase": "tables",
    "AzureSqlMI": "tables",
    "AzureStorage": "any",
    "CosmosDb": "tables",
}

STORES: dict[str, dict[str, Reach]] = {"Copy": COPY_STORES, "ExecuteDataFlow": FLOW_STORES}

ACTIVITY_NAMES: dict[str, str] = {"Copy": "Copy", "ExecuteDataFlow": "Data Flow"}

# Names that `Movement.features` may hold, each with what Purview says of it.
FEATURES: dict[str, str] = {
    "compression": "a compression setting of Binary, delimited text, Excel, JSON or XML",
    "gen1Binary": "Binary format as sink in Azure Data Lake Storage Gen1",
    "maxRowsPerFile": "a file sink with a maximum of rows per file",
    "partitionOptions": "partition options of a database source",
}


def unsupported_store(kind: str, activity_type: str | None = None) -> str | None:
    """Return why Purview has no lineage for a linked service's type, at all or in this type of activity."""
    if activity_type is None:
        known = any(kind in stores for stores in STORES.values())
        return None if known else f'Purview has no lineage for the store "{kind}".'
    if kind in STORES[activity_type]:
        return None
    return f'Purview has no lineage for the store "{kind}" in a {ACTIVITY_NAMES[activity_type]} activity.'


def unfollowed(activity_type: str, movement: Movement) -> tuple[str, ...]:
    """Return every reason for which Purview would drop a movement's lineage; empty if it would keep it."""
    assets: tuple[AssetRead | AssetWritten, ...] = (*movement.inputs, movement.sink)
    reasons = [_asset_reason(activity_type, asset) for asset in assets]
    reasons += [
        f"Purview has no lineage for a copy with {FEATURES[feature]}."
        for feature in movement.features
        if feature in FEATURES
    ]
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


def _asset_reason(activity_type: str, asset: AssetRead | AssetWritten) -> str | None:
    kind = asset.location.store.kind
    if reason := unsupported_store(kind, activity_type):
        return reason
    if isinstance(asset.location, QueryLocation) and STORES[activity_type][kind] == "tables":
        return f'Purview has no lineage for a query as source: dataset "{asset.dataset}" in the store "{kind}".'
    return None
