"""What beside plain rows reaches the ends of a flow: actions, assertions, cache sinks, pivots, paths and limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.errors import HeadwaterError, RunError
from headwater.plan.resolved import FlowPlan
from headwater.run.engines.flow import StagedFlow, staged_flow
from headwater.run.engines.output import flow_output
from run.engines.flow_world import World, files, plan, table

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
        return staged


def test_marked_rows_change_the_rows_of_the_table_by_their_keys(world: World) -> None:
    world.sql(
        "CREATE TABLE dbo.t AS SELECT * FROM (VALUES (1, 'old'), (2, 'old'), (3, 'old'), (4, 'old')) AS v(id, name)"
    )
    world.write("in/changes.csv", "id,name,what\n1,new,d\n2,new,u\n9,new,u\n3,new,m\n5,new,m\n6,new,i\n4,new,x\n")
    script = (
        "source(output(id as integer, name as string, what as string), allowSchemaDrift: false) ~> c\n"
        "c alterRow(deleteIf(what == 'd'), updateIf(what == 'u'), upsertIf(what == 'm')) ~> w\n"
        "w filter(what != 'x') ~> f\n"
        "f sink(mapColumn(id, name), deletable: true, insertable: true, updateable: true, upsertable: true, "
        "keys: ['id']) ~> out"
    )
    staged = run(world, plan(script, {"c": files("in/changes.csv")}, {"out": table("t")}))
    assert world.sql("SELECT id, name FROM dbo.t ORDER BY id") == [
        (2, "new"),
        (3, "new"),
        (4, "old"),
        (5, "new"),
        (6, "new"),
    ]
    assert staged.sinks[0].schema.names == ("id", "name")


def test_row_that_fails_an_aborting_assertion_fails_the_flow(world: World) -> None:
    script = SOURCE + (
        "o assert(expectUnique(customer, false, 'one', null, 'twice: ' + customer), abort: true) ~> t\nt sink() ~> out"
    )
    with pytest.raises(HeadwaterError, match="Assertion 'one' failed: twice: ann"):
        run(world, plan(script, {"o": files("in/orders.csv")}, {"out": files("out/a.csv")}))
    assert world.listing() == ["in/orders.csv"]


def test_cache_sink_is_looked_into_and_not_written(world: World) -> None:
    world.write("in/names.csv", "customer,name\nann,Ann\n")
    script = SOURCE + (
        "source(output(customer as string, name as string)) ~> n\n"
        "n sink(store: 'cache', keys: ['customer']) ~> names\n"
        "o derive(name = names#lookup(customer).name) ~> d\n"
        "d sink(mapColumn(id, name)) ~> out"
    )
    run(world, plan(script, {"o": files("in/orders.csv"), "n": files("in/names.csv")}, {"out": files("out/a.csv")}))
    assert (world.files / "out/a.csv").read_text() == "id,name\n1,Ann\n2,NA\n3,Ann\n"


def test_path_of_each_rows_file_is_a_column(world: World) -> None:
    world.write("in/more.csv", "id,amount,day,customer\n4,1,NA,cid\n")
    script = SOURCE.replace(") ~> o", ", rowUrlColumn: 'file') ~> o") + "o sink(mapColumn(id, file)) ~> out"
    run(world, plan(script, {"o": files("in/")}, {"out": files("out/a.csv")}))
    assert sorted((world.files / "out/a.csv").read_text().splitlines()) == [
        "1,/in/orders.csv",
        "2,/in/orders.csv",
        "3,/in/orders.csv",
        "4,/in/more.csv",
        "id,file",
    ]


def test_limited_source_gives_as_many_rows(world: World) -> None:
    script = SOURCE.replace(") ~> o", ", limit: 2) ~> o") + "o sink() ~> one o sink() ~> two"
    staged = run(
        world, plan(script, {"o": files("in/orders.csv")}, {"one": files("out/a.csv"), "two": files("out/b.csv")})
    )
    assert {sink.rows for sink in staged.sinks} == {2}


@pytest.mark.parametrize("of_table", [False, True])
def test_pivot_takes_the_values_that_its_data_has(world: World, of_table: bool) -> None:
    world.sql(
        "CREATE TABLE dbo.o AS SELECT * FROM (VALUES (1, 10, 'ann'), (2, NULL, 'bob'), (3, 5, 'ann')) "
        "AS v(id, amount, customer)"
    )
    script = (
        "source(output(id as integer, amount as integer, customer as string), allowSchemaDrift: false) ~> o\n"
        "o pivot(pivotBy(customer), n = count(id), t = sum(id), columnNaming: '$V_$N', lateral: true) ~> p\n"
        "p sink(allowSchemaDrift: true) ~> out"
    )
    source = table("o") if of_table else files("in/orders.csv")
    staged = run(world, plan(script, {"o": source}, {"out": files("out/a.csv")}))
    assert (world.files / "out/a.csv").read_text() == "ann_n,bob_n,ann_t,bob_t\n2,1,4,2\n"
    assert staged.source_rows == {"o": 3}


def test_cache_sink_may_give_its_rows_to_the_output(world: World) -> None:
    script = SOURCE + "o aggregate(rows = count(1), last = max(day)) ~> n  n sink(store: 'cache', output: true) ~> c"
    staged = run(world, plan(script, {"o": files("in/orders.csv")}, {}))
    assert flow_output(staged)["runStatus"]["output"] == {"c": {"value": [{"rows": 3, "last": "2013-01-02"}]}}


def test_cache_sink_that_gives_too_many_rows_is_refused(world: World) -> None:
    world.write("in/many.csv", "id\n" + "\n".join(str(number) for number in range(5001)) + "\n")
    script = "source(output(id as integer), allowSchemaDrift: false) ~> s  s sink(store: 'cache', output: true) ~> c"
    with pytest.raises(RunError) as caught:
        run(world, plan(script, {"s": files("in/many.csv")}, {}))
    assert caught.value.code == "RUN-042"
