"""An account as foreign clients reach it, with a key of a principal that may report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.served import Served, served
from foreign.front import Front, fronted


@dataclass(frozen=True)
class Receiver:
    """A served account, and an API key of a principal with the role Data Curator."""

    server: Served
    key: str

    def edges(self) -> set[tuple[str, str]]:
        """Open lineage from data set to data set, by name."""
        with self.server.account.catalog.store.read() as connection:
            return {(str(one), str(other)) for one, other in connection.exec_driver_sql(_FLOWS)}

    def column_edges(self) -> set[tuple[str, str, str, str]]:
        with self.server.account.catalog.store.read() as connection:
            return {tuple(map(str, row)) for row in connection.exec_driver_sql(_COLUMNS)}  # type: ignore[misc]

    def counts(self) -> dict[str, int]:
        return dict(self.server.account.catalog.entities.counts())


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with served(tmp_path) as server:
        account = server.account
        reporter = account.principals.ensure("workspace", "reporter")
        account.roles.grant(reporter, "data-curator", account.catalog.collections.root, by=account.owner.id)
        yield Receiver(server, account.principals.add_secret(reporter.id))


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """One account for all tests of clients; each test uses names of its own."""
    with fronted(tmp_path_factory.mktemp("front")) as found:
        yield found


@pytest.fixture
def surroundings(front: Front, monkeypatch: pytest.MonkeyPatch) -> Front:
    """The account, with this process's environment set as a shell would set it."""
    for name, value in front.environment().items():
        monkeypatch.setenv(name, value)
    return front


_FLOWS = """
SELECT source.name, sink.name
FROM lineage_edges AS one JOIN lineage_edges AS other ON other.source_id = one.target_id
JOIN entities AS source ON source.id = one.source_id JOIN entities AS sink ON sink.id = other.target_id
JOIN entities AS operation ON operation.id = one.target_id JOIN types ON types.id = operation.type_id
WHERE one.ended_at IS NULL AND other.ended_at IS NULL AND types.name = 'openlineage_operation'
"""
_COLUMNS = """
SELECT a.name, source.name, b.name, sink.name
FROM column_edges
JOIN lineage_columns AS source ON source.id = source_id JOIN lineage_columns AS sink ON sink.id = sink_id
JOIN entities AS a ON a.id = source.entity_id JOIN entities AS b ON b.id = sink.entity_id
WHERE ended_at IS NULL
"""
