"""From source types down to what holds nothing."""

import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog.browse import Page
from headwater.errors import CatalogError


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    desk.write(
        entity("azure_synapse_workspace", "w"),
        entity("azure_synapse_pipeline", "w/p", name="p/1", rel_workspace=ref("azure_synapse_workspace", "w")),
        entity("azure_synapse_copy_activity", "w/p/a", name="a", rel_pipeline=ref("azure_synapse_pipeline", "w/p")),
        entity("azure_datalake_gen2_path", "f"),
        entity("tabular_schema", "f#s", rel_associatedDataset=ref("azure_datalake_gen2_path", "f")),
        entity("DataSet", "loose"),
    )
    return desk


def test_sources_count_assets_and_leave_parts_out(shelf: Desk) -> None:
    assert [(source.name, source.count) for source in shelf.catalog.browse.sources()] == [
        ("Azure Data Lake Storage Gen2", 1),
        ("Azure Synapse Analytics", 3),
        ("Other", 1),
    ]
    assert shelf.catalog.browse.sources(collections=frozenset()) == ()


def test_descent_from_a_source_reaches_the_activity_by_paths(shelf: Desk) -> None:
    (workspace,) = shelf.catalog.browse.tops("Azure Synapse Analytics").rows
    (pipeline,) = shelf.catalog.browse.by_path(workspace.path).rows
    (activity,) = shelf.catalog.browse.by_path(pipeline.path).rows
    assert activity.path == ("/azure_synapse_workspace#w/azure_synapse_pipeline#p%2F1/azure_synapse_copy_activity#a")
    assert [workspace.is_leaf, pipeline.children, activity.is_leaf] == [False, 1, True]
    assert shelf.catalog.browse.children(pipeline.guid).rows == (activity,)


def test_top_of_a_source_is_what_no_asset_of_it_holds(desk: Desk) -> None:
    desk.write(
        entity("azure_storage_account", "account"),
        entity("azure_blob_service", "blob", rel_storageAccount=ref("azure_storage_account", "account")),
        entity("azure_blob_container", "raw", rel_service=ref("azure_blob_service", "blob")),
    )
    (top,) = desk.catalog.browse.tops("Azure Blob Storage").rows
    assert top.path == "/azure_storage_account#account/azure_blob_service#blob"
    assert [row.name for row in desk.catalog.browse.by_path(top.path).rows] == ["raw"]


def test_file_with_a_schema_is_a_leaf(shelf: Desk) -> None:
    (file,) = shelf.catalog.browse.by_type("azure_datalake_gen2_path").rows
    assert file.is_leaf


def test_type_finds_its_subtypes_page_by_page(shelf: Desk) -> None:
    every = shelf.catalog.browse.by_type("DataSet")
    assert (every.count, {row.name for row in every.rows}) == (2, {"f", "loose"})
    assert len(shelf.catalog.browse.by_type("DataSet", Page(1, 1)).rows) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/azure_synapse_workspace#nobody", "CAT-003"),
        ("/nonsense", "CAT-028"),
        ("/NoType#x", "CAT-028"),
        ("", "CAT-028"),
    ],
)
def test_path_that_leads_nowhere_is_refused(path: str, code: str, shelf: Desk) -> None:
    with pytest.raises(CatalogError) as refused:
        shelf.catalog.browse.by_path(path)
    assert refused.value.code == code
