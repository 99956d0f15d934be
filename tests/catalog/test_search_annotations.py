"""Search by what people say of assets: filters, fields of the query language, facets, and what a hit shows."""

import pytest

from catalog.desk import Desk, entity, ref
from headwater.catalog.search import FacetRequest, FacetSort, Hit, Limits, Search, SearchRequest
from headwater.catalog.search.shapes import Contact, Term
from headwater.errors import Invalid

EMAIL, PHONE = "MICROSOFT.PERSONAL.TEST_EMAIL", "MICROSOFT.PERSONAL.EU.TEST_PHONE"
CARD = "MICROSOFT.FINANCIAL.TEST_CARD"
TYPES = {
    "classificationDefs": [
        {"name": EMAIL},
        {"name": PHONE},
        {"name": CARD},
        {"name": "Work email", "superTypes": [EMAIL]},
    ],
    "businessMetadataDefs": [
        {"name": "Ops", "attributeDefs": [{"name": "team"}, {"name": "cost", "typeName": "int"}]},
    ],
}
OF_OPS = {"applicableEntityTypes": '["DataSet"]', "maxStrLength": "50"}

# Filter → names of what it finds.
FILTERS: tuple[tuple[object, set[str]], ...] = (
    ({"classification": EMAIL}, {"people"}),
    ({"classification": EMAIL, "includeSubClassifications": True}, {"people", "cards"}),
    ({"classification": [CARD, PHONE]}, {"people", "cards"}),
    ({"classificationCategory": "Personal"}, {"people"}),
    ({"term": "Revenue"}, {"people", "cards"}),
    ({"term": "Revenue", "glossary": "Legal"}, {"cards"}),
    ({"term": "Revenue@Finance"}, {"people"}),
    ({"term": "revenue"}, set()),
    ({"label": "daily"}, {"people"}),
    ({"contactId": "ann"}, {"people", "cards"}),
    ({"contactId": "ann", "contactType": "Owner"}, {"people"}),
    ({"contactType": "Expert"}, {"people", "cards"}),
    ({"contactType": "Steward"}, set()),
    ({"objectType": "Glossary terms", "glossaryType": "AtlasGlossaryTerm"}, {"Revenue"}),
    ({"and": [{"label": "gold"}, {"not": {"kind": "ClassificationFilter", "classification": CARD}}]}, {"people"}),
    ({"attributeName": "Ops.team", "operator": "prefix", "attributeValue": "pay"}, {"people"}),
    ({"attributeName": "Ops.cost", "operator": "gt", "attributeValue": 6}, {"people"}),
    ({"attributeName": "Ops.cost", "operator": "gt", "attributeValue": 7}, set()),
    ({"collectionId": "team"}, {"cards"}),
)
FIELDS: tuple[tuple[str, set[str]], ...] = (
    (f"classification:{EMAIL}", {"people"}),
    ("classification:email", {"people", "cards"}),
    ("label:gold AND NOT classification:financial", {"people"}),
    ("term:revenue", {"people", "cards"}),
    ("contact:ann", {"people", "cards"}),
    ('contact:"asks first"', {"people"}),
    ("entityType:gold", set()),
    ("label:personal", set()),
    ("gold", {"people", "cards"}),
    ('description:"came in"', {"Revenue"}),
)
SORTS: tuple[tuple[FacetSort, list[str]], ...] = (
    (FacetSort(count="desc"), ["gold", "daily", "hourly"]),
    (FacetSort(count="asc"), ["daily", "hourly", "gold"]),
    (FacetSort(value="asc"), ["daily", "gold", "hourly"]),
    (FacetSort(value="desc"), ["hourly", "gold", "daily"]),
    (FacetSort(count="desc", value="desc"), ["gold", "hourly", "daily"]),
)
UNREADABLE: tuple[object, ...] = (
    {"term": "Revenue", "glossary": 5},
    {"updateTime": "LAST_WEEK"},
    {"createTime": 5},
    {"createTime": {"operator": "contains", "timeThreshold": 5}},
    {"attributeName": "name", "operator": "timerange", "attributeValue": "LAST_7D"},
    {"classification": None},
    {"label": "\0"},
    {"term": "a", "glossary": "\0"},
    {"createTime": {"operator": "gt", "timeThreshold": 2**70}},
    {"attributeName": "name", "operator": "eq", "attributeValue": "\0"},
    {"attributeName": "\0", "operator": "eq", "attributeValue": "a"},
    {"attributeName": "size", "operator": "eq", "attributeValue": 2**70},
)
# Filter → whether it finds what was made just now.
TIMES: tuple[tuple[object, bool], ...] = (
    ({"createTime": "LAST_24H"}, True),
    ({"updateTime": "LAST_7D|LAST_30D"}, True),
    ({"updateTime": "MORE_THAN_365D"}, False),
    ({"createTime": {"operator": "gt", "timeThreshold": 1_545_580_800_000}}, True),
    ({"createTime": {"operator": "lt", "timeThreshold": 1_545_580_800_000}}, False),
    ({"createTime": {"operator": "timerange", "timeThreshold": "LAST_365D"}}, True),
    ({"attributeName": "updateTime", "operator": "timerange", "attributeValue": "LAST_24H"}, True),
    ({"attributeName": "createTime", "operator": "ge", "attributeValue": 1_545_580_800_000}, True),
)


@pytest.fixture
def shelf(desk: Desk) -> Desk:
    for definition in TYPES["businessMetadataDefs"]:
        for attribute in definition["attributeDefs"]:
            attribute["options"] = OF_OPS
    desk.catalog.types.create(TYPES, by="tester")
    desk.catalog.collections.put("team", friendly_name="Team", parent="contoso", by="tester")
    desk.write(
        *(
            written
            for glossary in ("Finance", "Legal")
            for written in (
                entity("AtlasGlossary", glossary),
                entity(
                    "AtlasGlossaryTerm",
                    f"Revenue@{glossary}",
                    name="Revenue",
                    status="Approved",
                    longDescription="what came in",
                    rel_anchor=ref("AtlasGlossary", glossary),
                ),
            )
        )
    )
    desk.write(
        entity("DataSet", "people", rel_meanings=[ref("AtlasGlossaryTerm", "Revenue@Finance")])
        | {
            "classifications": [{"typeName": EMAIL}, {"typeName": PHONE}],
            "labels": ["gold", "daily"],
            "contacts": {"Owner": [{"id": "ann", "info": "asks first"}], "Expert": [{"id": "bob", "info": ""}]},
            "businessAttributes": {"Ops": {"team": "Payments", "cost": 7}},
        },
        entity("DataSet", "cards", rel_meanings=[ref("AtlasGlossaryTerm", "Revenue@Legal")])
        | {
            "classifications": [{"typeName": CARD}, {"typeName": "Work email"}],
            "labels": ["gold"],
            "contacts": {"Expert": [{"id": "ann", "info": "wrote it"}]},
            "collectionId": "team",
        },
        entity("DataSet", "plain"),
    )
    return desk


def found(desk: Desk, keywords: str | None = None, **asked: object) -> set[str]:
    request = SearchRequest(keywords=keywords, **asked)
    return {hit.name for hit in desk.catalog.search.query(request).hits}


def hit(desk: Desk, name: str) -> Hit:
    (shown,) = desk.catalog.search.query(SearchRequest(keywords=f"qualifiedName:{name}")).hits
    return shown


def test_filter_by_what_is_said_finds_what_it_says(shelf: Desk) -> None:
    assert [found(shelf, filter=tree) for tree, _ in FILTERS] == [names for _, names in FILTERS]


def test_filter_by_the_guid_of_a_term_finds_its_assets(shelf: Desk) -> None:
    assert found(shelf, filter={"termGuid": shelf.guid("Revenue@Legal", "AtlasGlossaryTerm")}) == {"cards"}


def test_fields_of_the_query_language_look_where_they_say(shelf: Desk) -> None:
    assert [found(shelf, keywords) for keywords, _ in FIELDS] == [names for _, names in FIELDS]


@pytest.mark.parametrize("keywords", ["*", "gold OR plain OR revenue"])
def test_facets_count_what_is_said_of_the_hits(keywords: str, shelf: Desk) -> None:
    names = ("classification", "classificationCategory", "contactId", "contactType", "label", "objectType", "term")
    facets = tuple(FacetRequest(name) for name in (*names, "termStatus", "collectionId"))
    result = shelf.catalog.search.query(SearchRequest(keywords=keywords, facets=facets))
    assert {name: {item.value: item.count for item in items} for name, items in result.facets.items()} == {
        "classification": {EMAIL: 1, PHONE: 1, CARD: 1, "Work email": 1},
        "classificationCategory": {"Personal": 1, "Financial": 1},
        "contactId": {"ann": 2, "bob": 1},
        "contactType": {"Owner": 1, "Expert": 2},
        "label": {"gold": 2, "daily": 1},
        "objectType": {"Glossary terms": 4 if keywords == "*" else 2},
        "term": {"Revenue": 2},
        "termStatus": {"Approved": 2},
        "collectionId": {"contoso": 6 if keywords == "*" else 4, "team": 1},
    }


def test_facet_of_everything_counts_all_that_has_a_value_however_much_there_is(shelf: Desk) -> None:
    search = Search(shelf.catalog.store, shelf.catalog.types, Limits(faceted=2))
    shelf.write(*(entity("DataSet", f"before {n}") for n in range(4)))
    shelf.write(entity("DataSet", "last") | {"classifications": [{"typeName": CARD}]})
    request = SearchRequest(facets=(FacetRequest("classification"), FacetRequest("entityType")))
    some = search.query(request, collections=frozenset({"team"}))
    assert {item.value: item.count for item in some.facets["classification"]} == {CARD: 1, "Work email": 1}
    every = search.query(request)
    assert {item.value: item.count for item in every.facets["entityType"]}["DataSet"] == 8
    assert (every.count, every.approximate) == (12, True)
    # Two of three that have any were counted.
    assert {item.value for item in every.facets["classification"]} == {EMAIL, PHONE, CARD, "Work email"}


def test_facets_count_only_what_may_be_read(shelf: Desk) -> None:
    request = SearchRequest(facets=(FacetRequest("label"), FacetRequest("collectionId"), FacetRequest("entityType")))
    result = shelf.catalog.search.query(request, collections=frozenset({"team"}))
    assert {name: [(item.value, item.count) for item in items] for name, items in result.facets.items()} == {
        "label": [("gold", 1)],
        "collectionId": [("team", 1)],
        "entityType": [("DataSet", 1)],
    }
    assert result.count == 1


def test_facet_is_sorted_as_asked_and_cut_after(shelf: Desk) -> None:
    shelf.catalog.labels.add(shelf.guid("plain"), ["hourly"], by="tester")
    for sort, values in SORTS:
        for count in (0, 2, 3):
            result = shelf.catalog.search.query(SearchRequest(facets=(FacetRequest("label", count, sort),)))
            assert [item.value for item in result.facets["label"]] == values[:count], sort


def test_facet_that_cannot_be_counted_is_refused(desk: Desk) -> None:
    for facet in (FacetRequest("colour"), FacetRequest("label", -1), FacetRequest("label", 1001)):
        with pytest.raises(Invalid) as refused:
            found(desk, facets=(facet,))
        assert refused.value.code == "CAT-029"


def test_hit_shows_what_is_said_of_it(shelf: Desk) -> None:
    shown = hit(shelf, "people")
    assert shown.classifications == (EMAIL, PHONE)
    assert shown.labels == ("gold", "daily")
    assert shown.terms == (Term("Revenue", "Finance", shelf.guid("Revenue@Finance", "AtlasGlossaryTerm")),)
    assert shown.contacts == (Contact("ann", "asks first", "Owner"), Contact("bob", "", "Expert"))


def test_search_follows_what_is_said_later(shelf: Desk) -> None:
    guid = shelf.guid("plain")
    shelf.catalog.labels.add(guid, ["silver"], by="tester")
    assert found(shelf, "label:silver") == found(shelf, filter={"label": "silver"}) == {"plain"}
    shelf.catalog.labels.remove(guid, ["silver"], by="tester")
    assert found(shelf, "silver") == found(shelf, filter={"label": "silver"}) == set()
    shelf.write(entity("DataSet", "plain") | {"contacts": {"Expert": [{"id": "eve"}]}})
    assert found(shelf, "contact:eve") == found(shelf, filter={"contactId": "eve"}) == {"plain"}
    shelf.catalog.entities.delete([guid], by="tester")
    assert found(shelf, "contact:eve") == found(shelf, filter={"contactId": "eve"}) == set()


def test_leaf_that_cannot_be_read_is_refused(desk: Desk) -> None:
    for tree in UNREADABLE:
        with pytest.raises(Invalid) as refused:
            found(desk, filter=tree)
        assert refused.value.code == "CAT-029", tree


def test_time_is_compared_as_the_filter_says(desk: Desk) -> None:
    desk.write(entity("DataSet", "plain"))
    assert [bool(found(desk, filter=tree)) for tree, _ in TIMES] == [is_found for _, is_found in TIMES]
