"""OpenLineage events as the catalog's assets, operations, column edges and runs.

`events` reads and checks, `state` joins what is known with what an event adds, `flows` and `drafts` derive the graph
from what is known; all four are pure. `ingest` does this inside one transaction. Whatever the order in which events
arrive, and however often, the joined state is the same, and so is the graph.
"""

from headwater.catalog.openlineage.events import Event, read_event
from headwater.catalog.openlineage.ingest import OpenLineage
from headwater.catalog.openlineage.names import Holder, NamedAsset, Namer

__all__ = ["Event", "Holder", "NamedAsset", "Namer", "OpenLineage", "read_event"]
