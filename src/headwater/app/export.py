"""Lineage as OpenLineage events: of this project's runs, and of what others reported to the account kept here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from headwater.api.openlineage.dataset_names import DatasetNames
from headwater.app.local import Local
from headwater.catalog.openlineage import OpenLineage
from headwater.errors import Fault, Place, SettingsError
from headwater.lineage.recorded import recorded
from headwater.lineage.sinks.openlineage import OpenLineageSink
from headwater.lineage.sinks.openlineage_events import events

Json = dict[str, object]
ROUTE = "/api/v1/lineage"


def openlineage_events(local: Local, since: datetime.datetime | None) -> Iterator[Json]:
    """Yield the events of the run history, then those of the account, each run once; `since` is an aware time."""
    since_ms = round(since.timestamp() * 1000) if since else 0
    told: set[object] = set()
    with local.database.reading() as connection:
        for fact in recorded(connection, since_ms):
            for event in events(fact):
                told.add(_run_id(event))
                yield event
    if local.project.settings.account.url:
        return
    catalog = local.hosted.account.catalog
    entry = OpenLineage.open(catalog.store, catalog.types, root=catalog.collections.root, namer=DatasetNames())
    for event in entry.replay(since_ms * 1000):
        if _run_id(event) is None or _run_id(event) not in told:
            yield event


def _run_id(event: Json) -> object:
    run = event.get("run")
    return run.get("runId") if isinstance(run, dict) else None


def write(made: Iterable[Json], file: Path) -> int:
    """Write events to a file, one a line, and return how many; the file appears when it is whole."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    number = 0
    try:
        with unfinished.open("wb") as stream:
            for event in made:
                stream.write(msgspec.json.encode(event) + b"\n")
                number += 1
        unfinished.replace(file)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        cure = "Give a path in a folder that is there and may be written."
        message = f"'{file.name}' cannot be written: {error.strerror}"
        raise SettingsError(Fault("SET-013", message, Place(file=str(file)), cure)) from error
    return number


async def send(made: Iterable[Json], url: str, key: str | None) -> int:
    """Post events in order and return how many. Raises LineageError if the receiver does not take one."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        cure = "Give an address as https://host:port; /api/v1/lineage is added where it has no path."
        raise SettingsError(Fault("SET-013", f"'{url}' is no address to send to", Place(), cure))
    address = url if parts.path.strip("/") else url.rstrip("/") + ROUTE
    number = 0
    async with httpx.AsyncClient() as client:
        sink = OpenLineageSink(address, client, key)
        for event in made:
            await sink.post(event)
            number += 1
    return number
