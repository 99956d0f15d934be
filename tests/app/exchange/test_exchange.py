"""Push and pull between accounts over loopback: nothing is lost, and the second time changes nothing."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.served import served
from app.exchange.world import ATLAS, TABLE, Room, bring
from headwater.app.exchange.exchange import Wanted


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an empty account, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    with served(folder):
        return folder


@pytest.fixture(scope="module")
def first(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """An account with some of everything. Tests may add to it: what is compared is what it holds by then."""
    folder = tmp_path_factory.mktemp("full")
    shutil.copytree(empty / "account", folder / "account")
    with served(folder) as server:
        room = Room(server)
        room.furnish()
        yield room


@pytest.fixture
def rooms(first: Room, empty: Path, tmp_path: Path) -> Iterator[tuple[Room, Room]]:
    shutil.copytree(empty, tmp_path / "second")
    with served(tmp_path / "second") as server:
        yield first, Room(server)


@pytest.fixture
def third(empty: Path, tmp_path: Path) -> Iterator[Room]:
    shutil.copytree(empty, tmp_path / "third")
    with served(tmp_path / "third") as server:
        yield Room(server)


def test_nothing_is_lost_from_account_to_account_and_on(rooms: tuple[Room, Room], third: Room) -> None:
    first, second = rooms
    assert bring(first.side(), second.side()).left == ()
    assert bring(second.side(), third.side()).left == ()
    assert second.holds() == first.holds()
    assert third.holds() == first.holds()
    assert ("mssql://s/db/dbo/orders", "id", "report://r", "key") in first.holds()["columns"]


def test_second_exchange_changes_nothing(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    bring(first.side(), second.side())
    before = second.server.account.catalog.store
    versions = "SELECT qualified_name, version FROM entities ORDER BY 1, 2"
    with before.read() as connection:
        stood = [tuple(row) for row in connection.exec_driver_sql(versions)]
    again = bring(first.side(), second.side())
    with before.read() as connection:
        assert [tuple(row) for row in connection.exec_driver_sql(versions)] == stood
    assert again.left == ()
    assert {outcome for counts in again.counts.values() for outcome in counts} == {"unchanged"}


def test_what_the_other_side_has_besides_stays(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    mine = [
        {
            "typeName": "azure_sql_table",
            "guid": "-1",
            "attributes": {"qualifiedName": TABLE, "name": "orders", "userDescription": "mine"},
        },
        {
            "typeName": "Process",
            "guid": "-2",
            "attributes": {"qualifiedName": "own", "name": "own"},
            "relationshipAttributes": {"inputs": [{"guid": "-1"}]},
        },
    ]
    second.ask("POST", f"{ATLAS}/entity/bulk", {"entities": mine})
    assert bring(first.side(), second.side()).left == ()
    found = second.ask(
        "GET", f"{ATLAS}/entity/uniqueAttribute/type/azure_sql_table", None, **{"attr:qualifiedName": TABLE}
    )
    table = found["entity"]  # type: ignore[index]  # JSON.
    assert table["attributes"]["userDescription"] == "mine"
    assert table["attributes"]["description"] == "orders"
    readers = {one["displayText"] for one in table["relationshipAttributes"]["inputToProcesses"]}
    assert readers == {"own", "p"}


def test_change_is_brought_the_next_time(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    bring(first.side(), second.side())
    table = first.server.account.catalog.entities.guid_of("azure_sql_table", TABLE)
    first.ask("PUT", f"{ATLAS}/entity/guid/{table}", "all orders", name="description")
    term = first.server.account.catalog.glossary.terms.of_glossary(
        str(first.server.account.catalog.glossary.glossaries.all()[0].guid)
    )[0]
    first.ask("PUT", f"{ATLAS}/glossary/term/{term.guid}/partial", {"usage": "new"})
    summary = bring(first.side(), second.side())
    assert second.holds() == first.holds()
    assert (summary.counts["entities"]["changed"], summary.counts["glossary"]["changed"]) == (1, 1)


def test_dry_run_writes_nothing_and_tells_what_would_be(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    empty = second.holds()
    summary = bring(first.side(), second.side(), Wanted(dry_run=True))
    assert second.holds() == empty
    assert summary.dry_run
    assert summary.counts["types"]["created"] == 5
    assert summary.counts["collections"] == {"created": 2}
    assert summary.counts["entities"].keys() == {"created"}
    assert summary.left == ()


def test_dry_run_after_a_push_would_change_nothing(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    bring(first.side(), second.side())
    summary = bring(first.side(), second.side(), Wanted(dry_run=True))
    assert {outcome for counts in summary.counts.values() for outcome in counts} == {"unchanged"}


def test_everything_goes_into_the_collection_that_is_named(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    second.ask(
        "PUT",
        "/account/collections/landing",
        {"friendlyName": "Landing", "parentCollection": {"referenceName": "contoso"}},
    )
    bring(first.side(), second.side(), Wanted(into="landing"))
    assert {row[3] for row in second.holds()["entities"] if not str(row[0]).startswith("AtlasGlossary")} == {"landing"}


def test_filter_takes_a_collection_and_the_processes_around(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    first.ask(
        "POST",
        f"{ATLAS}/entity",
        {"entity": {"typeName": "DataSet", "attributes": {"qualifiedName": "root://x", "name": "x"}}},
    )
    bring(first.side(), second.side(), Wanted(filter={"collectionId": "north"}))
    names = {row[1] for row in second.holds()["entities"]}
    assert "root://x" not in names
    assert {TABLE, "process://p"} <= names


def test_exchange_that_was_broken_off_goes_on_and_ends_the_same(rooms: tuple[Room, Room], tmp_path: Path) -> None:
    first, second = rooms
    journal = tmp_path / "journal.jsonl"
    bring(first.side(), second.side(), Wanted(filter={"entityType": "azure_sql_table"}))
    lines = []
    for name in (TABLE, f"{TABLE}#id", f"{TABLE}#at"):
        type_name = "azure_sql_column" if "#" in name else "azure_sql_table"
        here = first.server.account.catalog.entities.guid_of(type_name, name)
        there = second.server.account.catalog.entities.guid_of(type_name, name)
        lines.append(f'{{"here":"{here}","there":"{there}"}}\n')
    journal.write_text("".join(lines) + '{"here":"torn')
    assert bring(first.side(), second.side(), journal=journal).left == ()
    assert not journal.exists()
    assert second.holds() == first.holds()


def test_what_the_other_side_refuses_is_told(rooms: tuple[Room, Room]) -> None:
    first, second = rooms
    clash = {
        "entityDefs": [
            {"name": "my_report", "superTypes": ["DataSet"], "attributeDefs": [{"name": "shade", "typeName": "int"}]}
        ]
    }
    second.ask("POST", f"{ATLAS}/types/typedefs", clash)
    summary = bring(first.side(), second.side())
    told = {(left.kind, left.name) for left in summary.left}
    assert ("entities", "report://r") in told
    assert any(kind == "relationships" for kind, _ in told)
    assert ("DataSet", "plain://d") in {row[:2] for row in second.holds()["entities"]}
