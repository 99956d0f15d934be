"""The other sinks: OpenLineage, a file, the console."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import httpx
import pytest

from headwater.lineage.facts import decode
from headwater.lineage.sinks.console import ConsoleSink
from headwater.lineage.sinks.file import FileSink
from headwater.lineage.sinks.openlineage import OpenLineageSink
from headwater.lineage.sinks.openlineage_events import events
from headwater.lineage.sinks.protocol import Refused, Unacceptable, Unavailable
from lineage.made import expected, fact


@pytest.mark.parametrize("name", ["data_flow", "copy_failed"])
def test_fact_becomes_openlineage_events(name: str) -> None:
    wanted = json.loads(expected("openlineage", f"{name}.json").read_text(encoding="utf-8"))
    assert list(events(fact(name))) == wanted


def test_pairs_of_files_are_runs_of_their_own() -> None:
    made = list(events(fact("copy_wildcard")))
    assert [len(event["inputs"]) for event in made] == [1, 1, 1, 1]
    assert len({event["run"]["runId"] for event in made}) == 2


def posted(status: int, key: str | None = None) -> list[httpx.Request]:
    requests = []

    def receive(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(status)

    client = httpx.AsyncClient(transport=httpx.MockTransport(receive))
    asyncio.run(OpenLineageSink("http://marquez/api/v1/lineage", client, key).deliver(fact("data_flow")))
    return requests


def test_events_are_posted_in_order_with_the_key() -> None:
    requests = posted(201, "k")
    assert [json.loads(request.content)["eventType"] for request in requests] == ["START", "COMPLETE"]
    assert {request.headers["Authorization"] for request in requests} == {"Bearer k"}


@pytest.mark.parametrize(("status", "error"), [(401, Refused), (422, Unacceptable), (503, Unavailable)])
def test_receiver_that_refuses_is_told_apart(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        posted(status)


def test_file_keeps_each_fact_once_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    first, second = fact("copy_with_mapping"), fact("copy_wildcard")
    asyncio.run(FileSink(path).deliver(first))
    path.write_bytes(path.read_bytes() + b'{"key": {"work')
    sink = FileSink(path)
    for made in (first, second, second):
        asyncio.run(sink.deliver(made))
    whole = [line for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    assert [decode(line) for line in whole] == [first, second]


def test_file_in_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        asyncio.run(FileSink(tmp_path / "missing" / "facts.jsonl").deliver(fact("data_flow")))


def test_console_prints_edges() -> None:
    stream = io.StringIO()
    asyncio.run(ConsoleSink(stream).deliver(fact("copy_with_mapping")))
    assert stream.getvalue().splitlines()[1] == (
        "  https://lake.dfs.core.windows.net/raw/nyc/flights.csv#dep_delay -> departure_delay"
        "  [DIRECT TRANSFORMATION: string as Int32]"
    )
