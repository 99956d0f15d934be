"""What a data flow asks of the stores of its sources and sinks is checked before anything runs."""

from __future__ import annotations

import pytest

from headwater.data.locations import FileLocation, QueryLocation
from plan.data_flow_workspace import workspace
from plan.test_data_flow import planned, refused

SOURCE = "source(output(id as integer), allowSchemaDrift: true) ~> s\n"
ASSERTED = SOURCE + "s assert(expectTrue(id > 0, false, 'positive')) ~> a\n"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("rowUrlColumn: 'f'", "rowUrlColumn"),
        ("wildcardPaths: ['in/*.csv']", "wildcardPaths"),
        ("fileList: true", "fileList"),
        ("purgeFiles: true", "purgeFiles"),
        ("moveFiles: ['a', 'b']", "moveFiles"),
        ("partitionRootPath: 'a'", "partitionRootPath"),
        ("modifiedAfter: (toTimestamp('2026-01-01 00:00:00'))", "modifiedAfter"),
    ],
)
def test_options_of_files_are_refused_for_a_source_that_is_a_table(options: str, named: str) -> None:
    script = SOURCE.replace("source(", f"source({options}, ") + "s sink(allowSchemaDrift: true) ~> out"
    assert refused(workspace(script, {"s": "totals"}, {"out": "any_folder"})) == [
        f'PLN-042 Source "s" sets {named}, but dataset "totals" is a table'
    ]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("rowUrlColumn: 'id'", "rowUrlColumn"),
        ("rowFolderUrlColumn: 'id'", "rowFolderUrlColumn"),
        ("partitionFileNames: ['a.csv']", "partitionFileNames"),
        ("filePattern: 'a[n].csv'", "filePattern"),
        ("preCommands: ['rm a']", "preCommands"),
        ("postCommands: ['rm a']", "postCommands"),
    ],
)
def test_options_of_files_are_refused_for_a_sink_that_is_a_table(options: str, named: str) -> None:
    script = SOURCE + f"s sink({options}, allowSchemaDrift: true) ~> out"
    assert refused(workspace(script, {"s": "orders"}, {"out": "totals"})) == [
        f'PLN-042 Sink "out" sets {named}, but dataset "totals" is a table'
    ]


def test_partitions_of_a_table_have_no_bearing() -> None:
    script = SOURCE + "s sink(partitionBy('hash', 4), allowSchemaDrift: true) ~> out"
    assert set(planned(workspace(script, {"s": "orders"}, {"out": "totals"})).sinks) == {"out"}


def test_way_to_part_rows_that_is_not_known_is_refused_for_files() -> None:
    script = SOURCE + "s sink(partitionBy('external', 4), allowSchemaDrift: true) ~> out"
    assert set(planned(workspace(script, {"s": "orders"}, {"out": "totals"})).sinks) == {"out"}
    assert refused(workspace(script, {"s": "orders"}, {"out": "any_folder"})) == [
        'PLN-042 Sink "out" sets partitionBy(\'external\'), but dataset "any_folder" is files'
    ]


def test_errors_of_rows_are_refused_for_files() -> None:
    script = SOURCE + "s sink(errorHandlingOption: 'allErrors', allowSchemaDrift: true) ~> out"
    assert refused(workspace(script, {"s": "orders"}, {"out": "any_folder"})) == [
        'PLN-042 Sink "out" sets errorHandlingOption, but dataset "any_folder" is files'
    ]


def test_rows_that_are_set_apart_need_a_store_of_files() -> None:
    script = ASSERTED + "a sink(outputAssertFailedRows: true, assertFailure_container: 'bad') ~> out"
    assert refused(workspace(script, {"s": "orders"}, {"out": "totals"})) == [
        'PLN-042 Sink "out" sets rows apart, and names no linked service for them'
    ]
    assert refused(workspace(script, {"s": "orders"}, {"out": "totals"}, rejects="ls_warehouse")) == [
        'PLN-042 Sink "out" sets rows apart, but "ls_warehouse" does not hold files'
    ]


def test_store_for_rejected_rows_is_resolved() -> None:
    script = ASSERTED + "a sink(outputAssertFailedRows: true, assertFailure_container: 'bad') ~> out"
    made = planned(workspace(script, {"s": "orders"}, {"out": "totals"}, rejects="ls_lake"))
    rejects = made.sinks["out"].rejects
    assert rejects is not None
    assert isinstance(rejects.location, FileLocation)
    assert rejects.location.store.linked_service == "ls_lake"


def test_source_that_reads_what_is_new_of_a_table_names_a_column() -> None:
    script = SOURCE.replace("source(", "source(enableCdc: true, ") + "s sink(allowSchemaDrift: true) ~> out"
    assert refused(workspace(script, {"s": "totals"}, {"out": "any_folder"})) == [
        'PLN-042 Source "s" reads only what is new of a table, and names no column that tells'
    ]
    assert set(planned(workspace(script, {"s": "orders"}, {"out": "totals"})).sources) == {"s"}


def test_table_of_two_sinks_of_which_one_goes_on_after_errors_is_refused() -> None:
    script = (
        SOURCE + "s sink(allowSchemaDrift: true) ~> first\n"
        "s sink(errorHandlingOption: 'allErrors', allowSchemaDrift: true) ~> second"
    )
    assert refused(workspace(script, {"s": "orders"}, {"first": "totals", "second": "totals"})) == [
        'PLN-042 Sinks "first" and "second" write the same table, and one goes on after errors'
    ]


PROCEDURE = (
    "source(output(id as integer), format: 'procedure', procedureName: 'Find It', schemaName: 'sales', "
    "inputs: ['@Agency' -> '', '@Agency' -> 'it\\'s', '@n' -> 3], resultSet: true) ~> s\n"
    "s sink(allowSchemaDrift: true) ~> out"
)


def test_procedure_is_called_as_a_query_in_the_words_of_its_store() -> None:
    location = planned(workspace(PROCEDURE, {"s": "totals"}, {"out": "any_folder"})).sources["s"].location
    assert isinstance(location, QueryLocation)
    assert location.text == "SELECT * FROM [sales].[Find It]('it''s', 3)"


def test_procedure_of_a_store_without_any_is_refused() -> None:
    assert refused(workspace(PROCEDURE, {"s": "orders"}, {"out": "totals"})) == [
        'PLN-042 Source "s" calls procedure "Find It", which stores of type AzureBlobFS do not have'
    ]
