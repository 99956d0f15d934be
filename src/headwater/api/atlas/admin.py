"""What Atlas says of itself: its version, that it runs, and how much it holds. The routes stand beside `v2`."""

from __future__ import annotations

from litestar import Response, get

from headwater import __version__
from headwater.api import wire
from headwater.api.wire import Caller, Served
from headwater.catalog import clock


@get("/admin/version", sync_to_thread=False)
def version() -> Response[bytes]:
    """Name and version of the server."""
    said = "A catalog of data and its lineage that speaks Atlas v2"
    return wire.answer({"Name": "headwater", "Version": __version__, "Description": said})


@get("/admin/status", sync_to_thread=False)
def status() -> Response[bytes]:
    """`ACTIVE`: a server that is not does not answer."""
    return wire.answer({"Status": "ACTIVE"})


@get("/admin/metrics", sync_to_thread=True)
def metrics(account: Served, caller: Caller) -> Response[bytes]:
    """Numbers of types and of active entities by type, in the collections that the caller may read."""
    counts = account.catalog.entities.counts(collections=account.roles.collections(caller, "data/read"))
    groups = account.catalog.types.document()
    held = {name: number for name, number in sorted(counts.items()) if number}
    unused = sum(1 for definition in groups["entityDefs"] if definition["name"] not in held)
    general = {
        "collectionTime": clock.now(),
        "entityCount": sum(held.values()),
        "tagCount": len(groups["classificationDefs"]),
        "typeCount": sum(len(definitions) for definitions in groups.values()),
        "typeUnusedCount": unused,
    }
    return wire.answer({"data": {"general": general, "entity": {"entityActive": held}, "tag": {}, "system": {}}})


HANDLERS = (metrics, status, version)
