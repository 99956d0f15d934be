"""Entities that tests of foreign clients begin with, under names of each test's own."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from foreign.front import Front
from headwater.catalog.model import EntityBatch


@dataclass(frozen=True)
class Flow:
    """A file that a process copies into a table with two columns: the guids of all three, and the names' beginning."""

    name: str
    source: str
    process: str
    sink: str

    @property
    def source_name(self) -> str:
        return f"https://{self.name}.dfs.core.windows.net/raw/orders.csv"

    @property
    def sink_name(self) -> str:
        return f"mssql://{self.name}.database.windows.net/dw/dbo/orders"


def seed(front: Front, name: str, *, collection: str | None = None) -> Flow:
    """Write the flow; its assets are called after `name`."""
    flow = Flow(name, "", "", "")
    columns = [
        {
            "typeName": "azure_sql_column",
            "guid": f"-{number}",
            "attributes": _named(f"{flow.sink_name}#{column}", column),
        }
        for number, column in ((11, "id"), (12, "amount"))
    ]
    entities = [
        {
            "typeName": "azure_datalake_gen2_path",
            "guid": "-1",
            "attributes": _named(flow.source_name, f"{name} orders.csv"),
        },
        {
            "typeName": "azure_sql_table",
            "guid": "-2",
            "attributes": _named(flow.sink_name, f"{name} orders"),
            "relationshipAttributes": {"columns": [{"guid": "-11"}, {"guid": "-12"}]},
        },
        {
            "typeName": "Process",
            "guid": "-3",
            "attributes": {
                **_named(f"{name}://copy", f"{name} copy"),
                "inputs": [{"guid": "-1"}],
                "outputs": [{"guid": "-2"}],
            },
        },
        *columns,
    ]
    batch = msgspec.convert({"entities": entities}, EntityBatch)
    found = front.account.catalog.entities.write(batch, by=front.account.owner.id, collection=collection)
    guids = found.guid_assignments
    return Flow(name, guids["-1"], guids["-3"], guids["-2"])


def _named(qualified_name: str, name: str) -> dict[str, object]:
    return {"qualifiedName": qualified_name, "name": name}
