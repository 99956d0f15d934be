"""ExecuteDataFlow to its plan: parameters in two stages, datasets of its ends, and what cannot be planned."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.data.locations import FileLocation, QueryLocation, TableLocation
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.workspace import Workspace
from headwater.errors import HeadwaterError, LanguageError, PlanError
from headwater.language.expression.context import Context
from headwater.plan.data_flow import plan_data_flow
from headwater.plan.resolved import FlowPlan
from headwater.transformations.trace import trace
from plan.data_flow_workspace import activity, file_dataset, workspace

PLAIN = """source(output(id as integer), allowSchemaDrift: true) ~> s
s sink(allowSchemaDrift: true) ~> out"""
WITH_PARAMETERS = """parameters{
    day as string ('none'),
    least as integer (0),
    names as string[] (['a'])
}
source(output(id as integer), allowSchemaDrift: false) ~> s
s derive(d = $day, n = $least, first = $names[1]) ~> x
x sink() ~> out"""


def planned(made: Workspace) -> FlowPlan:
    body = activity(made).body
    assert isinstance(body, ExecuteDataFlowBody)
    return plan_data_flow(made, body, Context(parameters={"day": "2013-01-01", "least": 5}))


def refused(made: Workspace, error: type[HeadwaterError] = PlanError) -> list[str]:
    with pytest.raises(error) as caught:
        planned(made)
    return [f"{fault.code} {fault.message}" for fault in caught.value.faults]


def with_parameters(parameters: dict[str, Any]) -> Workspace:
    flow = {"referenceName": "Flow", "type": "DataFlowReference", "parameters": parameters}
    return workspace(WITH_PARAMETERS, {"s": "orders"}, {"out": "totals"}, {"dataflow": flow})


def expression(text: str) -> dict[str, str]:
    return {"value": text, "type": "Expression"}


def test_flow_without_parameters_is_planned() -> None:
    plan = planned(workspace(PLAIN, {"s": "orders"}, {"out": "totals"}))
    source, sink = plan.sources["s"].location, plan.sinks["out"].location
    assert plan.name == "Flow"
    assert isinstance(source, FileLocation)
    assert source.path == "in/orders.csv"
    assert isinstance(sink, TableLocation)
    assert sink.table == "totals"


@pytest.mark.parametrize(
    ("given", "sql"),
    [
        ({"day": "'Monday'"}, "'Monday'"),
        ({"day": expression("'@{pipeline().parameters.day}'")}, "'2013-01-01'"),
        ({"day": expression("@concat('reverse(''', pipeline().parameters.day, ''')')")}, "REVERSE('2013-01-01')"),
        ({"day": '"{2} days"'}, "CAST(2 AS TEXT) || ' days'"),
    ],
)
def test_parameter_is_evaluated_by_the_pipeline_and_then_by_the_flow(given: dict[str, Any], sql: str) -> None:
    derived = planned(with_parameters(given)).graph.by_name["x"].output.columns
    assert derived[1].value.sql("duckdb") == sql


def test_parameters_that_are_no_strings_take_the_flows_form() -> None:
    plan = planned(with_parameters({"least": expression("@pipeline().parameters.least"), "names": ["it's", "b"]}))
    columns = {column.column.name: column.value.sql("duckdb") for column in plan.graph.by_name["x"].output.columns}
    assert columns["n"] == "5"
    assert "'it''s'" in columns["first"]
    assert plan.parameters == {"least": 5, "names": ["it's", "b"]}


def test_string_without_quotes_is_refused_with_the_cure() -> None:
    with pytest.raises(LanguageError) as caught:
        planned(with_parameters({"day": "Monday"}))
    fault = caught.value.faults[0]
    assert fault.cure.startswith("A parameter is a data flow expression: put quotes around a text")
    assert str(fault.place.path).endswith("parameters.day")


def test_object_as_parameter_is_refused() -> None:
    assert refused(with_parameters({"day": {"a": 1}})) == ['PLN-043 Parameter "day" of the data flow is an object']


def test_dataset_parameters_go_to_the_dataset_of_their_stream() -> None:
    given = {"s": {"folder": expression("@concat('in/', pipeline().parameters.day)")}}
    flow = {"referenceName": "Flow", "type": "DataFlowReference", "datasetParameters": given}
    plan = planned(workspace(PLAIN, {"s": "any_folder"}, {"out": "any_folder"}, {"dataflow": flow}))
    locations = [plan.sources["s"].location, plan.sinks["out"].location]
    assert [location.folder for location in locations if isinstance(location, FileLocation)] == [
        "in/2013-01-01",
        "nowhere",
    ]


def test_query_of_a_source_takes_the_place_of_its_table() -> None:
    script = """parameters{
    day as string
}
source(output(id as integer), query: (concat('SELECT id FROM t WHERE d = \\'', $day, '\\'')), format: 'query') ~> s
s sink() ~> out"""
    flow = {"referenceName": "Flow", "type": "DataFlowReference", "parameters": {"day": "'2013-01-01'"}}
    plan = planned(workspace(script, {"s": "totals"}, {"out": "orders"}, {"dataflow": flow}))
    location = plan.sources["s"].location
    assert isinstance(location, QueryLocation)
    assert location.text == "SELECT id FROM t WHERE d = '2013-01-01'"


def test_stored_schema_of_a_dataset_tells_drifted_columns() -> None:
    orders = file_dataset("orders", "in", schema=[{"name": "id", "type": "String"}, {"name": "more", "type": "String"}])
    totals = file_dataset("totals", "out")
    plan = planned(workspace(PLAIN, {"s": "orders"}, {"out": "totals"}, datasets=(orders, totals)))
    assert [str(edge) for edge in trace(plan.graph, "out")] == [
        "s.id -> id  [DIRECT IDENTITY]",
        "s.more -> more  [DIRECT IDENTITY]",
    ]


def test_activity_settings_are_kept_with_their_values() -> None:
    more = {"traceLevel": "Fine", "compute": {"coreCount": expression("@pipeline().parameters.least")}}
    plan = planned(workspace(PLAIN, {"s": "orders"}, {"out": "totals"}, more))
    assert plan.settings == {"traceLevel": "Fine", "compute": {"coreCount": 5}}


def test_flow_that_does_not_exist_is_refused() -> None:
    flow = {"referenceName": "Flaw", "type": "DataFlowReference"}
    made = workspace(PLAIN, {"s": "orders"}, {"out": "totals"}, {"dataflow": flow})
    assert refused(made) == ['PLN-015 There is no data flow "Flaw"']


def test_flowlet_is_refused() -> None:
    made = workspace(PLAIN, {"s": "orders"}, {"out": "totals"}, kind="Flowlet")
    assert refused(made) == ['PLN-040 Data flow "Flow" is of type Flowlet, which cannot be run']


def test_script_that_does_not_parse_is_refused_with_its_place() -> None:
    made = workspace("source(output(id as integer) ~> s", {"s": "orders"}, {})
    assert refused(made, LanguageError)[0].startswith("LNG-001 ")


def test_ends_without_a_dataset_are_all_refused() -> None:
    assert refused(workspace(PLAIN, {"s": None}, {"out": None})) == [
        'PLN-041 Source "s" of data flow "Flow" has no dataset',
        'PLN-041 Sink "out" of data flow "Flow" has no dataset',
    ]


def test_inline_dataset_is_what_its_script_says() -> None:
    script = """parameters{ folder as string ('in') }
source(output(id as integer), allowSchemaDrift: true, format: 'delimited', fileSystem: 'data', folderPath: ($folder),
    fileName: 'orders.csv', columnDelimiter: ';', columnNamesAsHeader: true) ~> s
s sink(allowSchemaDrift: true, format: 'table', schemaName: 'dbo', tableName: 'totals') ~> out"""
    plan = planned(workspace(script, {"s": "inline:ls_lake"}, {"out": "inline:ls_warehouse"}))
    source, sink = plan.sources["s"], plan.sinks["out"].location
    assert isinstance(source.location, FileLocation)
    assert (source.type, source.location.container, source.location.path) == ("DelimitedText", "data", "in/orders.csv")
    assert isinstance(source.format, DelimitedText)
    assert (source.format.delimiter, source.format.header) == (";", True)
    assert isinstance(sink, TableLocation)
    assert (sink.schema, sink.table) == ("dbo", "totals")


def test_inline_datasets_that_cannot_be_read_are_all_refused() -> None:
    script = PLAIN.replace("source(", "source(format: 'cdm', ").replace("sink(", "sink(format: 'parquet', ")
    assert refused(workspace(script, {"s": "inline:ls_lake"}, {"out": "inline:ls_lake"})) == [
        'PLN-041 The format "cdm" of "s" is an inline dataset that cannot be read or written',
        'PLN-014 The inline dataset of "out" names no container',
    ]


def test_cache_sink_needs_no_dataset() -> None:
    script = PLAIN + "\ns sink(store: 'cache', format: 'inline', output: true) ~> kept"
    assert set(planned(workspace(script, {"s": "orders"}, {"out": "totals", "kept": None})).sinks) == {"out"}


def test_functions_and_flowlets_of_the_workspace_are_found() -> None:
    script = """source(output(id as integer), allowSchemaDrift: false) ~> s
s compose(mapColumn(n = id), composition: 'Twice') ~> T
T derive(half = half(n)) ~> d
d sink() ~> out"""
    flowlet = ["input(output(n as integer), order: 0) ~> i", "i derive(n = n * 2) ~> x", "x output() ~> o"]
    made = workspace(
        script,
        {"s": "orders"},
        {"out": "totals"},
        libraries=("Halves",),
        others={
            "Twice": {"type": "Flowlet", "typeProperties": {"scriptLines": flowlet}},
            "Halves": {"type": "UDFLibrary", "typeProperties": {"scriptLines": ["half(integer) as double = i1 / 2"]}},
        },
    )
    assert [node.name for node in planned(made).graph.nodes] == ["s", "T/i", "T/x", "T", "d", "out"]


def test_options_of_tables_are_refused_for_files() -> None:
    script = PLAIN.replace("allowSchemaDrift: true) ~> out", "recreate: true, preSQLs: ['DELETE']) ~> out")
    assert refused(workspace(script, {"s": "orders"}, {"out": "any_folder"})) == [
        'PLN-042 Sink "out" sets recreate, but dataset "any_folder" is files',
        'PLN-042 Sink "out" sets preSQLs, but dataset "any_folder" is files',
    ]


def test_external_call_is_refused_where_a_run_is_planned() -> None:
    script = PLAIN + "\ns call(output(body as string), format: 'rest') ~> asked\nasked sink(store: 'cache') ~> kept"
    assert refused(workspace(script, {"s": "orders"}, {"out": "totals"})) == [
        'PLN-042 External call "asked" asks a service for every row, which no run does'
    ]


def test_options_that_no_run_does_are_all_refused_with_their_store() -> None:
    script = PLAIN.replace("source(", "source(enableNativeCdc: true, netChanges: false, store: 'sqlserver', ")
    script = script.replace("sink(", "sink(manifestType: 'manifest', ")
    assert refused(workspace(script, {"s": "orders"}, {"out": "totals"})) == [
        'PLN-042 Source "s" sets enableNativeCdc of store "sqlserver", which is not supported',
        'PLN-042 Sink "out" sets manifestType, which is not supported',
    ]
