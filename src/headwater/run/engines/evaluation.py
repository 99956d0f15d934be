"""What an engine is to a data flow: it evaluates queries over opened sources, and gives their rows to be written.

Separate, because the embedded engine opens every source and writes every sink also where another one does the work
between: stores, formats and staging are one code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
from sqlglot import exp

from headwater.run.engines.reading import OpenSource
from headwater.settings import EngineSettings
from headwater.transformations.graph import Node


@dataclass(frozen=True, slots=True)
class Ground:
    """What an evaluation stands on: limits, a scratch folder, the embedded engine, and what ends with the flow."""

    settings: EngineSettings
    scratch: Path
    key: str
    engine: duckdb.DuckDBPyConnection
    stack: ExitStack


class Evaluation(Protocol):
    """One flow on one engine. All methods but `interrupt` are called by one thread, in this order."""

    def attach(self, source: OpenSource, columns: Sequence[str]) -> None:
        """Put the columns of a source that are used under its scan name. Raises ConnectorError."""

    def keep(self, node: Node, query: exp.Query) -> int:
        """Evaluate a shared stream under its own name; return the number of its rows. Raises ConnectorError."""

    def answer(self, node: Node, query: exp.Query) -> exp.Query:
        """Return a query of the embedded engine that gives the rows of this one. Raises ConnectorError."""

    def note(self) -> None:
        """Note what the query of a sink has told, after it was written."""

    def rows_read(self, sources: Mapping[str, OpenSource]) -> dict[str, int]:
        """Return the rows read by source, where they are known without counting."""

    def interrupt(self) -> None:
        """Stop what is running. Called by another thread, perhaps more than once."""
