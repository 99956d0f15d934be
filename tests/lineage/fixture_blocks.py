"""Where lineage's fixtures are and how their blocks are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FIXTURES = Path(__file__).parent.parent / "fixtures" / "lineage"


class Block(NamedTuple):
    """`# key: value` lines, the input, and what is expected of it."""

    title: str
    meta: list[tuple[str, str]]
    given: str
    expected: str


def blocks(file: Path) -> Iterator[Block]:
    """Yield the blocks of a fixture file: parted by an empty line, input and output by `---`."""
    for text in file.read_text(encoding="utf-8").strip().split("\n\n"):
        lines = text.splitlines()
        meta = [tuple(line[2:].split(": ", 1)) for line in lines if line.startswith("# ")]
        body = "\n".join(line for line in lines if not line.startswith("# "))
        given, _, expected = body.partition("\n---\n")
        yield Block(dict(meta)["title"], meta, given.strip(), expected.strip())
