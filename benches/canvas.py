"""How soon the lineage canvas shows a graph of thousands of boxes, and how smoothly it pans.

    python benches/canvas.py [--boxes 5000]

Serves an account with one graph of that size, opens the lineage tab in Chromium, and measures until the first box
stands, until all of them do, and the frames while the canvas is dragged. First paint and frames are printed against
their bars.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from playwright.sync_api import Page, sync_playwright

from headwater.app.local import Local
from headwater.catalog.model import EntityBatch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from servers.browser import ARGUMENTS, find

BATCH = 500
LAYERS = 10
"""On each side of the table in focus; each has up to twice as many tables as the one nearer to the focus."""
DEPTH = 20
"""The most levels that the page draws: tables and operations."""
SERVE = [sys.executable, "-c", "from headwater.cli.main import run; run()"]
ADDRESS = re.compile(r"http://\S+/sign-in\?token=\S+")
BARS = {"first_box_s": 1.0, "frames_per_second": 60.0}
FRAMES = """() => new Promise((done) => {
    const times = [];
    const step = (at) => { times.push(at); times.length < 90 ? requestAnimationFrame(step) : done(times); };
    requestAnimationFrame(step);
})"""


def name(layer: int, row: int) -> str:
    return f"mssql://server.database.windows.net/warehouse/dbo/table_{layer}_{row}"


def sizes(boxes: int) -> list[int]:
    """Return how many tables each layer has, from the focus outwards, for about so many boxes in all."""
    widest = 1
    while 4 * sum(min(2**layer, widest) for layer in range(1, LAYERS + 1)) < boxes:
        widest += 1
    return [min(2**layer, widest) for layer in range(LAYERS + 1)]


def entities(boxes: int) -> Iterator[dict[str, object]]:
    """Yield a fan of tables on both sides of `table_0_0`, and the operations between them."""
    yield table(0, 0)
    rows = sizes(boxes)
    for layer in range(1, LAYERS + 1):
        for row in range(rows[layer]):
            nearer = row * rows[layer - 1] // rows[layer]
            yield from (table(layer, row), table(-layer, row))
            yield operation((layer - 1, nearer), (layer, row))
            yield operation((-layer, row), (1 - layer, nearer))


def table(layer: int, row: int) -> dict[str, object]:
    return entity("azure_sql_table", name(layer, row), name=f"table_{layer}_{row}")


def operation(source: tuple[int, int], sink: tuple[int, int]) -> dict[str, object]:
    ends = [
        {"typeName": "azure_sql_table", "uniqueAttributes": {"qualifiedName": name(*end)}} for end in (source, sink)
    ]
    qualified = f"/workspaces/w/pipelines/p/activities/a#{name(*source)}#{name(*sink)}"
    return entity("azure_synapse_operation", qualified, name="load", inputs=ends[:1], outputs=ends[1:])


def entity(type_name: str, qualified_name: str, **attributes: object) -> dict[str, object]:
    return {"typeName": type_name, "attributes": {"qualifiedName": qualified_name, **attributes}}


def fill(folder: Path, boxes: int) -> str:
    """Write the account and return the guid of a table in the middle."""
    (folder / "headwater.toml").write_text('[account]\nname = "bench"\n')
    pending = list(entities(boxes))
    with Local.open(folder) as local:
        catalog = local.hosted.account.catalog
        for at in range(0, len(pending), BATCH):
            body = msgspec.json.encode({"entities": pending[at : at + BATCH]})
            catalog.entities.write(msgspec.json.decode(body, type=EntityBatch), by=local.hosted.account.owner.id)
        return catalog.entities.guid_of("azure_sql_table", name(0, 0))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    process = subprocess.Popen([*SERVE, "serve", "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield next(found.group() for line in process.stdout if (found := ADDRESS.search(line)))
    finally:
        process.terminate()
        process.wait()


def measure(page: Page, address: str) -> dict[str, float]:
    started = time.perf_counter()
    with page.expect_response(re.compile(r"/api/lineage\?")) as answered:
        page.goto(address, wait_until="commit")
    page.locator("[data-box]").first.wait_for(timeout=120_000)
    first = time.perf_counter() - started
    arranging = page.get_by_text("Arranging")
    arranging.wait_for(state="detached", timeout=300_000)
    whole = time.perf_counter() - started
    canvas = page.get_by_test_id("canvas").bounding_box()
    assert canvas is not None
    # Below the focus, where no box stands.
    x, y = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] * 0.6
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(f"() => {{ window.frames_ = ({FRAMES})(); }}")
    for step in range(60):
        page.mouse.move(x - 10 * step, y + 3 * step)
    times = page.evaluate("window.frames_")
    page.mouse.up()
    gaps = [after - before for before, after in itertools.pairwise(times)]
    return {
        "boxes": len(answered.value.json()["nodes"]),
        "first_box_s": round(first, 2),
        "whole_s": round(whole, 2),
        "frames_per_second": round(1000 / statistics.mean(gaps), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=5000)
    boxes = parser.parse_args().boxes
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        guid = fill(folder, boxes)
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        with served(folder) as address:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            page.wait_for_url(re.compile(r"/$"))
            root = address.partition("/sign-in")[0]
            warm = f"{root}/assets/{guid}/lineage?depth=1"
            page.goto(warm)
            page.locator("[data-box]").first.wait_for(timeout=60_000)
            found = measure(page, f"{root}/assets/{guid}/lineage?depth={DEPTH}")
        browser.close()
    ratios = {
        "first_box": round(found["first_box_s"] / BARS["first_box_s"], 2),
        "frames": round(BARS["frames_per_second"] / found["frames_per_second"], 2),
    }
    print(json.dumps({"benchmark": "canvas", **found, "ratio_to_bar": ratios}))


if __name__ == "__main__":
    main()
