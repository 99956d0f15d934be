"""Prints each fact's edges, one line an operation and one a column edge: for a look at what would be sent."""

from __future__ import annotations

from typing import TextIO

from headwater.lineage.facts import LineageFact
from headwater.lineage.sinks.protocol import Receipt


class ConsoleSink:
    """Writes to any text stream."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    async def deliver(self, fact: LineageFact) -> Receipt:
        """Print the fact; there is nobody to prove it to."""
        for operation in fact.operations:
            inputs = ", ".join(str(asset.qualified_name) for asset in operation.inputs) or "nothing"
            print(f"{fact.pipeline}/{fact.activity}: {inputs} -> {operation.sink.qualified_name}", file=self._stream)
            for edge in operation.edges:
                print(f"  {edge}", file=self._stream)
        relationships = sum(len(operation.inputs) + 1 for operation in fact.operations)
        return Receipt(sum(1 for _ in fact.assets()), relationships)
