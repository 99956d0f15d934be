"""ARM templates: the definitions in them, with their expressions evaluated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.definition.template import load_template, template_files
from headwater.errors import DefinitionError
from headwater.language.expression.ast import Json

TEMPLATE = Path(__file__).parents[1] / "fixtures" / "rehearsal" / "template" / "orders.json"


def test_template_holds_the_definitions_of_all_its_levels() -> None:
    workspace = load_template(TEMPLATE)
    assert (workspace.name, workspace.kind) == ("orders", "factory")
    assert list(workspace.data_flows) == ["Upserts"]
    assert list(workspace.linked_services) == ["Warehouse"]


def test_template_of_synapse_is_a_synapse_workspace(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(TEMPLATE.read_text().replace("Microsoft.DataFactory/factories", "Microsoft.Synapse/workspaces"))
    assert load_template(file).kind == "synapse"


def test_template_expressions_are_evaluated() -> None:
    dataset = load_template(TEMPLATE).find_dataset("OrderTable")
    assert dataset.linked_service.name == "Warehouse"
    assert dict(dataset.type_properties) == {"schema": "sales_dbo", "table": "[orders]"}


def test_template_expression_that_is_not_known_stays_with_a_warning() -> None:
    workspace = load_template(TEMPLATE)
    text = "[uniqueString(resourceGroup().id)]"
    assert workspace.find_linked_service("Warehouse").type_properties["connectionString"] == text
    (warning,) = [fault for fault in workspace.faults if text in fault.message]
    assert (warning.code, warning.severity) == ("DEF-004", "warning")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[concat('a', 'it''s', parameters('known'))]", "ait'sdefault"),
        ("[parameters('open')]", "open"),
        ("[parameters('list')]", []),
        ("[parameters('absent')]", "absent"),
        ("[variables('made')]", "default!"),
        ("[[parameters('known')]", "[parameters('known')]"),
        ("[]", "[]"),
        ("[concat('a'", "[concat('a'"),
        ("[parameters('known').member]", "[parameters('known').member]"),
        ("[", "["),
    ],
)
def test_template_expression_has_its_value(expression: str, value: Json) -> None:
    properties: Json = {"type": "X", "typeProperties": {"text": expression}}
    template: Json = {
        "parameters": {
            "known": {"type": "string", "defaultValue": "default"},
            "list": {"type": "array"},
            "open": {"type": "string"},
        },
        "variables": {"made": "[concat(parameters('known'), '!')]"},
        "resources": [{"name": "f/one", "type": "Microsoft.DataFactory/factories/datasets", "properties": properties}],
    }
    files, _ = template_files(template)
    assert json.loads(files["dataset/one.json"])["properties"]["typeProperties"]["text"] == value


@pytest.mark.parametrize("content", ["{}", "[1]", '{"resources": "none"}', "{", '{"resources": [{"type": 1}]}'])
def test_file_that_is_no_template_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "template.json"
    file.write_text(content)
    with pytest.raises(DefinitionError):
        load_template(file)
