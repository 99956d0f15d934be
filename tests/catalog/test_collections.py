"""The tree of collections."""

import msgspec
import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog.model import EntityBatch
from headwater.catalog.search import SearchRequest
from headwater.errors import CatalogError, Conflict, Invalid


def put(desk: Desk, name: str, parent: str = "contoso") -> None:
    desk.catalog.collections.put(name, friendly_name=name.title(), parent=parent, by="tester")


def test_collections_know_their_path_and_children(desk: Desk) -> None:
    put(desk, "sales")
    put(desk, "europe", "sales")
    assert desk.catalog.collections.path("europe") == ("contoso", "sales", "europe")
    assert [item.name for item in desk.catalog.collections.children("contoso")] == ["sales"]


def test_collection_moves_below_another(desk: Desk) -> None:
    put(desk, "sales")
    put(desk, "europe", "sales")
    put(desk, "europe", "contoso")
    assert desk.catalog.collections.get("europe").parent == "contoso"


def test_new_entity_goes_where_it_is_put_and_the_root_otherwise(desk: Desk) -> None:
    put(desk, "sales")
    desk.write({**entity("DataSet", "a"), "collectionId": "sales"}, entity("DataSet", "b"))
    assert desk.catalog.entities.collections_of([desk.guid("a")]) == {"sales"}
    assert desk.catalog.entities.collections_of([desk.guid("b")]) == {"contoso"}
    assert desk.catalog.entities.counts(collections=frozenset({"sales"})) == {"DataSet": 1}


@pytest.mark.parametrize(
    ("name", "parent", "code"),
    [
        ("x", "contoso", "CAT-028"),
        ("-bad-", "contoso", "CAT-028"),
        ("good", "nobody", "CAT-001"),
        ("sales", "sales", "CAT-028"),
    ],
)
def test_collection_that_cannot_be_is_refused(name: str, parent: str, code: str, desk: Desk) -> None:
    put(desk, "sales")
    with pytest.raises(CatalogError) as refused:
        put(desk, name, parent)
    assert refused.value.code == code


def test_root_stands_below_no_collection(desk: Desk) -> None:
    put(desk, "sales")
    desk.catalog.collections.put("contoso", friendly_name="All", parent="contoso", by="tester")
    assert desk.catalog.collections.get("contoso").friendly_name == "All"
    with pytest.raises(Invalid):
        put(desk, "contoso", "sales")


def test_friendly_names_are_unique_below_one_parent_and_nowhere_else(desk: Desk) -> None:
    put(desk, "sales")
    put(desk, "europe", "sales")
    desk.catalog.collections.put("europe2", friendly_name="Europe", parent="contoso", by="tester")
    for name, friendly, parent in (("other", "EUROPE", "sales"), ("europe2", "Europe", "sales")):
        with pytest.raises(Conflict) as refused:
            desk.catalog.collections.put(name, friendly_name=friendly, parent=parent, by="tester")
        assert "'europe'" in refused.value.message


def test_tree_is_eight_levels_deep_at_most_also_after_a_move(desk: Desk) -> None:
    above = "contoso"
    for level in range(8):
        put(desk, f"level{level}", above)
        above = f"level{level}"
    with pytest.raises(Invalid) as refused:
        put(desk, "level8", above)
    assert "deeper than 8 levels" in refused.value.message
    put(desk, "top")
    with pytest.raises(Invalid):
        put(desk, "level0", "top")
    put(desk, "level7", "level5")


def test_collection_that_is_not_empty_says_what_it_holds_and_stays(desk: Desk) -> None:
    put(desk, "sales")
    put(desk, "europe", "sales")
    desk.write({**entity("DataSet", "a"), "collectionId": "sales"})
    with pytest.raises(Conflict) as refused:
        desk.catalog.collections.delete("sales")
    assert refused.value.message.endswith("it holds 1 collection and 1 asset, columns included")
    with pytest.raises(Conflict) as refused:
        desk.catalog.collections.delete("contoso")
    assert refused.value.code == "CAT-035"


def test_collection_of_deleted_assets_is_empty_and_leaves_them_to_its_parent(desk: Desk) -> None:
    put(desk, "sales")
    put(desk, "europe", "sales")
    desk.write({**entity("DataSet", "a"), "collectionId": "europe"})
    guid = desk.guid("a")
    desk.catalog.entities.delete([guid], by="tester")
    desk.catalog.collections.delete("europe")
    assert desk.catalog.entities.get(guid).entity.collection_id == "sales"


def test_fresh_name_has_six_letters_and_is_nobodys(desk: Desk) -> None:
    name = desk.catalog.collections.fresh_name()
    put(desk, name)
    assert len(name) == 6
    assert desk.catalog.collections.fresh_name() != name


def test_asset_moves_with_its_columns_and_keeps_its_lineage(desk: Desk) -> None:
    put(desk, "sales")
    table = ref("azure_sql_table", "t")
    desk.write(
        entity("azure_sql_table", "t"),
        entity("azure_sql_column", "t#a", rel_table=table),
        entity("DataSet", "d"),
        entity("Process", "p", inputs=[ref("DataSet", "d")], outputs=[table]),
    )
    guid = desk.guid("t")
    asked: list[frozenset[str]] = []
    moved = desk.catalog.moves.move([guid, guid], "sales", by="mover", permit=asked.append)
    assert {header.attributes["qualifiedName"] for header in moved.mutated_entities["UPDATE"]} == {"t", "t#a"}
    assert {header.collection_id for header in moved.mutated_entities["UPDATE"]} == {"sales"}
    assert asked == [{"contoso", "sales"}]
    assert desk.catalog.entities.counts(collections=frozenset({"sales"})) == {
        "azure_sql_column": 1,
        "azure_sql_table": 1,
    }
    assert desk.catalog.entities.counts(collections=frozenset({"contoso"})) == {"DataSet": 1, "Process": 1}
    assert len(desk.catalog.lineage.walk(guid).relations) == 2
    change = desk.catalog.history.changes(guid).entries[0]
    assert (change.action, change.by) == ("MOVE", "mover")
    assert [(each.part, each.old, each.new) for each in change.changes] == [("collectionId", "contoso", "sales")]
    assert desk.catalog.moves.move([guid], "sales", by="mover").mutated_entities == {}


def test_moved_asset_is_found_in_its_new_collection_only(desk: Desk) -> None:
    put(desk, "sales")
    desk.write(entity("DataSet", "harbour"))
    desk.catalog.moves.move([desk.guid("harbour")], "sales", by="mover")
    found = {
        name: desk.catalog.search.query(SearchRequest("harbour"), collections=frozenset({name})).count
        for name in ("contoso", "sales")
    }
    assert found == {"contoso": 0, "sales": 1}


def test_move_that_cannot_be_changes_nothing(desk: Desk) -> None:
    put(desk, "sales")
    desk.write(entity("azure_sql_table", "t"), entity("azure_sql_column", "t#a", rel_table=ref("azure_sql_table", "t")))
    desk.write(entity("DataSet", "gone"))
    gone, table, column = desk.guid("gone"), desk.guid("t"), desk.guid("t#a")
    desk.catalog.entities.delete([gone], by="tester")
    for guids, collection, code in (
        ([table], "nobody", "CAT-001"),
        ([table, "none"], "sales", "CAT-002"),
        ([table, gone], "sales", "CAT-007"),
        ([column], "sales", "CAT-028"),
    ):
        with pytest.raises(CatalogError) as refused:
            desk.catalog.moves.move(guids, collection, by="mover")
        assert refused.value.code == code
    assert desk.catalog.entities.collections_of([table, column]) == {"contoso"}


def test_empty_collection_is_deleted(desk: Desk) -> None:
    put(desk, "sales")
    desk.catalog.collections.delete("sales")
    assert [item.name for item in desk.catalog.collections.all()] == ["contoso"]


def test_columns_that_come_later_lie_where_their_table_is(desk: Desk) -> None:
    put(desk, "sales")
    desk.write({**entity("azure_sql_table", "t"), "collectionId": "sales"})
    desk.write(entity("azure_sql_column", "t#a", table=ref("azure_sql_table", "t")))
    assert desk.catalog.entities.collections_of([desk.guid("t#a")]) == {"sales"}
    desk.write({**entity("azure_blob_path", "f"), "collectionId": "sales"})
    desk.write(
        entity("tabular_schema", "f#s", rel_associatedDataset=ref("azure_blob_path", "f")),
        entity("column", "f#s//c", rel_composeSchema=ref("tabular_schema", "f#s")),
    )
    assert desk.catalog.entities.collections_of([desk.guid("f#s"), desk.guid("f#s//c")]) == {"sales"}
    counted = desk.catalog.entities.counts(collections=frozenset({"sales"}))
    assert counted == {
        "azure_blob_path": 1,
        "azure_sql_column": 1,
        "azure_sql_table": 1,
        "column": 1,
        "tabular_schema": 1,
    }
    assert "azure_sql_column" not in desk.catalog.entities.counts(collections=frozenset({"contoso"}))


def test_write_asks_where_what_it_links_to_lies(desk: Desk) -> None:
    put(desk, "vault")
    desk.write({**entity("azure_sql_table", "hidden"), "collectionId": "vault"})
    asked: list[frozenset[str]] = []
    process = entity("Process", "p", inputs=[ref("azure_sql_table", "hidden")], outputs=[])
    batch = msgspec.convert({"entities": [process]}, EntityBatch)
    desk.catalog.entities.write(batch, by="tester", permit=asked.append)
    assert frozenset({"vault"}) in asked
