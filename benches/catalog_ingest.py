"""How many entities a second an account takes over HTTP, for a minute.

    python benches/catalog_ingest.py [--seconds 60] [--folder <an account to add to>]

The account listens on a loopback port; a client in a process of its own makes batches of a thousand entities and has
two under way at a time. Half of the entities are tables, half operations that read one to three of them and tell
twenty column edges: ten edges an entity. The other figure is tables that come with ten column entities each.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import resource
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import catalog_walk
import httpx
import msgspec
import uvicorn
from catalog_walk import BATCH, COLUMNS, entity, report, table

from headwater.access.account import Account
from headwater.api.server import create_app
from headwater.app.pace import pace_of_a_server

BAR = 5_000
UNDER_WAY = 2
PATH = "/datamap/api/atlas/v2/entity/bulk"


def flows(mark: str) -> Iterator[dict[str, object]]:
    """Yield tables and the operations that write them, without end."""
    chance = random.Random(3)
    for made in catalog_walk.tables(10_000_000, chance):
        yield json.loads(json.dumps(made).replace("table_", f"table_{mark}_"))


def wide(mark: str) -> Iterator[dict[str, object]]:
    """Yield tables with their columns as entities of their own."""
    for n in itertools.count():
        name = table(n).replace("table_", f"wide_{mark}_")
        yield entity("azure_sql_table", name, name=f"wide {n}")
        for column in range(COLUMNS):
            made = entity("azure_sql_column", f"{name}#c{column}", name=f"c{column}", data_type="int")
            holder = {"typeName": "azure_sql_table", "uniqueAttributes": {"qualifiedName": name}}
            yield {**made, "relationshipAttributes": {"table": holder}}


KINDS = {"flows": flows, "wide": wide}


async def send(url: str, token: str, kind: str, seconds: float) -> None:
    """Send batches for so long; print how many entities were taken in how many seconds."""
    size = BATCH if kind == "flows" else BATCH // (COLUMNS + 1) * (COLUMNS + 1)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    taken = 0
    # Operations read tables of earlier batches, so each sender has its own and sends them one after the other.
    senders = [_batches(KINDS[kind](secrets.token_hex(3)), size) for _ in range(UNDER_WAY)]
    made = [[next(batches) for _ in range(10)] for batches in senders]

    async def sender(client: httpx.AsyncClient, batches: Iterator[bytes], end: float) -> None:
        nonlocal taken
        for batch in batches:
            if time.perf_counter() >= end:
                return
            answer = await client.post(PATH, content=batch)
            answer.raise_for_status()
            taken += size

    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120) as client:
        start = time.perf_counter()
        streams = (itertools.chain(ready, more) for ready, more in zip(made, senders, strict=True))
        await asyncio.gather(*(sender(client, stream, start + seconds) for stream in streams))
        print(json.dumps({"entities": taken, "seconds": time.perf_counter() - start}))


def _batches(entities: Iterator[dict[str, object]], size: int) -> Iterator[bytes]:
    while True:
        yield msgspec.json.encode({"entities": list(itertools.islice(entities, size))})


def measure(folder: Path, seconds: float) -> None:
    account = Account.open(folder, name="bench")
    token = account.tokens.issue(account.owner, seconds=86_400).text
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(account), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pace_of_a_server():  # As the account's own server does.
        for kind in KINDS:
            busy = time.process_time()
            command = [sys.executable, __file__, "--send", url, token, kind, "--seconds", str(seconds)]
            done = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            report(f"ingest, {kind}", done["entities"] / done["seconds"], BAR, "entities/s", more_is_better=True)
            busy = (time.process_time() - busy) / done["entities"] * 1e6
            print(f"    {done['entities']:,} entities, {busy:.0f} microseconds of the account's processor each")
    print(f"    memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    server.should_exit = True
    thread.join()
    account.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--send", nargs=3)
    asked = parser.parse_args()
    if asked.send:
        asyncio.run(send(*asked.send, asked.seconds))
    elif asked.folder:
        measure(asked.folder, asked.seconds)
    else:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), asked.seconds)


if __name__ == "__main__":
    main()
