"""Linked services → stores, datasets → locations, stored schemas → types."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.data.types import ANY, LONG, STRING, TIMESTAMP, Decimal
from headwater.definition.dataset import SchemaColumn
from headwater.errors import PlanError
from headwater.language.expression.context import Context
from headwater.plan.datasets import resolve_dataset
from headwater.plan.explanation import describe
from headwater.plan.native_types import schema_from_dataset
from headwater.plan.stores import store_from_linked_service
from plan.cases import cases, reference, tried, workspace

SECRET = "c2VjcmV0LWtleQ"
SERVICES = {
    "lake": ("AzureBlobFS", {"url": "https://acct.dfs.core.windows.net"}, {}),
    "blob": ("AzureBlobStorage", {"serviceEndpoint": "https://acct.blob.core.windows.net"}, {}),
    "sql": ("AzureSqlDatabase", {"connectionString": "Server=srv.database.windows.net;Database=d"}, {}),
    "web": ("HttpServer", {"url": "https://example.org"}, {}),
    "server_of": (
        "AzureSqlDatabase",
        {"connectionString": "Server=@{linkedService().server}.database.windows.net;Database=d"},
        {"server": {"type": "string"}},
    ),
}


@pytest.mark.parametrize("case", cases("stores.json"))
def test_linked_service_tells_host_and_database_and_no_secret(case: dict[str, Any]) -> None:
    store = store_from_linked_service("ls", case["type"], case["properties"])
    assert (store.endpoint, store.database or None) == (case["endpoint"], case.get("database"))
    assert SECRET not in repr(store)


@pytest.mark.parametrize("case", cases("locations.json"))
def test_dataset_comes_to_its_location(case: dict[str, Any]) -> None:
    loaded = workspace(SERVICES, {"d": case})
    context = Context(parameters={"p": "x"})
    found, faults = tried(lambda: resolve_dataset(loaded, reference("d", case.get("given", {})), context))
    assert faults == case.get("faults", [])
    assert (describe(found.location) if found else None) == case.get("location")


def test_unknown_dataset_is_refused_with_the_nearest_name() -> None:
    loaded = workspace(SERVICES, {"orders": {"service": "sql", "type": "AzureSqlTable", "properties": {"table": "t"}}})
    with pytest.raises(PlanError) as raised:
        resolve_dataset(loaded, reference("order", {}), Context())
    assert raised.value.faults[0].cure == 'Did you mean "orders"?'


def test_connection_keeps_the_secret_out_of_sight() -> None:
    services = {"sql": ("AzureSqlDatabase", {"connectionString": "Server=s;Database=d;Password=hush"}, {})}
    loaded = workspace(services, {"d": {"service": "sql", "type": "AzureSqlTable", "properties": {"table": "t"}}})
    resolved = resolve_dataset(loaded, reference("d", {}), Context())
    assert "hush" in str(resolved.connection)
    assert "hush" not in repr(resolved)


@pytest.mark.parametrize(
    ("dataset_type", "column", "type_"),
    [
        ("AzureSqlTable", SchemaColumn("c", "nvarchar"), STRING),
        ("AzureSqlTable", SchemaColumn("c", "decimal", 12, 3), Decimal(12, 3)),
        ("AzureSqlTable", SchemaColumn("c", "money"), Decimal(19, 4)),
        ("Parquet", SchemaColumn("c", "INT64"), LONG),
        ("Parquet", SchemaColumn("c", "INT96"), TIMESTAMP),
        ("DelimitedText", SchemaColumn("c", "String"), STRING),
        ("AzureSqlTable", SchemaColumn("c", "hierarchyid"), ANY),
        ("DelimitedText", SchemaColumn("c"), ANY),
    ],
)
def test_stored_schema_keeps_the_stores_own_type(dataset_type: str, column: SchemaColumn, type_: object) -> None:
    (found,) = schema_from_dataset(dataset_type, (column,))
    assert (found.type, found.native_type) == (type_, column.type)
