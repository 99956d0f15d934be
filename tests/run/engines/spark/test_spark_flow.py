"""Data flows with `name = "spark"`: the same stores, sinks, counts and lineage as with the embedded engine."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from faults.flights_project import FlightsProject, activity, lay_out
from headwater.app.local import Local
from headwater.errors import Cancelled, HeadwaterError
from headwater.run.engines.flow import Host, StagedFlow, staged_flow
from headwater.run.engines.movements import flow_movements
from headwater.settings import EngineSettings
from run.engines.flow_world import World, files, plan, table
from run.engines.spark.local_spark import SETTINGS, LocalSpark

ORDERS = "id,amount,day,customer\n1,10,2013-01-01,ann\n2,x,2013-01-02,bob\n3,NA,NA,ann\n"
SOURCE = (
    "source(output(id as integer, amount as integer, day as date, customer as string), allowSchemaDrift: false) ~> o\n"
)
BOTH = (
    SOURCE + "source(output(customer as string, name as string)) ~> c\n"
    "o, c join(o@customer == c@customer, joinType: 'left') ~> j\n"
    "j derive(marked = regexReplace(name, `(?=n)`, '-'), later = addDays(day, 1), none = null()) ~> d\n"
    "d sort(desc(id)) ~> s\n"
    "s sink(mapColumn(id, later, marked, none)) ~> text\n"
    "d aggregate(groupBy(o@customer), n = count(1), total = sum(amount)) ~> g\n"
    "g sink(recreate: true) ~> rows\n"
)
REPORT = "[engine]\nname = 'spark'\nspark = 'local[2]'\n"


@pytest.fixture
def world(tmp_path: Path, spark: LocalSpark) -> World:
    made = World(tmp_path)
    made.write("in/orders.csv", ORDERS)
    made.sql("CREATE SCHEMA dbo")
    made.sql("CREATE TABLE dbo.customers AS SELECT 'ann' AS customer, 'Ann' AS name")
    return made


def host(world: World, settings: EngineSettings = SETTINGS, **options: Any) -> Host:  # Any: options of the world's host
    return replace(world.host(**options), settings=settings)


def run(
    world: World, script: str, sources: dict[str, Any], sinks: dict[str, Any], settings: EngineSettings
) -> StagedFlow:
    with staged_flow(plan(script, sources, sinks), host(world, settings)) as staged:
        staged.commit()
        return staged


def both(world: World, settings: EngineSettings) -> StagedFlow:
    sources = {"o": files("in/orders.csv"), "c": table("customers")}
    return run(world, BOTH, sources, {"text": files("out/all.csv"), "rows": table("totals")}, settings)


def test_sinks_have_the_embedded_engines_rows_counts_and_lineage(world: World) -> None:
    written, movements, counts = [], [], []
    for settings in (EngineSettings(), SETTINGS):
        staged = both(world, settings)
        written.append(((world.files / "out/all.csv").read_text(), world.sql("SELECT * FROM dbo.totals ORDER BY ALL")))
        movements.append(flow_movements(staged))
        counts.append(
            (dict(staged.source_rows), {name: n for name, n in staged.rows.items() if name in ("o", "c", "d")})
        )
    assert written[0] == written[1]
    assert movements[0] == movements[1]
    assert counts[0] == counts[1]
    assert written[1][0].splitlines()[1] == "3,NA,A-n-n,NA"


def test_nothing_is_left_of_what_went_to_spark_and_back(world: World) -> None:
    both(world, SETTINGS)
    assert list(world.scratch.iterdir()) == []


@pytest.mark.parametrize("name", ["rows.parquet", "ro[ws] {1}*.parquet", "at:noon.parquet"])
def test_parquet_is_read_where_it_lies(world: World, name: str) -> None:
    duckdb.execute(
        f"COPY (SELECT i AS id, 'k' || i % 3 AS k, TIMESTAMP '2013-01-01' + INTERVAL (i) HOUR AS at "
        f"FROM range(1000) t(i)) TO '{world.files}/in/{name}' (FORMAT parquet)"
    ).fetchall()
    script = (
        "source(allowSchemaDrift: true, inferDriftedColumnTypes: true) ~> p\n"
        "p filter(toLong(byName('id')) >= 990L) ~> f f sink(allowSchemaDrift: true) ~> out"
    )
    sources = {"p": files(f"in/{name}", "Parquet")}
    staged = run(world, script, sources, {"out": files("out/rows.csv")}, SETTINGS)
    assert staged.source_rows == {"p": 1000}
    assert (world.files / "out/rows.csv").read_text().splitlines()[1] == "990,k0,2013-02-11 06:00:00"


class Once:
    """Says yes for good, once Spark is at work."""

    def __init__(self, spark: LocalSpark) -> None:
        self._jobs = spark.session.sparkContext.statusTracker()
        self._seen = False

    def __call__(self) -> bool:
        self._seen = self._seen or bool(self._jobs.getActiveJobsIds())
        return self._seen


def test_cancelled_run_stops_spark_and_writes_nothing(world: World, spark: LocalSpark) -> None:
    world.write("in/many.csv", "n\n" + "\n".join(str(n) for n in range(40_000)))
    script = (
        "source(output(n as integer), allowSchemaDrift: false) ~> a\n"
        "source(output(m as integer), allowSchemaDrift: false) ~> b\n"
        "a, b join(sin(n * m) > 2.0, joinType: 'cross') ~> j j sink() ~> out"
    )
    world.write("in/others.csv", "m\n" + "\n".join(str(n) for n in range(40_000)))
    flow = plan(script, {"a": files("in/many.csv"), "b": files("in/others.csv")}, {"out": files("out/never.csv")})
    with pytest.raises(Cancelled), staged_flow(flow, host(world, cancelled=Once(spark))):
        pass
    assert spark.session.sparkContext.statusTracker().getActiveJobsIds() == []
    assert [path for path in world.listing() if path.startswith("out/")] == []


def fault_of(world: World, settings: EngineSettings, script: str = SOURCE + "o sink() ~> out") -> str:
    with pytest.raises(HeadwaterError) as caught:
        run(world, script, {"o": files("in/orders.csv")}, {"out": files("out/a.csv")}, settings)
    assert [path for path in world.listing() if path.startswith("out/")] == []
    (fault,) = caught.value.faults
    assert fault.cure
    return f"{fault.code} {fault.message}"


@pytest.mark.parametrize(
    ("address", "staging", "told"),
    [
        ("spark://127.0.0.1:1", "/shared", "RUN-045 Spark at 'spark://127.0.0.1:1' is out of reach: [Errno 111]"),
        ("sc://127.0.0.1:1", "/shared", "RUN-045 Spark at 'sc://127.0.0.1:1' is out of reach: [Errno 111]"),
        ("spark://127.0.0.1:1", None, "SET-002 Spark at 'spark://127.0.0.1:1' needs a staging folder"),
        ("local[2]", "shared", "SET-002 The staging folder 'shared' is no whole path"),
        ("yarn", None, "SET-002 'yarn' is no address of Spark (spark under [engine])"),
    ],
)
def test_spark_that_is_not_there_is_told_at_once(world: World, address: str, staging: str | None, told: str) -> None:
    settings = msgspec.structs.replace(SETTINGS, spark=address, staging=staging)
    assert fault_of(world, settings).startswith(told)


def test_value_that_fails_in_a_function_is_told_in_a_sentence(world: World) -> None:
    script = SOURCE + "o derive(x = regexReplace(customer, customer + '(', 'y')) ~> d d sink() ~> out"
    assert fault_of(world, SETTINGS, script).startswith("RUN-047 Sink 'out' failed on Spark: ")


PROGRAM = """
import sys
sys.modules["pyspark"] = None
from dataclasses import replace
from pathlib import Path
from headwater.errors import HeadwaterError
from headwater.run.engines.flow import staged_flow
from headwater.settings import EngineSettings
from run.engines.flow_world import World, files, plan
world = World(Path(sys.argv[1]))
world.write("in/orders.csv", "id\\n1\\n")
script = "source(output(id as integer)) ~> o o sink() ~> out"
flow = plan(script, {"o": files("in/orders.csv")}, {"out": files("o.csv")})
try:
    with staged_flow(flow, replace(world.host(), settings=EngineSettings(name="spark"))):
        pass
except HeadwaterError as error:
    print(error)
"""


def test_driver_that_is_not_installed_names_the_extra(tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(__file__).parents[3]), str(Path(__file__).parents[4] / "src")])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith('RUN-045 The engine is "spark", but Spark\'s driver is not installed')
    assert 'pip install "headwater[spark]"' in done.stdout


def reported(project: FlightsProject) -> tuple[dict[str, object], dict[str, Any]]:
    """Run the example's report; return what the stores hold of it, and the data flow's output less its times."""
    with Local.open(project.folder) as local:
        run_id = local.run("reporting", "DelayReport", {}, lambda _: None)
        report = local.run_report(run_id)
    assert report.run.status == "Succeeded", report.run
    (flow,) = (one for one in report.activities if one.run.activity_type == "ExecuteDataFlow")
    status = msgspec.to_builtins(activity(report, flow.run.activity_name).output)["runStatus"]
    return project.tables(), status


def test_example_comes_out_alike_on_both_engines(tmp_path: Path, spark: LocalSpark) -> None:
    project = lay_out(tmp_path)
    with Local.open(project.folder) as local:
        local.run("ingest", "IngestAll", {}, lambda _: None)
    tables, status = reported(project)
    with (project.folder / "headwater.toml").open("a", encoding="utf-8") as file:
        file.write(REPORT)
    tables_of_spark, status_of_spark = reported(project)
    assert tables_of_spark == tables
    assert status_of_spark["profile"] == status["profile"]
    counted = ("rowsWritten", "sources")
    for sink, metrics in status["metrics"].items():
        assert {k: status_of_spark["metrics"][sink][k] for k in counted} == {k: metrics[k] for k in counted}
