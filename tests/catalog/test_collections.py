"""The tree of collections."""

import pytest

from catalog.desk import Desk, entity
from headwater.errors import CatalogError


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


def test_collection_that_is_not_empty_cannot_be_deleted(desk: Desk) -> None:
    put(desk, "sales")
    desk.write({**entity("DataSet", "a"), "collectionId": "sales"})
    for name in ("sales", "contoso"):
        with pytest.raises(CatalogError) as refused:
            desk.catalog.collections.delete(name)
        assert refused.value.code == "CAT-035"


def test_empty_collection_is_deleted(desk: Desk) -> None:
    put(desk, "sales")
    desk.catalog.collections.delete("sales")
    assert [item.name for item in desk.catalog.collections.all()] == ["contoso"]
