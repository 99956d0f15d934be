"""Data flows from and to real servers: Azurite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from headwater.connectors.azure_blob import AzureFiles
from headwater.connectors.protocol import AnyStore
from headwater.connectors.registry import connect
from headwater.data.locations import FileLocation, QueryLocation, Store, TableLocation
from headwater.data.schema import Schema
from headwater.errors import ConnectorError
from headwater.plan.procedures import procedure_query
from headwater.plan.resolved import FlowPlan, ResolvedDataset
from headwater.run.engines.changes import Window
from headwater.run.engines.flow import StagedFlow
from headwater.settings import Binding
from headwater.transformations.options import Procedure
from run.engines.flow_world import World, files, finished, plan, table
from servers.azurite import Azurite

pytestmark = pytest.mark.server

PG = Store("ls_pg", "AzurePostgreSql", "pg.postgres.database.azure.com", "db")
BLOBS = Store("ls_blobs", "AzureBlobFS", "blobs.dfs.core.windows.net")
SOURCE = "source(output(id as integer, name as string), allowSchemaDrift: false) ~> s\n"


class Servers(World):
    """A lake in a folder, a container of Azurite, and a database of PostgreSQL."""

    def __init__(self, root: Path, azurite: Azurite, key: str, container: str, database: str) -> None:
        super().__init__(root)
        self.container = container
        self.database = database
        self.bindings = {
            PG: Binding(url=database),
            BLOBS: Binding(url=azurite.binding_url, password_env=key),
        }

    def connect(self, dataset: ResolvedDataset) -> AnyStore:
        store = dataset.location.store
        return (
            connect(store, {}, self.bindings[store], self.root) if store in self.bindings else super().connect(dataset)
        )

    def blobs(self, path: str, **properties: str) -> ResolvedDataset:
        found = files(path, **properties)
        location = found.location
        assert isinstance(location, FileLocation)
        return replace(found, location=FileLocation(BLOBS, self.container, location.folder, location.file))

    def names(self) -> list[str]:
        store = self.connect(self.blobs("x"))
        assert isinstance(store, AzureFiles)
        return [entry.path for entry in store.list(self.container)]

    def text(self, path: str) -> str:
        store = self.connect(self.blobs("x"))
        assert isinstance(store, AzureFiles)
        with store.open(self.container, path) as file:
            return file.read().decode()

    def pg(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


def pg_table(name: str) -> ResolvedDataset:
    return ResolvedDataset(f"ds {name}", "AzurePostgreSqlTable", TableLocation(PG, "public", name), None, Schema())


@pytest.fixture
def servers(tmp_path: Path, azurite: Azurite, azurite_key: str, container: str, database: str) -> Servers:
    made = Servers(tmp_path, azurite, azurite_key, container, database)
    made.write("in/a.csv", "id,name\n1,ann\n2,bob\n3,\n")
    return made


def run(servers: Servers, script: str, **sinks: ResolvedDataset) -> StagedFlow:
    return finished(servers, plan(SOURCE + script, {"s": files("in/a.csv", nullValue="")}, sinks))


def test_keys_are_folders_of_blobs_and_are_read_again(servers: Servers) -> None:
    run(servers, "s sink(partitionBy('key', 0, id), truncate: true) ~> out", out=servers.blobs("sales/"))
    part = "part-00000-run-1-out-c000.csv"
    assert servers.names() == [f"sales/id={n}/{part}" for n in (1, 2, 3)]
    assert servers.text(f"sales/id=2/{part}") == "name\nbob\n"
    script = (
        "source(output(name as string, id as integer), allowSchemaDrift: false, partitionRootPath: 'sales', "
        "wildcardPaths: ['sales/**/*.csv'], moveFiles: ['sales', 'read']) ~> s\ns sink() ~> out"
    )
    finished(servers, plan(script, {"s": servers.blobs("x/")}, {"out": files("out/a.csv")}))
    assert sorted(servers.read("out/a.csv").splitlines()) == ["NA,3", "ann,1", "bob,2", "name,id"]
    assert servers.names() == [f"read/id={n}/{part}" for n in (1, 2, 3)]


def test_blobs_are_taken_back_when_the_database_refuses(servers: Servers) -> None:
    run(servers, "s filter(id == 1) ~> f\nf sink() ~> out", out=servers.blobs("out/a.csv"))
    before = servers.text("out/a.csv")
    servers.pg("CREATE TABLE parent (id int PRIMARY KEY)")
    servers.pg(
        "CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED, name text)",
    )
    with pytest.raises(ConnectorError, match="child"):
        run(
            servers,
            "s sink(saveOrder: 1, postCommands: ['cp out/a.csv copy.csv']) ~> first\n"
            "s sink(saveOrder: 2) ~> new\ns sink(saveOrder: 3) ~> last",
            first=servers.blobs("out/a.csv"),
            new=servers.blobs("out/b.csv"),
            last=pg_table("child"),
        )
    assert servers.names() == ["out/a.csv"]
    assert servers.text("out/a.csv") == before
    assert servers.pg("SELECT * FROM child") == []


def test_tables_of_one_database_are_committed_together(servers: Servers) -> None:
    servers.pg("CREATE TABLE t (id int PRIMARY KEY, name text)")
    script = (
        "s sink(saveOrder: 1) ~> first\n"
        "s alterRow(updateIf(true())) ~> a\na derive(name = upper(name)) ~> d\n"
        "d sink(saveOrder: 2, keys: ['id'], insertable: false, updateable: true{more}) ~> second"
    )
    broken = script.replace("{more}", ", postSQLs: ['SELECT * FROM absent']")
    with pytest.raises(ConnectorError, match="absent"):
        run(servers, broken, first=pg_table("t"), second=pg_table("t"))
    assert servers.pg("SELECT * FROM t") == []
    staged = run(servers, script.replace("{more}", ""), first=pg_table("t"), second=pg_table("t"))
    assert servers.pg("SELECT * FROM t ORDER BY id") == [(1, "ANN"), (2, "BOB"), (3, None)]
    store = servers.connect(pg_table("t"))
    assert [store.committed(token) for sink in staged.sinks for token in sink.tokens] == [True, True]


def test_rows_that_postgresql_refuses_are_set_apart(servers: Servers) -> None:
    servers.pg("CREATE TABLE t (id int PRIMARY KEY CHECK (id <> 2), name text NOT NULL)")
    servers.write("in/a.csv", "id,name\n1,ann\n2,bob\n3,\n1,twin\n4,dan\n")
    rejects = servers.blobs("x/")
    script = (
        "s sink(errorHandlingOption: 'allErrors', outputRejectedData: true, reportSuccessOnError: true, "
        f"rejectedData_container: '{servers.container}', rejectedData_folderPath: 'bad') ~> out"
    )
    staged = run(servers, script, out=replace(pg_table("t"), rejects=rejects))
    assert servers.pg("SELECT * FROM t ORDER BY id") == [(1, "ann"), (4, "dan")]
    rows = servers.text("bad/out-rejected-run-1.csv").splitlines()
    assert [row.split(",")[:4] for row in rows] == [
        ["id", "name", "SQL operation", "error code"],
        ["2", "bob", "INSERT", "CON-033"],
        ["3", "", "INSERT", "CON-033"],
        ["1", "twin", "INSERT", "CON-033"],
    ]
    assert (staged.sinks[0].rows, dict(staged.sinks[0].set_apart)) == (2, {"rejectedRows": 3})


def new_rows(servers: Servers, window: Window) -> tuple[list[str], Window]:
    script = (
        "source(output(id as integer), allowSchemaDrift: false, enableCdc: true, waterMarkColumn: 'seen') ~> s\n"
        "s sink() ~> out"
    )
    flow: FlowPlan = plan(script, {"s": pg_table("t")}, {"out": files("out/a.csv")})
    note = finished(servers, flow, windows={"s": window}).sources["s"].note
    assert note is not None
    return sorted(servers.read("out/a.csv").splitlines()[1:]), Window(since=note)


def test_only_new_rows_of_postgresql_are_read(servers: Servers) -> None:
    servers.pg("CREATE TABLE t (id int, seen timestamp)")
    servers.pg("INSERT INTO t VALUES (1, '2026-01-01 10:00:00.123456'), (2, NULL)")
    found, window = new_rows(servers, Window())
    assert found == ["1", "2"]
    servers.pg("INSERT INTO t VALUES (3, '2026-01-01 10:00:00.123457')")
    found, window = new_rows(servers, window)
    assert found == ["3"]
    assert new_rows(servers, window)[0] == []


def test_procedures_are_read_where_they_are_functions_that_give_rows(servers: Servers) -> None:
    servers.pg(
        'CREATE FUNCTION "Twice"(a text, n int) RETURNS TABLE (id int, name text) '
        "AS $$ SELECT n * 2, a || a $$ LANGUAGE sql"
    )
    servers.sql("CREATE SCHEMA dbo")
    servers.sql("CREATE MACRO dbo.Twice(a, n) AS TABLE SELECT n * 2 AS id, a || a AS name")
    procedure = Procedure("Twice", None, ("x'y", 4))
    for target in (pg_table("t"), table("t")):
        text = procedure_query("s", target, procedure)
        source = replace(target, location=QueryLocation(target.location.store, text))
        staged = finished(servers, plan(SOURCE + "s sink() ~> out", {"s": source}, {"out": files("out/a.csv")}))
        assert servers.read("out/a.csv").splitlines()[1:] == ["8,x'yx'y"]
        assert staged.sources["s"].referenced == ()
