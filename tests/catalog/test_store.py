"""The database: its migrations make the tables that the code expects, and writes are whole or not at all."""

import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert

from catalog.desk import Desk, entity
from headwater.catalog.catalog import Catalog
from headwater.catalog.store import Store, schema
from headwater.catalog.store.postgresql import TURN, postgresql_url
from headwater.errors import Invalid, NotFound, SettingsError, Unavailable


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_migrations_make_the_tables_of_the_schema(desk: Desk) -> None:
    def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        # Tables of full text are the database's own, and so is PostgreSQL's vector of words. An index of an expression
        # is another one in each database.
        own = name in {"search", "ix_documents_search", "ix_entities_ending"}
        return not (reflected and other is None and (kind == "table" or own))

    with desk.catalog.store.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": False})
        assert compare_metadata(context, schema.metadata) == []
        if connection.dialect.name != "sqlite":
            return
        made = dict(connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all())
    for table in schema.metadata.tables.values():
        assert ("WITHOUT ROWID" in made[table.name]) == (table.dialect_options["sqlite"]["with_rowid"] is False)


def test_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    file.write_text("not a database, but long enough to be taken for the header of one " * 20)
    before = file.read_bytes()
    with pytest.raises(SettingsError) as refused:
        Catalog.open(file, name="contoso")
    assert refused.value.code == "CAT-011"
    assert file.read_bytes() == before


def test_second_start_finds_what_the_first_one_wrote(place: Path) -> None:
    first = Catalog.open(place, name="contoso")
    Desk(first).write(entity("DataSet", "q"))
    first.close()
    second = Catalog.open(place, name="another name")
    assert second.name == "contoso"
    assert second.entities.guid_of("DataSet", "q")
    second.close()


def test_write_that_fails_half_way_leaves_nothing(desk: Desk) -> None:
    def fail_half_way() -> None:
        with desk.catalog.store.write() as connection:
            connection.execute(insert(schema.counters).values(name="x", value=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert desk.rows("SELECT * FROM counters WHERE name = 'x'") == []


def test_database_that_stays_locked_is_unavailable(tmp_path: Path) -> None:
    Store.open(tmp_path / "catalog.db").close()
    store = Store.open(tmp_path / "catalog.db", busy_seconds=0)
    other = sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as refused, store.write():
        pass
    assert refused.value.code == "CAT-010"
    other.close()
    with store.write():
        pass
    store.close()


def test_postgresql_that_another_process_writes_is_unavailable(database: str) -> None:
    Store.open(postgresql_url(database)).close()
    store = Store.open(postgresql_url(database), busy_seconds=0)
    with psycopg.connect(database) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (TURN,))
        with pytest.raises(Unavailable) as refused, store.write():
            pass
        assert refused.value.code == "CAT-010"
    with store.write():
        pass
    store.close()


def test_writers_of_several_threads_all_get_their_turn(desk: Desk) -> None:
    threads = [
        threading.Thread(
            target=lambda worker=worker: [desk.write(entity("DataSet", f"{worker}/{n}")) for n in range(5)]
        )
        for worker in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.rows("SELECT count(*), count(DISTINCT id), count(DISTINCT guid) FROM entities") == [(30, 30, 30)]
    assert desk.rows("SELECT sum(entities) FROM type_counts") == [(30,)]


def test_writers_of_two_processes_take_turns(desk: Desk, place: Path) -> None:
    other = Catalog.open(place, name="contoso")
    desks = (desk, Desk(other))
    threads = [
        threading.Thread(target=lambda of=of, n=n: of.write(entity("DataSet", "shared"), entity("DataSet", f"own {n}")))
        for n, of in enumerate(desks * 4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert desk.rows("SELECT count(*), count(DISTINCT id), count(DISTINCT qualified_name) FROM entities") == [(9, 9, 9)]


def test_type_of_another_process_is_known_at_once(desk: Desk, place: Path) -> None:
    other = Catalog.open(place, name="contoso")
    definition = {"name": "late_table", "superTypes": ["DataSet"], "attributeDefs": [{"name": "shelf"}]}
    other.types.create({"entityDefs": [definition]}, by="tester")
    desk.write(entity("late_table", "q", shelf="top"))
    assert other.entities.get(other.entities.guid_of("late_table", "q")).entity.attributes["shelf"] == "top"
    other.types.update({"entityDefs": [{**definition, "attributeDefs": [{"name": "shelf"}, {"name": "row"}]}]}, by="t")
    assert "row" in desk.catalog.types.current.entity("late_table").attributes
    other.close()


def test_type_whose_change_is_refused_stays_as_it_was(desk: Desk) -> None:
    before = desk.catalog.types.current
    with pytest.raises(Invalid):
        desk.catalog.types.create({"entityDefs": [{"name": "x", "superTypes": ["no such type"]}]}, by="tester")
    assert desk.catalog.types.current is before


@pytest.mark.parametrize(
    ("url", "said"),
    [("mysql://host/name", "mysql"), ("postgresql://nobody@127.0.0.1:1/none", "cannot be opened"), ("//", "be read")],
)
def test_database_that_cannot_be_used_is_refused(url: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Store.open(postgresql_url(url, "s3cret-word"))
    assert refused.value.code == "CAT-011"
    assert said in str(refused.value)
    assert "s3cret-word" not in str(refused.value)


@pytest.mark.parametrize(
    "more", [{"attributes": {"qualifiedName": "q", "description": ["a\x00b"]}}, {"customAttributes": {"a\x00": "b"}}]
)
def test_text_that_no_database_keeps_is_refused(more: dict[str, object], desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.write({**entity("DataSet", "q"), **more})
    assert [fault.code for fault in refused.value.faults] == ["CAT-022"]
    desk.write(entity("DataSet", "q", description="a\\u0000b"))


def test_reader_sees_a_snapshot_while_another_writes(desk: Desk) -> None:
    with desk.catalog.store.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM entities").scalar()
        desk.write(entity("DataSet", "q"))
        assert connection.exec_driver_sql("SELECT count(*) FROM entities").scalar() == before


def test_text_that_no_database_keeps_is_looked_for_and_not_there(desk: Desk) -> None:
    """SQLite has nothing under such a name; PostgreSQL does not even take the question."""
    with pytest.raises((Invalid, NotFound)) as refused:
        desk.catalog.entities.get("a\0b")
    assert refused.value.faults[0].cure
    with pytest.raises((Invalid, NotFound)):
        desk.catalog.entities.guid_of("DataSet", "a\0b")
