"""From source types down to what holds nothing."""

import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog.browse import Page
from headwater.errors import CatalogError, NotFound


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
        ("/DataSet#\0", "CAT-028"),
        ("", "CAT-028"),
    ],
)
def test_path_that_leads_nowhere_is_refused(path: str, code: str, shelf: Desk) -> None:
    with pytest.raises(CatalogError) as refused:
        shelf.catalog.browse.by_path(path)
    assert refused.value.code == code


@pytest.fixture
def parted(shelf: Desk) -> Desk:
    """A workspace in the root collection, its pipeline in `team`, the activity in `secret`."""
    collections = shelf.catalog.collections
    for name in ("team", "secret"):
        collections.put(name, friendly_name=name, parent=collections.root, by="tester")
    shelf.write(
        entity("azure_synapse_workspace", "v"),
        entity("azure_synapse_pipeline", "v/p", rel_workspace=ref("azure_synapse_workspace", "v"))
        | {"collectionId": "team", "contacts": {"Owner": [{"id": "ann", "info": "asks first"}]}},
        entity("azure_synapse_copy_activity", "v/p/a", rel_pipeline=ref("azure_synapse_pipeline", "v/p"))
        | {"collectionId": "secret"},
    )
    return shelf


def test_root_lists_what_no_asset_holds(shelf: Desk) -> None:
    rows = shelf.catalog.browse.by_path("/").rows
    assert sorted(row.path for row in rows) == [
        "/DataSet#loose",
        "/azure_datalake_gen2_path#f",
        "/azure_synapse_workspace#w",
    ]


def test_what_may_not_be_read_is_neither_counted_nor_named(parted: Desk) -> None:
    page = Page(collections=frozenset({"team"}))
    (pipeline,) = parted.catalog.browse.tops("Azure Synapse Analytics", page).rows
    assert (pipeline.path, pipeline.is_leaf, pipeline.children) == ("/azure_synapse_pipeline#v%2Fp", True, 0)
    assert parted.catalog.browse.by_path(pipeline.path, page).rows == ()
    assert [row.path for row in parted.catalog.browse.by_path("/", page).rows] == [pipeline.path]
    assert [row.path for row in parted.catalog.browse.by_type("Process", page).rows] == [pipeline.path]
    assert pipeline.owners == ({"id": "ann", "info": "asks first"},)


def test_what_an_unreadable_asset_holds_stands_at_the_top(parted: Desk) -> None:
    page = Page(collections=frozenset({"contoso", "secret"}))
    rows = parted.catalog.browse.tops("Azure Synapse Analytics", page).rows
    assert sorted(row.path for row in rows) == [
        "/azure_synapse_copy_activity#v%2Fp%2Fa",
        "/azure_synapse_workspace#v",
        "/azure_synapse_workspace#w",
    ]
    (workspace,) = [row for row in rows if row.name == "v"]
    assert workspace.is_leaf


def test_unreadable_asset_cannot_be_opened(parted: Desk) -> None:
    page = Page(collections=frozenset({"team"}))
    with pytest.raises(NotFound):
        parted.catalog.browse.by_path("/azure_synapse_workspace#v", page)
    with pytest.raises(NotFound):
        parted.catalog.browse.children(parted.guid("v"), page)
