"""Inline datasets of data flows: the script's options become a dataset's format and location."""

from __future__ import annotations

import pytest

from headwater.connectors.formats.avro import Avro
from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.connectors.formats.excel import Excel, Region
from headwater.connectors.formats.json import Json
from headwater.connectors.formats.loose_json import LooseJson
from headwater.connectors.formats.orc import Orc
from headwater.connectors.formats.protocol import Format
from headwater.connectors.formats.xml import Xml
from headwater.data.locations import FileLocation, TableLocation
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.workspace import Workspace
from headwater.errors import HeadwaterError
from headwater.language.expression.context import Context
from headwater.plan.data_flow import plan_data_flow
from headwater.plan.resolved import FlowPlan
from plan.data_flow_workspace import activity, workspace

PLAIN = """source({options}output(id as integer), allowSchemaDrift: true) ~> s
s sink({sink}allowSchemaDrift: true) ~> out"""


def planned(made: Workspace) -> FlowPlan:
    body = activity(made).body
    assert isinstance(body, ExecuteDataFlowBody)
    return plan_data_flow(made, body, Context())


def flow(options: str, source: str = "inline:ls_lake", sink: str = "", to: str = "totals") -> FlowPlan:
    return planned(workspace(PLAIN.format(options=options, sink=sink), {"s": source}, {"out": to}))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            "format: 'excel', sheetName: 'S', range: 'A1:B2', firstRowAsHeader: true, ",
            Excel(sheet_name="S", region=Region(0, 0, 1, 1), header=True),
        ),
        ("format: 'avro', compressionType: 'snappy', ", Avro("snappy")),
        ("format: 'orc', ", Orc()),
        (
            "format: 'xml', namespaces: false, namespacePrefixes: ['urn:x' -> 'q'], validationMode: 'none', ",
            Xml(namespaces=False, prefixes=(("urn:x", "q"),)),
        ),
        (
            "format: 'json', documentForm: 'singleDocument', singleQuoted: true, ",
            Json("singleDocument", loose=LooseJson(single_quotes=True)),
        ),
        (
            "format: 'delimited', columnDelimiter: '||', rowDelimiter: ';', compressionType: 'bzip2', ",
            DelimitedText(delimiter="||", newline=";", codec="bzip2"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_inline_dataset_has_the_format_that_the_script_says(options: str, expected: Format) -> None:
    found = flow(f"{options}fileSystem: 'data', folderPath: 'in', ").sources["s"]
    assert found.location == FileLocation(found.location.store, "data", "in")
    assert found.format == expected


def test_inline_delta_table_is_a_table_in_a_folder() -> None:
    found = flow("format: 'delta', fileSystem: 'data', folderPath: 'a/b', versionAsOf: 0, ").sources["s"]
    assert (found.type, found.format) == ("Delta", None)
    assert found.location == TableLocation(found.location.store, "data", "a/b")
    assert found.properties["versionAsOf"] == 0


def test_script_of_a_sink_quotes_all_of_a_dataset_of_text() -> None:
    found = flow("", "orders", "quoteAll: true, ", "any_folder").sinks["out"].format
    assert isinstance(found, DelimitedText)
    assert found.quote_all


@pytest.mark.parametrize(
    ("options", "name"), [("versionAsOf: 3, singleQuoted: false, ", "versionAsOf"), ("sheetName: 'a', ", "sheetName")]
)
def test_option_of_another_format_is_refused(options: str, name: str) -> None:
    with pytest.raises(HeadwaterError, match=f"sets '{name}', which its dataset of type DelimitedText does not have"):
        flow(options, "orders")


def test_formats_that_cannot_be_read_are_told_with_those_that_can() -> None:
    with pytest.raises(HeadwaterError, match="iceberg") as caught:
        flow("format: 'iceberg', fileSystem: 'data', folderPath: 'in', ")
    assert "delta" in str(caught.value)
