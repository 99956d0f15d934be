"""Assets are found by the classifications of their columns, whatever becomes of asset, column and classification."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from headwater.catalog.catalog import Catalog
from headwater.catalog.model import ClassificationInput
from headwater.catalog.search import FacetRequest, SearchRequest
from headwater.errors import CatalogError

MARKS = ("MICROSOFT.PERSONAL.EMAIL", "MICROSOFT.PERSONAL.NAME")
TABLES, COLUMNS = ("orders", "people"), ("a", "b")
RUNS = itertools.count()


class Shelf:
    """Two tables of two columns, and a file whose columns stand below a schema."""

    def __init__(self, desk: Desk, run: int) -> None:
        self.desk = desk
        self.parts: dict[str, str] = {}
        self.guids: dict[str, str] = {}
        tables = {table: f"mssql://s{run}.database.windows.net/db/dbo/{table}" for table in TABLES}
        file = f"https://a{run}.dfs.core.windows.net/lake/people.csv"
        schema = f"{file}#__tabular_schema"
        desk.write(
            *(entity("azure_sql_table", name) for name in tables.values()),
            *(
                entity("azure_sql_column", f"{name}#{column}", rel_table=ref("azure_sql_table", name), data_type="int")
                for name in tables.values()
                for column in COLUMNS
            ),
            entity("azure_datalake_gen2_path", file),
            entity(
                "tabular_schema",
                f"{file}#__tabular_schema",
                rel_associatedDataset=ref("azure_datalake_gen2_path", file),
            ),
            *(
                entity(
                    "column",
                    f"{schema}//{column}",
                    rel_composeSchema=ref("tabular_schema", schema),
                    type="string",
                )
                for column in COLUMNS
            ),
        )
        for table, name in tables.items():
            self.guids[table] = desk.guid(name)
            for column in COLUMNS:
                self._know(table, column, f"{name}#{column}")
        self.guids["file"] = desk.guid(file, "azure_datalake_gen2_path")
        for column in COLUMNS:
            self._know("file", column, f"{schema}//{column}")

    def _know(self, asset: str, column: str, name: str) -> None:
        self.guids[f"{asset}.{column}"] = self.desk.guid(name)
        self.parts[f"{asset}.{column}"] = asset

    def act(self, what: str, name: str, mark: str) -> None:
        """Do it; what cannot be done changes nothing."""
        catalog, guid = self.desk.catalog, self.guids[name]
        try:
            if what == "classify":
                catalog.classifications.add([guid], [ClassificationInput(type_name=mark)], by="tester")
            elif what == "declassify":
                catalog.classifications.remove(guid, mark, by="tester")
            elif what == "delete":
                catalog.entities.delete([guid], by="tester")
            elif what == "rewrite":
                self.rewrite(self.parts.get(name, name))
            else:
                catalog.entities.restore([guid], by="tester")
        except CatalogError:
            return

    def rewrite(self, asset: str) -> None:
        """Send the asset itself again, as a scan does that has something new to tell of it."""
        held = self.desk.catalog.entities.get(self.guids[asset]).entity
        if held.status == "ACTIVE":
            name = str(held.attributes["qualifiedName"])
            self.desk.write(entity(held.type_name, name, userDescription=f"{next(RUNS)}"))

    def found(self, mark: str) -> set[str]:
        """Return what filter and keyword find, after making sure that they find the same."""
        by_filter = self._hits(SearchRequest(filter={"classification": mark}, limit=100))
        assert by_filter == self._hits(SearchRequest(keywords=f"classification:{mark}", limit=100))
        return by_filter

    def _hits(self, request: SearchRequest) -> set[str]:
        names = {guid: name for name, guid in self.guids.items()}
        return {names[hit.guid] for hit in self.desk.catalog.search.query(request).hits if hit.guid in names}

    def marks(self) -> dict[str, set[str]]:
        """Read each entity that exists: which classifications an asset has, its columns' among them."""
        found: dict[str, set[str]] = {}
        for name, guid in self.guids.items():
            held = self.desk.catalog.entities.get(guid).entity
            asset = self.parts.get(name, name)
            owner = self.desk.catalog.entities.get(self.guids[asset]).entity
            if held.status == owner.status == "ACTIVE":
                found.setdefault(asset, set()).update(str(item["typeName"]) for item in held.classifications)
        return found

    def counts(self) -> Counter[str]:
        request = SearchRequest(limit=0, facets=(FacetRequest("classification"),))
        facet = self.desk.catalog.search.query(request).facets["classification"]
        return Counter({item.value: item.count for item in facet if item.value in MARKS})


steps = st.tuples(
    st.sampled_from(["classify", "classify", "declassify", "delete", "restore", "rewrite"]),
    st.sampled_from([*TABLES, "file", *(f"{asset}.{column}" for asset in (*TABLES, "file") for column in COLUMNS)]),
    st.sampled_from(MARKS),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(steps, min_size=3, max_size=14))
def test_assets_are_found_by_what_their_columns_are(steps: list[tuple[str, str, str]], desk: Desk) -> None:
    shelf = Shelf(desk, next(RUNS))
    before = shelf.counts()
    for step in steps:
        shelf.act(*step)
    marks = shelf.marks()
    for mark in MARKS:
        assert shelf.found(mark) == {asset for asset, held in marks.items() if mark in held}
    assert shelf.counts() - before == Counter(mark for held in marks.values() for mark in held)


def test_two_tables_that_turn_out_to_be_one_are_found_by_the_columns_of_both(desk: Desk) -> None:
    shelf = Shelf(desk, next(RUNS))
    shelf.act("classify", "people.a", MARKS[0])
    orders, people = shelf.guids["orders"], shelf.guids["people"]
    merge = desk.catalog.merges.merge(orders, [people], by="tester")
    assert shelf.found(MARKS[0]) == {"orders"}
    desk.catalog.merges.undo(merge.id, by="tester")
    assert shelf.found(MARKS[0]) == {"people"}


def test_column_that_comes_with_its_classification_leads_to_its_table(desk: Desk) -> None:
    name = "mssql://new.database.windows.net/db/dbo/people"
    column = entity("azure_sql_column", f"{name}#mail", rel_table=ref("azure_sql_table", name), data_type="text")
    desk.write(entity("azure_sql_table", name), column | {"classifications": [{"typeName": MARKS[0]}]})
    answer = desk.catalog.search.query(SearchRequest(filter={"classification": MARKS[0]}))
    assert [hit.qualified_name for hit in answer.hits] == [name]


@pytest.mark.parametrize("is_known", [False, True])
def test_classified_column_leads_to_the_table_that_comes_for_it_later(is_known: bool, desk: Desk) -> None:
    name = "mssql://late.database.windows.net/db/dbo/people"
    column = entity("azure_sql_column", f"{name}#mail", data_type="text")
    desk.write(column | {"classifications": [{"typeName": MARKS[0]}]})
    if is_known:
        desk.write(entity("azure_sql_table", name))
    columns = [ref("azure_sql_column", f"{name}#mail")]
    desk.write(entity("azure_sql_table", name, userDescription="all of them", rel_columns=columns))
    for asked in ({"filter": {"classification": MARKS[0]}}, {"keywords": f"classification:{MARKS[0]}"}):
        answer = desk.catalog.search.query(SearchRequest(**asked))
        assert [hit.qualified_name for hit in answer.hits] == [name]


def test_account_of_an_older_version_learns_what_its_columns_are(place: Path) -> None:
    catalog = Catalog.open(place, name="contoso")
    shelf = Shelf(Desk(catalog), next(RUNS))
    shelf.act("classify", "people.a", MARKS[0])
    shelf.act("classify", "file.b", MARKS[0])
    with catalog.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM annotation_index WHERE kind = 6")
        search = ", search = ''" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"UPDATE documents SET classifications = ''{search}")
        connection.exec_driver_sql("DROP INDEX ix_entities_ending")
        connection.exec_driver_sql("UPDATE catalog_version SET version_num = '0005'")
    assert shelf.found(MARKS[0]) == set()
    catalog.close()
    shelf.desk = Desk(Catalog.open(place, name="contoso"))
    assert shelf.found(MARKS[0]) == {"people", "file"}
    shelf.desk.catalog.close()
