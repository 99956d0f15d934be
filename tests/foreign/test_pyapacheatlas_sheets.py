"""pyapacheatlas' spreadsheets and scaffolding, unmodified: types, entities and lineage that come out of a workbook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from pyapacheatlas.auth import BasicAuthentication
from pyapacheatlas.core import AtlasClient
from pyapacheatlas.core.whatif import WhatIfValidator
from pyapacheatlas.readers import ExcelConfiguration, ExcelReader
from pyapacheatlas.scaffolding import column_lineage_scaffold

from foreign.front import Front
from foreign.seeds import Flow, seed


@pytest.fixture
def atlas(front: Front) -> AtlasClient:
    key = BasicAuthentication(front.application.name, front.secret)
    return AtlasClient(f"{front.server.url}/catalog/api/atlas/v2", key)


@pytest.fixture
def flow(front: Front, request: pytest.FixtureRequest) -> Flow:
    return seed(front, "xl" + request.node.name.replace("_", "").removeprefix("test"))


@pytest.fixture
def reader() -> ExcelReader:
    return ExcelReader(ExcelConfiguration())


def workbook(folder: Path, sheets: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    file = folder / "book.xlsx"
    book.save(file)
    return str(file)


def test_types_of_a_sheet_are_made_and_its_entities_written(
    atlas: AtlasClient, reader: ExcelReader, tmp_path: Path
) -> None:
    file = workbook(
        tmp_path,
        {
            "EntityDefs": [
                {"Entity TypeName": "xl_report", "name": "pages", "typeName": "int", "Entity superTypes": "DataSet"},
                {
                    "Entity TypeName": "xl_report",
                    "name": "tags",
                    "typeName": "array<string>",
                    "Entity superTypes": "DataSet",
                },
            ],
            "ClassificationDefs": [{"classificationName": "XL_PII", "entityTypes": None, "description": "personal"}],
            "BulkEntities": [
                {
                    "typeName": "xl_report",
                    "name": name,
                    "qualifiedName": f"xl://{name}",
                    "pages": pages,
                    "classifications": mark,
                }
                for name, pages, mark in (("year", 12, "XL_PII"), ("month", 3, None))
            ],
        },
    )
    atlas.upload_typedefs(reader.parse_entity_defs(file), force_update=True)
    atlas.upload_typedefs(reader.parse_classification_defs(file), force_update=True)
    batch = reader.parse_bulk_entities(file)
    known = WhatIfValidator(type_defs=atlas.get_all_typedefs(), existing_entities=[])
    assert known.validate_entities(batch["entities"])["total"] == 0
    guids = atlas.upload_entities(batch)["guidAssignments"]
    assert len(guids) == 2
    found = atlas.get_entity(qualifiedName=["xl://year", "xl://month"], typeName="xl_report")["entities"]
    assert [entity["attributes"]["pages"] for entity in found] == [12, 3]
    assert [item["typeName"] for item in found[0]["classifications"]] == ["XL_PII"]


def test_lineage_of_a_sheet_is_drawn_with_its_columns(
    atlas: AtlasClient, reader: ExcelReader, flow: Flow, tmp_path: Path
) -> None:
    process = {"name": "xl_mapped_process", "superTypes": ["Process"], "attributeDefs": [{"name": "columnMapping"}]}
    atlas.upload_typedefs({"entityDefs": [process]}, force_update=True)
    line = {
        "Source qualifiedName": flow.source_name,
        "Target qualifiedName": flow.sink_name,
        "Process qualifiedName": f"{flow.name}://mapped",
        "Process typeName": "xl_mapped_process",
        "Process name": "mapped",
    }
    ends = {"Source typeName": "azure_datalake_gen2_path", "Target typeName": "azure_sql_table"}
    file = workbook(
        tmp_path,
        {
            "UpdateLineage": [{**line, **ends}],
            "ColumnMapping": [
                {**line, "Source column": source, "Target column": target}
                for source, target in (("order", "id"), ("sum", "amount"))
            ],
        },
    )
    guid = atlas.upload_entities(reader.parse_update_lineage_with_mappings(file))["guidAssignments"].popitem()[1]
    entity = atlas.get_single_entity(guid)["entity"]
    assert [item["guid"] for item in entity["attributes"]["inputs"]] == [flow.source]
    mapping = json.loads(entity["attributes"]["columnMapping"])
    assert mapping[0]["ColumnMapping"] == [{"Source": "order", "Sink": "id"}, {"Source": "sum", "Sink": "amount"}]
    arrows = {(arrow["fromEntityId"], arrow["toEntityId"]) for arrow in atlas.get_entity_lineage(guid)["relations"]}
    assert {(flow.source, guid), (guid, flow.sink)} <= arrows


def test_scaffold_of_column_lineage_is_uploaded_and_filled(
    atlas: AtlasClient, reader: ExcelReader, tmp_path: Path
) -> None:
    """Tables, columns and processes of types of one's own, tied by relationship definitions."""
    scaffold = column_lineage_scaffold("xlown")
    atlas.upload_typedefs(scaffold, force_update=True)
    definitions = atlas.get_all_typedefs()
    file = workbook(
        tmp_path,
        {
            "TablesLineage": [
                {
                    "Target table": "xl_sink",
                    "Target type": "xlown_table",
                    "Source table": "xl_source",
                    "Source type": "xlown_table",
                    "Process name": "xl_process",
                    "Process type": "xlown_process",
                }
            ],
            "FineGrainColumnLineage": [
                {
                    "Target table": "xl_sink",
                    "Target column": "total",
                    "Source table": "xl_source",
                    "Source column": "price",
                    "transformation": None,
                }
            ],
        },
    )
    tables = reader.parse_table_lineage(file)
    columns = reader.parse_finegrain_column_lineage(file, tables, definitions)
    batch = [entity.to_json() if hasattr(entity, "to_json") else entity for entity in [*tables, *columns]]
    guids = atlas.upload_entities(batch)["guidAssignments"]
    entities = atlas.get_entity(guid=list(guids.values()))["entities"]
    by_type = {entity["typeName"]: entity for entity in entities}
    assert {"xlown_table", "xlown_process", "xlown_column", "xlown_column_lineage"} <= by_type.keys()
    column_process = by_type["xlown_column_lineage"]
    arrows = atlas.get_entity_lineage(column_process["guid"])["relations"]
    assert len(arrows) == 2
