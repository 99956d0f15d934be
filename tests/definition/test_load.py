"""A folder to a workspace of typed, frozen objects."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from pathlib import Path

import pytest

from headwater.definition.activities.control import (
    AppendVariableBody,
    ExecutePipelineBody,
    FilterBody,
    ForEachBody,
    IfConditionBody,
    OtherBody,
    SetVariableBody,
    SwitchBody,
    UntilBody,
    WaitBody,
)
from headwater.definition.activities.copy import CopyBody
from headwater.definition.activities.execute_data_flow import ExecuteDataFlowBody
from headwater.definition.dataset import SchemaColumn
from headwater.definition.load import load_files, load_folder
from headwater.definition.pipeline import Activity, Dependency
from headwater.definition.reference import Parameter
from headwater.definition.walk import walk_activities
from headwater.definition.workspace import Workspace
from headwater.errors import DefinitionError
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate

FIXTURES = Path(__file__).parents[1] / "fixtures" / "definition"


@pytest.fixture(scope="module")
def sound() -> Workspace:
    return load_folder(FIXTURES / "sound")


def activity(workspace: Workspace, pipeline: str, name: str) -> Activity:
    found = walk_activities(workspace.find_pipeline(pipeline))
    return next(item.activity for item in found if item.activity.name == name)


def test_load_folder_reads_every_known_folder(sound: Workspace) -> None:
    assert (sound.name, sound.kind) == ("sound", "synapse")
    assert list(sound.pipelines) == ["Child", "Load"]
    assert list(sound.datasets) == ["Files", "Table"]
    assert list(sound.linked_services) == ["Db", "Lake"]
    assert list(sound.data_flows) == ["Shape"]
    assert {folder: list(names) for folder, names in sound.other.items()} == {
        "integrationRuntime": ["AutoResolveIntegrationRuntime"],
        "trigger": ["Daily"],
    }


def test_load_folder_name_and_kind_can_be_given() -> None:
    workspace = load_folder(FIXTURES / "sound", "other", "factory")
    assert (workspace.name, workspace.kind) == ("other", "factory")


def test_load_pipeline_declarations_are_typed(sound: Workspace) -> None:
    pipeline = sound.find_pipeline("load")
    assert pipeline.parameters == (Parameter("folder", "string", "in", True), Parameter("tables", "array", [], True))
    assert [(v.name, v.type, v.default) for v in pipeline.variables] == [
        ("mapping", "String", "{}"),
        ("seen", "Array", None),
    ]
    assert (pipeline.folder, pipeline.concurrency, pipeline.annotations) == ("daily/load", 1, ("daily",))
    assert pipeline.unknown == {}


def test_load_activity_envelope_is_typed(sound: Workspace) -> None:
    copy = activity(sound, "Load", "Copy files")
    assert copy.policy.timeout == datetime.timedelta(hours=12, minutes=30)
    assert (copy.policy.retry, copy.policy.retry_interval_s) == (2, 45)
    assert (copy.policy.secure_input, copy.policy.secure_output) == (False, True)
    assert evaluate(copy.user_properties["Source"], Context(parameters={"folder": "f"})) == "f"
    assert copy.place.path == "$.properties.activities[0]"
    assert activity(sound, "Load", "Each table").depends_on == (Dependency("Copy files", ("Succeeded", "Skipped")),)


def test_load_inactive_activity_says_so(sound: Workspace) -> None:
    pause = activity(sound, "Load", "Pause")
    assert (pause.active, pause.on_inactive_mark_as) == (False, "Skipped")


def test_load_copy_keeps_both_sides_and_settings(sound: Workspace) -> None:
    body = activity(sound, "Load", "Copy files").body
    assert isinstance(body, CopyBody)
    assert (body.source.type, body.sink.type) == ("DelimitedTextSource", "AzureSqlSink")
    assert body.source.properties["storeSettings"]["wildcardFileName"] == "*.csv"  # type: ignore[index,call-overload]
    assert (body.input.name, body.output.name, body.enable_staging) == ("Files", "table", False)
    assert evaluate(body.input.parameters["folder"], Context(parameters={"folder": "f"})) == "f"
    assert evaluate(body.translator, Context(variables={"mapping": '{"a": 1}'})) == {"a": 1}
    assert body.settings == {"parallelCopies": 4}


def test_load_data_flow_activity_keeps_arguments_by_stream(sound: Workspace) -> None:
    body = activity(sound, "Load", "Shape").body
    assert isinstance(body, ExecuteDataFlowBody)
    assert body.data_flow.name == "Shape"
    assert evaluate(body.data_flow.parameters["least"], Context(parameters={"folder": "5"})) == "'5'"
    assert body.dataset_parameters == {"In": {"folder": "shaped"}}
    assert set(body.settings) == {"compute", "traceLevel"}


def test_load_control_activities_have_their_bodies(sound: Workspace) -> None:
    kinds = {
        item.activity.name: type(item.activity.body)
        for pipeline in sound.pipelines.values()
        for item in walk_activities(pipeline)
    }
    assert kinds["Each table"] is ForEachBody
    assert kinds["Remember"] is AppendVariableBody
    assert kinds["If wanted"] is IfConditionBody
    assert kinds["Pause"] is WaitBody
    assert kinds["Tell"] is ExecutePipelineBody
    assert kinds["By size"] is SwitchBody
    assert kinds["Again"] is UntilBody
    assert kinds["Big ones"] is FilterBody


def test_load_return_value_is_marked(sound: Workspace) -> None:
    body = activity(sound, "Child", "Return").body
    assert isinstance(body, SetVariableBody)
    assert body.is_return_value
    assert evaluate(body.value, Context(parameters={"rows": 4})) == [{"key": "twice", "value": 8}]


def test_load_execute_pipeline_takes_the_arguments_beside_the_reference(sound: Workspace) -> None:
    body = activity(sound, "Load", "Tell").body
    assert isinstance(body, ExecutePipelineBody)
    assert list(body.pipeline.parameters) == ["rows"]


def test_load_dataset_keeps_location_and_schema(sound: Workspace) -> None:
    files = sound.find_dataset("FILES")
    assert (files.type, files.linked_service.name, files.folder) == ("DelimitedText", "Lake", "raw")
    assert files.linked_service.parameters == {"account": "acct"}
    assert evaluate(files.type_properties, Context(dataset={"folder": "f"})) == {
        "location": {"type": "AzureBlobFSLocation", "fileSystem": "lake", "folderPath": "f"},
        "columnDelimiter": ",",
        "firstRowAsHeader": True,
    }
    assert files.schema == (SchemaColumn("id", "String"), SchemaColumn("amount", "decimal", 10, 2))
    assert sound.find_dataset("Table").schema == ()


def test_load_linked_service_with_byte_order_mark(sound: Workspace) -> None:
    lake = sound.find_linked_service("lake")
    assert (lake.type, lake.connect_via) == ("AzureBlobFS", "AutoResolveIntegrationRuntime")
    assert (
        evaluate(lake.type_properties["url"], Context(linked_service={"account": "a"}))
        == "https://a.dfs.core.windows.net"
    )


def test_load_linked_service_hides_its_secrets(sound: Workspace) -> None:
    assert "hunter2" not in repr(sound)
    assert evaluate(sound.find_linked_service("Db").type_properties["password"], Context()) == {
        "type": "SecureString",
        "value": "hunter2",
    }


def test_load_data_flow_parses_its_script(sound: Workspace) -> None:
    flow = sound.find_data_flow("shape")
    assert flow.script is not None
    assert [statement.name for statement in flow.script.statements] == ["In", "Enough", "Out", "Kept"]
    assert [(node.name, node.dataset.name if node.dataset else None) for node in flow.sinks] == [
        ("Out", "Table"),
        ("Kept", None),
    ]
    assert flow.sinks[0].rejected_data_linked_service is not None


def test_load_kept_activity_type_keeps_everything() -> None:
    lookup = (
        b'{"name": "p", "properties": {"activities": [{"name": "l", "type": "Lookup", "typeProperties": {"a": [1]}}]}}'
    )
    workspace = load_files({"pipeline/p.json": lookup}, "w")
    assert activity(workspace, "p", "l").body == OtherBody({"a": (1,)})


def test_load_unknown_properties_are_kept() -> None:
    text = b'{"name": "p", "properties": {"odd": {"x": [1]}, "activities": []}}'
    assert load_files({"pipeline/p.json": text}, "w").find_pipeline("p").unknown == {"odd": {"x": (1,)}}


def test_load_global_parameters_come_from_the_factory_file() -> None:
    text = b'{"name": "f", "properties": {"globalParameters": {"region": {"type": "string", "value": "west"}}}}'
    assert load_files({"factory/f.json": text}, "f", "factory").global_parameters == {"region": "west"}


def test_load_values_are_frozen(sound: Workspace) -> None:
    for definition in (sound, sound.find_pipeline("Load"), activity(sound, "Load", "Copy files")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            definition.name = "x"  # type: ignore[misc]
    assert isinstance(sound.pipelines, Mapping)
    with pytest.raises(TypeError):
        sound.pipelines["x"] = sound.find_pipeline("Load")  # type: ignore[index]


@pytest.mark.parametrize("make", [lambda path: path / "absent", lambda path: path], ids=["absent", "empty"])
def test_load_folder_without_definitions_is_refused(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DefinitionError) as caught:
        load_folder(make(tmp_path))
    assert caught.value.code == "DEF-017"


def test_load_folder_ignores_case_of_folders_and_other_files(tmp_path: Path) -> None:
    (tmp_path / "Pipeline").mkdir()
    (tmp_path / "Pipeline" / "p.json").write_text('{"name": "p", "properties": {"activities": []}}')
    (tmp_path / "Pipeline" / "readme.md").write_text("not JSON")
    workspace = load_folder(tmp_path)
    assert (list(workspace.pipelines), workspace.faults) == (["p"], ())


def test_load_deeply_nested_json_is_a_fault() -> None:
    for text in (b"[" * 100_000, b'{"a":' * 300 + b"1" + b"}" * 300):
        assert [fault.code for fault in load_files({"pipeline/p.json": text}, "w").faults] == ["DEF-001"]


def test_load_file_that_is_not_utf8_is_a_fault() -> None:
    (fault,) = load_files({"pipeline/p.json": '{"name": "ä"}'.encode("latin-1")}, "w").faults
    assert (fault.code, fault.message) == ("DEF-001", "The file is not valid JSON: byte 10 is not UTF-8")


def test_find_absent_name_suggests_the_nearest(sound: Workspace) -> None:
    for find, name, cure in (
        (sound.find_pipeline, "Lod", "Did you mean 'Load'?"),
        (sound.find_dataset, "File", "Did you mean 'Files'?"),
        (sound.find_linked_service, "xyz", "There are: 'Db', 'Lake'."),
        (sound.find_data_flow, "Shapes", "Did you mean 'Shape'?"),
    ):
        with pytest.raises(DefinitionError) as caught:
            find(name)
        assert (caught.value.code, caught.value.faults[0].cure) == ("DEF-008", cure)
