"""Search, suggestions and facets over a small catalog."""

from pathlib import Path

import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog.search import FacetRequest, Limits, Search, SearchRequest
from headwater.errors import Invalid

FILES = {"flights.csv", "weather.parquet"}


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    desk.write(
        entity("azure_sql_table", "mssql://s/d/dbo/delays_by_carrier", name="delays_by_carrier", description="of NYC"),
        entity(
            "azure_sql_column",
            "mssql://s/d/dbo/delays_by_carrier#avg_delay",
            name="avg_delay",
            rel_table=ref("azure_sql_table", "mssql://s/d/dbo/delays_by_carrier"),
        ),
        entity("azure_datalake_gen2_path", "https://a.dfs.core.windows.net/raw/flights.csv", name="flights.csv"),
        entity(
            "azure_datalake_gen2_path", "https://a.dfs.core.windows.net/raw/weather.parquet", name="weather.parquet"
        ),
        entity("azure_synapse_pipeline", "/w/pipelines/BuildDelays", name="BuildDelays"),
    )
    return desk


def found(desk: Desk, keywords: str | None, **asked: object) -> list[str]:
    request = SearchRequest(keywords=keywords, **asked)
    return [hit.name for hit in desk.catalog.search.query(request).hits]


def test_word_finds_what_has_it_in_its_name_first(shelf: Desk) -> None:
    assert found(shelf, "delays") == ["delays_by_carrier", "BuildDelays"]


def test_word_finds_the_table_by_its_column_and_says_which(shelf: Desk) -> None:
    (hit,) = shelf.catalog.search.query(SearchRequest(keywords="avg_delay")).hits
    assert (hit.name, hit.columns) == ("delays_by_carrier", ("avg_delay",))


def test_columns_themselves_are_not_hits(shelf: Desk) -> None:
    assert "avg_delay" not in found(shelf, None)


@pytest.mark.parametrize(
    ("keywords", "names"),
    [
        ("flights OR weather", {"flights.csv", "weather.parquet"}),
        ("raw AND NOT weather", {"flights.csv"}),
        ("NOT raw", {"delays_by_carrier", "BuildDelays"}),
        ("name:fl*", {"flights.csv"}),
        ('"of nyc"', {"delays_by_carrier"}),
        ("entityType:azure_synapse_pipeline", {"BuildDelays"}),
        ("assetType:lake", {"flights.csv", "weather.parquet"}),
        ("https://a.dfs.core.windows.net/raw/flights.csv", {"flights.csv"}),
        ("nothing", set()),
        ("term:delays", set()),
    ],
)
def test_query_language_finds_what_it_says(keywords: str, names: set[str], shelf: Desk) -> None:
    assert set(found(shelf, keywords)) == names


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        ({"entityType": "azure_sql_table"}, {"delays_by_carrier"}),
        ({"entityType": "DataSet"}, set()),
        ({"entityType": "DataSet", "includeSubTypes": True}, {"delays_by_carrier", "flights.csv", "weather.parquet"}),
        ({"assetType": ["Azure SQL Database", "Azure Synapse Analytics"]}, {"delays_by_carrier", "BuildDelays"}),
        (
            {"and": [{"assetType": "Azure Data Lake Storage Gen2"}, {"not": {"fileExtension": "csv"}}]},
            {"weather.parquet"},
        ),
        (
            {"not": {"attributeName": "description", "operator": "eq", "attributeValue": "of NYC"}},
            FILES | {"BuildDelays"},
        ),
        (
            {"not": {"or": [{"entityType": "azure_sql_table"}, {"fileExtension": "csv"}]}},
            {"weather.parquet", "BuildDelays"},
        ),
        ({"or": []}, set()),
        ({"and": []}, {"delays_by_carrier", "flights.csv", "weather.parquet", "BuildDelays"}),
        ({"attributeName": "description", "operator": "contains", "attributeValue": "nyc"}, {"delays_by_carrier"}),
        ({"attributeName": "name", "operator": "prefix", "attributeValue": "fl"}, {"flights.csv"}),
        ({"attributeName": 'odd"$.name', "operator": "eq", "attributeValue": "x"}, set()),
        ({"collectionId": "contoso", "entityType": "x"}, set()),
        ({"term": "x"}, set()),
    ],
)
def test_filter_finds_what_it_says(tree: object, names: set[str], shelf: Desk) -> None:
    assert set(found(shelf, None, filter=tree)) == names


@pytest.mark.parametrize(
    "tree",
    [
        "text",
        [],
        {"colour": "red"},
        {"and": {}},
        {"entityType": 5},
        {"attributeName": "a", "operator": "like", "attributeValue": "b"},
        {"attributeName": "a", "operator": "eq"},
    ],
)
def test_filter_that_cannot_be_read_is_refused(tree: object, shelf: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        found(shelf, None, filter=tree)
    assert refused.value.code == "CAT-029"


def test_facets_count_hits_by_value(shelf: Desk) -> None:
    facets = tuple(FacetRequest(name) for name in ("assetType", "entityType", "collectionId", "fileExtension", "term"))
    result = shelf.catalog.search.query(SearchRequest(keywords="raw delays", facets=facets))
    assert {name: {item.value: item.count for item in items} for name, items in result.facets.items()} == {
        "assetType": {"Azure Data Lake Storage Gen2": 2, "Azure SQL Database": 1, "Azure Synapse Analytics": 1},
        "entityType": {"azure_datalake_gen2_path": 2, "azure_sql_table": 1, "azure_synapse_pipeline": 1},
        "collectionId": {"contoso": 4},
        "fileExtension": {".csv": 1, ".parquet": 1},
        "term": {},
    }


def test_pages_of_a_search_meet_without_gap_or_overlap(shelf: Desk) -> None:
    every = found(shelf, "raw delays")
    pages = [found(shelf, "raw delays", limit=3, offset=offset) for offset in (0, 3)]
    assert [*pages[0], *pages[1]] == every
    assert shelf.catalog.search.query(SearchRequest(keywords="raw delays", limit=1)).count == 4


def test_order_by_name_replaces_the_ranking(shelf: Desk) -> None:
    assert found(shelf, "raw delays", orderby=({"name": "ASC"},)) == sorted(found(shelf, "raw delays"))


def test_found_words_are_marked(shelf: Desk) -> None:
    (hit,) = shelf.catalog.search.query(SearchRequest(keywords="flights")).hits
    assert hit.highlights == {
        "name": ("<em>flights</em>.csv",),
        "qualifiedName": ("https://a.dfs.core.windows.net/raw/<em>flights</em>.csv",),
    }


def test_search_in_no_collection_finds_nothing(shelf: Desk) -> None:
    assert shelf.catalog.search.query(SearchRequest(), collections=frozenset()).count == 0
    assert shelf.catalog.search.suggest("del", collections=frozenset()) == ()


def test_suggestions_complete_the_last_word(shelf: Desk) -> None:
    assert [hit.name for hit in shelf.catalog.search.suggest("delays_by_ca")] == ["delays_by_carrier"]
    assert [hit.name for hit in shelf.catalog.search.suggest("build del")] == ["BuildDelays"]
    assert shelf.catalog.search.autocomplete("de") == ("delay", "delays")


@pytest.mark.parametrize("asked", [{"limit": 1001}, {"limit": -1}, {"offset": 100_001}])
def test_page_out_of_bounds_is_refused(asked: dict[str, int], shelf: Desk) -> None:
    with pytest.raises(Invalid):
        found(shelf, None, **asked)


def test_search_follows_every_write(shelf: Desk) -> None:
    shelf.write(entity("azure_sql_table", "mssql://s/d/dbo/delays_by_carrier", name="lateness", description="gone"))
    assert found(shelf, "delays_by_carrier AND lateness") == ["lateness"]
    assert found(shelf, "nyc") == []
    assert found(shelf, "avg_delay") == ["lateness"]
    shelf.catalog.entities.delete([shelf.guid("mssql://s/d/dbo/delays_by_carrier#avg_delay")], by="tester")
    assert found(shelf, "avg_delay") == []
    shelf.catalog.entities.delete([shelf.guid("mssql://s/d/dbo/delays_by_carrier")], by="tester")
    assert found(shelf, "lateness") == []
    (check,) = shelf.rows("SELECT count(*) FROM documents")
    assert check == (3,)


def test_very_many_hits_are_counted_by_how_far_the_first_reach(desk: Desk, place: object) -> None:
    search = Search(desk.catalog.store, desk.catalog.types, Limits(ranked=5, named=5, faceted=5, counted=10))
    desk.write(*(entity("DataSet", f"q{n}", description="shore" if n % 2 else "harbour") for n in range(80)))
    every = search.query(SearchRequest(keywords="harbour", limit=3))
    # PostgreSQL has no order of keys to tell from, and counts all of them.
    assert every.approximate is isinstance(place, Path)
    assert 38 <= every.count <= 42
    pages = [search.query(SearchRequest(keywords="harbour", limit=7, offset=at)) for at in range(0, 42, 7)]
    assert len({hit.guid for page in pages for hit in page.hits}) == 40
    assert all(page.count > at + 7 for page, at in zip(pages, range(0, 28, 7), strict=False))
    assert search.query(SearchRequest(keywords="name:q7")).count == 1
