"""Data flows on the embedded engine, from real files and tables to real files and tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from headwater.connectors.memory import MemoryFiles
from headwater.data.locations import FileLocation
from headwater.errors import Cancelled, ConnectorError, HeadwaterError, LanguageError, RunError
from headwater.plan.resolved import FlowPlan
from headwater.run.engines.flow import StagedFlow, finish, known_rows, staged_flow
from run.engines.flow_world import World, files, plan, query, table

ORDERS = "id,amount,day,customer\n1,10,2013-01-01,ann\n2,x,2013-01-02,bob\n3,NA,NA,ann\n"
SOURCE = (
    "source(output(id as integer, amount as integer, day as date, customer as string), allowSchemaDrift: false) ~> o\n"
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.write("in/orders.csv", ORDERS)
    made.sql("CREATE SCHEMA dbo")
    return made


def run(world: World, flow: FlowPlan) -> StagedFlow:
    with staged_flow(flow, world.host()) as staged:
        staged.commit()
    finish(flow, world.host(), staged.tasks)
    return staged


def to_csv(name: str = "out") -> str:
    return f"o sink() ~> {name}"


def test_values_that_do_not_fit_the_declared_type_become_null(world: World) -> None:
    run(world, plan(SOURCE + to_csv(), {"o": files("in/orders.csv")}, {"out": files("out/all.csv")}))
    assert (world.files / "out/all.csv").read_text() == (
        "id,amount,day,customer\n1,10,2013-01-01,ann\n2,NA,2013-01-02,bob\n3,NA,NA,ann\n"
    )


def test_rows_are_counted_where_that_is_free(world: World) -> None:
    world.sql("CREATE TABLE dbo.customers AS SELECT 'ann' AS customer, 'Ann' AS name")
    script = SOURCE + (
        "source(output(customer as string, name as string)) ~> c\n"
        "o filter(id > 1) ~> f\n"
        "f, c join(f@customer == c@customer, joinType: 'inner') ~> j\n"
        "j select(mapColumn(id, name)) ~> p\n"
        "p sink() ~> out"
    )
    staged = run(
        world, plan(script, {"o": files("in/orders.csv"), "c": table("customers")}, {"out": files("out/a.csv")})
    )
    assert dict(staged.source_rows) == {"o": 3, "c": 1}
    assert staged.sinks[0].rows == 1
    assert staged.rows == {"o": 3, "c": 1, "j": 1, "p": 1, "out": 1}


def test_parquet_source_tells_all_its_rows(world: World) -> None:
    first = plan(SOURCE + to_csv(), {"o": files("in/orders.csv")}, {"out": files("mid/o.parquet", "Parquet")})
    run(world, first)
    script = SOURCE + "o filter(id > 2) ~> f f sink() ~> out"
    second = plan(script, {"o": files("mid/o.parquet", "Parquet")}, {"out": files("x/")})
    staged = run(world, second)
    assert staged.source_rows == {"o": 3}
    assert staged.sinks[0].rows == 1


def test_two_sinks_are_both_written(world: World) -> None:
    script = SOURCE + "o sink(recreate: true) ~> all o aggregate(groupBy(customer), n = count(1)) ~> g g sink() ~> per"
    flow = plan(script, {"o": files("in/orders.csv")}, {"all": table("orders"), "per": files("per.parquet", "Parquet")})
    run(world, flow)
    assert world.sql("SELECT count(*), sum(id) FROM dbo.orders") == [(3, 6)]
    assert sorted(pq.read_table(world.files / "per.parquet").to_pylist(), key=lambda row: row["customer"]) == [
        {"customer": "ann", "n": 2},
        {"customer": "bob", "n": 1},
    ]


def test_failing_sink_leaves_every_target_as_it_was(world: World) -> None:
    world.write("out/a.csv", "before")
    script = SOURCE + "o sink(saveOrder: 1) ~> first o sink(saveOrder: 2) ~> absent"
    flow = plan(script, {"o": files("in/orders.csv")}, {"first": files("out/a.csv"), "absent": table("absent")})
    with pytest.raises(ConnectorError, match="absent"):
        run(world, flow)
    assert world.listing() == ["in/orders.csv", "out/a.csv"]
    assert (world.files / "out/a.csv").read_text() == "before"


def test_nothing_is_visible_before_the_commit(world: World) -> None:
    flow = plan(SOURCE + to_csv(), {"o": files("in/orders.csv")}, {"out": files("out/a.csv")})
    with staged_flow(flow, world.host()) as staged:
        assert [sink.name for sink in staged.sinks] == ["out"]
        assert not (world.files / "out/a.csv").exists()
    assert world.listing() == ["in/orders.csv"]


def test_sinks_are_committed_by_save_order(world: World) -> None:
    script = SOURCE + "o sink() ~> last o sink(saveOrder: 2) ~> second o sink(saveOrder: 1) ~> first"
    sinks = {name: files(f"out/{name}.csv") for name in ("first", "second", "last")}
    staged = run(world, plan(script, {"o": files("in/orders.csv")}, sinks))
    assert [sink.name for sink in staged.sinks] == ["first", "second", "last"]


def test_declared_column_that_a_file_lacks_is_named_with_the_file(world: World) -> None:
    script = "source(output(id as integer, gone as string), allowSchemaDrift: true) ~> o\n" + to_csv()
    with pytest.raises(RunError) as caught:
        run(world, plan(script, {"o": files("in/orders.csv")}, {"out": files("out/a.csv")}))
    assert caught.value.code == "RUN-041"
    assert caught.value.message == (
        "Source 'o' declares column 'gone', which file 'in/orders.csv' in 'data' does not have"
    )
    assert "'id', 'amount', 'day', 'customer'" in caught.value.faults[0].cure


def test_drifted_columns_are_written_once_the_file_is_known(world: World) -> None:
    script = "source(output(id as integer), allowSchemaDrift: true) ~> o\no sink(allowSchemaDrift: true) ~> out"
    staged = run(world, plan(script, {"o": files("in/orders.csv")}, {"out": files("out/a.csv")}))
    assert staged.sinks[0].schema.names == ("id", "amount", "day", "customer")
    assert (world.files / "out/a.csv").read_text() == ORDERS


def test_headerless_file_takes_the_declared_names_by_position(world: World) -> None:
    world.write("in/plain.csv", "1,a,x\n2,b,y\n")
    script = "source(output(n as integer, t as string), allowSchemaDrift: false) ~> o\n" + to_csv()
    sources = {"o": files("in/plain.csv", firstRowAsHeader=False)}
    run(world, plan(script, sources, {"out": files("out/a.csv")}))
    assert (world.files / "out/a.csv").read_text() == "n,t\n1,a\n2,b\n"


def test_source_without_files_is_refused(world: World) -> None:
    flow = plan(SOURCE + to_csv(), {"o": files("nowhere/")}, {"out": files("out/a.csv")})
    with pytest.raises(RunError, match="RUN-040 Source 'o' finds no file 'nowhere' in 'data'"):
        run(world, flow)


def test_source_without_files_is_empty_where_that_is_allowed(world: World) -> None:
    script = SOURCE.replace("allowSchemaDrift: false", "ignoreNoFilesFound: true") + to_csv()
    staged = run(world, plan(script, {"o": files("nowhere/")}, {"out": files("out/a.csv")}))
    assert (world.files / "out/a.csv").read_text() == "id,amount,day,customer\n"
    assert staged.source_rows == {"o": 0}


@pytest.mark.parametrize(
    ("wildcard", "ids"),
    [
        ("in/*.csv", {"1", "2", "3", "7"}),
        ("in/b[12].csv", {"7"}),
        ("in/{b1,nope}.csv", {"7"}),
        ("in/**/deep?.csv", {"9"}),
        ("**/*.csv", {"1", "2", "3", "7", "9"}),
    ],
)
def test_wildcard_paths_choose_files(world: World, wildcard: str, ids: set[str]) -> None:
    world.write("in/b1.csv", "id,amount,day,customer\n7,1,NA,eve\n")
    world.write("in/sub/deep1.csv", "id,amount,day,customer\n9,1,NA,eve\n")
    script = SOURCE.replace("allowSchemaDrift: false", f"wildcardPaths: ['{wildcard}']") + to_csv()
    run(world, plan(script, {"o": files("elsewhere/")}, {"out": files("out/a.txt")}))
    lines = (world.files / "out/a.txt").read_text().splitlines()[1:]
    assert {line.split(",")[0] for line in lines} == ids


def test_files_of_other_columns_are_paired_by_name(world: World) -> None:
    world.write("in/a.csv", "id,name\n1,ann\n")
    world.write("in/b.csv", "extra,name,id\nx,bob,2\n")
    script = "source(output(id as integer), allowSchemaDrift: true, wildcardPaths: ['in/?.csv']) ~> o\n"
    run(world, plan(script + "o sink(allowSchemaDrift: true) ~> out", {"o": files("in/")}, {"out": files("out/a.csv")}))
    lines = (world.files / "out/a.csv").read_text().splitlines()
    assert [lines[0], *sorted(lines[1:])] == ["id,name,extra", "1,ann,NA", "2,bob,x"]


def test_file_among_others_that_lacks_a_declared_column_is_named(world: World) -> None:
    world.write("in/a.csv", "id,name\n1,ann\n")
    world.write("in/b.csv", "id\n2\n")
    script = "source(output(name as string), wildcardPaths: ['in/?.csv']) ~> o\n" + to_csv()
    with pytest.raises(RunError, match="column 'name', which file 'in/b"):
        run(world, plan(script, {"o": files("in/")}, {"out": files("out/a.csv")}))


def test_types_that_the_language_lacks_are_carried_by_those_it_has(world: World) -> None:
    duckdb.execute(
        f"COPY (SELECT uuid '6f1e2d3c-0000-4000-8000-000000000001' AS id, 7::UTINYINT AS small, "
        f"TIMESTAMPTZ '2013-01-01 12:00:00+02' AS at) TO '{world.files}/in/odd.parquet'"
    ).fetchall()
    script = (
        "source(output(id as string, small as short, at as timestamp), allowSchemaDrift: false) ~> o\n"
        "o derive(id = upper(left(id, 4)), small = small + 1000, at = addDays(at, 1)) ~> d\nd sink() ~> out"
    )
    run(world, plan(script, {"o": files("in/odd.parquet", "Parquet")}, {"out": files("out/a.csv")}))
    assert (world.files / "out/a.csv").read_text() == "id,small,at\n6F1E,1007,2013-01-02 10:00:00\n"


def test_types_of_a_table_that_the_language_lacks_are_carried_too(world: World) -> None:
    world.sql("CREATE TABLE dbo.odd AS SELECT TIMESTAMPTZ '2013-01-01 12:00:00+02' AS at, 7::UTINYINT AS small")
    script = (
        "source(output(at as timestamp, small as short), allowSchemaDrift: false) ~> o\n"
        "o derive(at = addDays(at, 1), small = small + 1000) ~> d\nd sink() ~> out"
    )
    run(world, plan(script, {"o": table("odd")}, {"out": files("out/a.csv")}))
    assert (world.files / "out/a.csv").read_text() == "at,small\n2013-01-02 10:00:00,1007\n"


def test_truncating_sink_of_one_file_leaves_the_others(world: World) -> None:
    world.write("out/other.csv", "other")
    script = SOURCE + "o sink(truncate: true) ~> out"
    run(world, plan(script, {"o": files("in/orders.csv")}, {"out": files("out/a.csv")}))
    assert world.listing() == ["in/orders.csv", "out/a.csv", "out/other.csv"]


def test_folder_is_read_without_marker_files_and_subfolders(world: World) -> None:
    world.write("in/_SUCCESS", "")
    world.write("in/sub/more.csv", "id,amount,day,customer\n9,1,NA,eve\n")
    staged = run(world, plan(SOURCE + to_csv(), {"o": files("in/")}, {"out": files("out/a.csv")}))
    assert [file.path for file in staged.sources["o"].files] == ["in/orders.csv"]


def test_file_that_is_not_of_its_format_is_named(world: World) -> None:
    world.write("in/broken.parquet", "this is text")
    flow = plan(SOURCE + to_csv(), {"o": files("in/broken.parquet", "Parquet")}, {"out": files("out/a.csv")})
    with pytest.raises(HeadwaterError, match="broken"):
        run(world, flow)


def test_sink_without_a_file_name_writes_a_part_named_after_the_run(world: World) -> None:
    run(world, plan(SOURCE + to_csv(), {"o": files("in/orders.csv")}, {"out": files("out/")}))
    assert world.listing() == ["in/orders.csv", "out/part-00000-run-1-out-c000.csv"]


def test_truncating_sink_clears_its_folder_after_the_commit(world: World) -> None:
    world.write("out/old.csv", "old")
    script = SOURCE + "o sink(truncate: true, partitionFileNames: ['new.csv']) ~> out"
    flow = plan(script, {"o": files("in/orders.csv")}, {"out": files("out/")})
    with staged_flow(flow, world.host()) as staged:
        assert "out/old.csv" in world.listing()
        staged.commit()
    finish(flow, world.host(), staged.tasks)
    assert world.listing() == ["in/orders.csv", "out/new.csv"]


def test_truncation_that_a_killed_process_left_undone_is_finished(world: World) -> None:
    world.write("out/old.csv", "old")
    script = SOURCE + "o sink(truncate: true, partitionFileNames: ['new.csv']) ~> out"
    flow = plan(script, {"o": files("in/orders.csv")}, {"out": files("out/")})
    tasks = run(world, flow).tasks
    for _ in range(2):
        finish(flow, world.host(), tasks)
        assert world.listing() == ["in/orders.csv", "out/new.csv"]


def test_table_source_is_read_once_for_two_sinks(world: World) -> None:
    world.sql("CREATE TABLE dbo.numbers AS SELECT range AS n, 'x' AS unused FROM range(250000)")
    script = (
        "source(output(n as long), allowSchemaDrift: false) ~> s\n"
        "s derive(odd = n % 2) ~> d  d aggregate(groupBy(odd), c = count(1)) ~> g  g sink(saveOrder: 1) ~> a\n"
        "d filter(n < 3) ~> f  f sink(saveOrder: 2) ~> b"
    )
    flow = plan(script, {"s": table("numbers")}, {"a": files("a.csv"), "b": files("b.csv")})
    staged = run(world, flow)
    assert staged.source_rows == {"s": 250000}
    assert sorted((world.files / "a.csv").read_text().splitlines()) == ["0,125000", "1,125000", "odd,c"]
    assert staged.sinks[1].rows == 3


def test_query_source_reads_what_the_query_gives(world: World) -> None:
    world.sql("CREATE TABLE dbo.t AS SELECT 1 AS a UNION ALL SELECT 2")
    script = "source(output(a as integer), format: 'query') ~> s\ns sink() ~> out"
    run(world, plan(script, {"s": query("SELECT a FROM dbo.t WHERE a > 1")}, {"out": files("a.csv")}))
    assert (world.files / "a.csv").read_text() == "a\n2\n"


def test_table_that_does_not_exist_is_named(world: World) -> None:
    script = "source(output(a as integer)) ~> s\ns sink() ~> out"
    with pytest.raises(ConnectorError, match="Source 's' reads 'absent' of 'ls_warehouse', which does not exist"):
        run(world, plan(script, {"s": table("absent")}, {"out": files("a.csv")}))


def test_sql_before_and_after_runs_in_the_sinks_transaction(world: World) -> None:
    world.sql("CREATE TABLE dbo.log (what VARCHAR)")
    world.sql("CREATE TABLE dbo.t (id INTEGER)")
    script = SOURCE + (
        "o sink(mapColumn(id), preSQLs: ['INSERT INTO dbo.log VALUES (\\'before\\')'], "
        "postSQLs: ['INSERT INTO dbo.log VALUES (\\'after\\')']) ~> out"
    )
    flow = plan(script, {"o": files("in/orders.csv")}, {"out": table("t")})
    with staged_flow(flow, world.host()):
        pass
    assert world.sql("SELECT * FROM dbo.log") == []
    run(world, flow)
    assert world.sql("SELECT * FROM dbo.log") == [("before",), ("after",)]
    assert world.sql("SELECT count(*) FROM dbo.t") == [(3,)]


def test_stores_that_are_no_folder_are_read_and_written_through_the_engine(world: World) -> None:
    lake = MemoryFiles()
    lake.put("data", "in/orders.csv", ORDERS.encode())
    host = replace(world.host(), connect=lambda _: lake)
    script = SOURCE + "o sink(saveOrder: 1) ~> csv  o filter(id > 1) ~> f  f sink(saveOrder: 2) ~> parquet"
    sinks = {"csv": files("out/a.csv"), "parquet": files("out/a.parquet", "Parquet")}
    with staged_flow(plan(script, {"o": files("in/orders.csv")}, sinks), host) as staged:
        assert [entry.path for entry in lake.list("data")] == ["in/orders.csv"]
        staged.commit()
    sizes = {entry.path: entry.size for entry in lake.list("data", "out")}
    assert sizes == {sink.location.path: sink.bytes for sink in staged.sinks if isinstance(sink.location, FileLocation)}
    assert [sink.rows for sink in staged.sinks] == [3, 2]


def test_cancelled_run_stops_and_writes_nothing(world: World) -> None:
    script = (
        "source(output(id as integer), allowSchemaDrift: false) ~> a\n"
        "source(output(id as integer), allowSchemaDrift: false) ~> b\n"
        "a, b join(a@id + b@id < 0, joinType: 'cross') ~> j\nj sink(mapColumn(id = a@id)) ~> out"
    )
    world.write("in/many.csv", "id\n" + "\n".join(str(n) for n in range(200_000)))
    flow = plan(script, {"a": files("in/many.csv"), "b": files("in/many.csv")}, {"out": files("out/a.csv")})
    with pytest.raises(Cancelled), staged_flow(flow, world.host(cancelled=lambda: True)):
        pass
    assert world.listing() == ["in/many.csv", "in/orders.csv"]


def test_committed_sinks_are_left_out_of_a_second_run(world: World) -> None:
    script = SOURCE + "o sink(saveOrder: 1) ~> first o sink(saveOrder: 2) ~> second"
    flow = plan(script, {"o": files("in/orders.csv")}, {"first": files("out/1.csv"), "second": files("out/2.csv")})
    with staged_flow(flow, world.host(), frozenset({"first"})) as staged:
        staged.commit()
    assert world.listing() == ["in/orders.csv", "out/2.csv"]


def test_sink_that_cannot_be_written_is_named(world: World) -> None:
    (world.files / "out/a.csv").mkdir(parents=True)
    flow = plan(SOURCE + to_csv(), {"o": files("in/orders.csv")}, {"out": files("out/a.csv")})
    with pytest.raises(ConnectorError, match="'out/a"):
        run(world, flow)


def test_column_that_data_makes_ambiguous_is_refused_at_run_time(world: World) -> None:
    world.write("in/other.csv", "id,customer\n1,ann\n")
    script = (
        "source(output(id as integer), allowSchemaDrift: true) ~> a\n"
        "source(output(id as integer), allowSchemaDrift: true) ~> b\n"
        "a, b join(a@id == b@id, joinType: 'inner') ~> j\nj sink(mapColumn(c = byName('customer'))) ~> out"
    )
    sources = {"a": files("in/orders.csv"), "b": files("in/other.csv")}
    with pytest.raises(LanguageError, match="Column 'customer' is ambiguous"):
        run(world, plan(script, sources, {"out": files("out/a.csv")}))


def test_known_rows_flow_along_transformations_that_keep_them() -> None:
    script = SOURCE + "o derive(x = 1) ~> d d filter(id > 1) ~> f f select(mapColumn(id)) ~> p p sink() ~> out"
    flow = plan(script, {"o": files("in/orders.csv")}, {"out": files("out/")})
    assert known_rows(flow.graph, {"o": 5, "out": 2}) == {"o": 5, "d": 5, "f": 2, "p": 2, "out": 2}
