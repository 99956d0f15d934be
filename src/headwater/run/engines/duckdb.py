"""The embedded engine: evaluates a flow's queries where the sources are opened and the sinks are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
from sqlglot import exp

from headwater.connectors.faults import DUCKDB, faults_as
from headwater.connectors.statements import count_of, run_statement
from headwater.run.engines.evaluation import Ground
from headwater.run.engines.profile import rows_read
from headwater.run.engines.reading import OpenSource, attach_source
from headwater.transformations.graph import Node


class Embedded:
    """Evaluates on the connection that reads and writes; the rows of a sink are never anywhere else."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._profiles: list[str] = []

    def attach(self, source: OpenSource, columns: Sequence[str]) -> None:
        attach_source(source, columns, self._ground.engine, self._ground.stack)

    def keep(self, node: Node, query: exp.Query) -> int:
        rows = _keep(self._ground.engine, node.name, query)
        self.note()
        return rows

    def answer(self, node: Node, query: exp.Query) -> exp.Query:  # noqa: ARG002 of the protocol
        return query

    def note(self) -> None:
        self._profiles.append(self._ground.engine.get_profiling_information(format="json"))

    def rows_read(self, sources: Mapping[str, OpenSource]) -> dict[str, int]:
        return rows_read(self._ground.engine, sources, self._profiles)

    def interrupt(self) -> None:
        """Do nothing: the connection is interrupted by who opened it."""


def _keep(engine: duckdb.DuckDBPyConnection, stream: str, query: exp.Query) -> int:
    """Evaluate a shared stream into a table of its name and return the number of its rows."""
    table = exp.Create(
        this=exp.table_(stream, quoted=True),
        kind="TABLE",
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        expression=query,
    )
    with faults_as(DUCKDB, f"Stream '{stream}'"):
        return count_of(run_statement(engine, table))
