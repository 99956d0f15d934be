"""Pages by token go on where the last one ended, whatever is written between them."""

import base64
import itertools
import json

import pytest

from catalog.desk import Desk, entity
from headwater.catalog.search import Limits, Search, SearchRequest
from headwater.errors import Invalid

WAYS: dict[str, dict[str, object]] = {
    "everything": {"keywords": None},
    "everything but": {"keywords": "NOT lost"},
    "by name": {"keywords": "*", "orderby": ({"name": "DESC"},)},
    "by words": {"keywords": "harbour shore"},
    "by words and name": {"keywords": "harbour", "orderby": ({"name": "ASC"}, {"updateTime": "desc"})},
    "by words and filter": {
        "keywords": "harbour",
        "filter": {"attributeName": "name", "operator": "ne", "attributeValue": "x"},
    },
}
MADE_UP: tuple[dict[str, object], ...] = (
    {"keys": []},
    {"keys": ["a", "b"]},
    {"keys": [2**70]},
    {"keys": [-1.0, 2**70]},
    {"keys": ["a", "b", "c"]},
    {"keys": ["\0", 1]},
    {"last": 2**63, "keys": [1]},
    {"last": -5, "keys": [-1.0, 1]},
    {"way": "sideways"},
    {"way": "named", "keys": [1, 2, 3]},
)
OTHERS: tuple[dict[str, object], ...] = (
    {"keywords": "shore"},
    {"filter": {"entityType": "DataSet"}},
    {"orderby": ({"name": "asc"},)},
    {"asset_types": ("x",)},
)


def written(desk: Desk, first: int, last: int) -> set[str]:
    names = [f"{'harbour' if n % 3 == 0 else 'a'} {n % 7} q{n}" for n in range(first, last)]
    desk.write(*(entity("DataSet", f"q{n}", name=name, description="harbour") for n, name in enumerate(names, first)))
    return {f"q{n}" for n in range(first, last)}


@pytest.mark.parametrize("ranked", [2_000, 5])
def test_pages_by_token_show_each_asset_once_while_others_are_added(ranked: int, desk: Desk) -> None:
    search = Search(desk.catalog.store, desk.catalog.types, Limits(ranked=ranked, named=ranked))
    fresh = itertools.count(20, 2)
    there = written(desk, 0, 20)
    for way, asked in WAYS.items():
        seen: list[str] = []
        added: set[str] = set()
        token: str | None = None
        while token is not None or not seen:
            page = search.query(SearchRequest(**asked, limit=4, after=token))
            seen += [hit.qualified_name for hit in page.hits]
            token = page.next
            if token is not None and len(added) < 10:
                added |= written(desk, first := next(fresh), first + 2)
        assert len(seen) == len(set(seen)), way
        assert there <= set(seen), way
        there |= added


@pytest.mark.parametrize("ranked", [2_000, 5])
def test_pages_by_token_and_by_offset_are_the_same(ranked: int, desk: Desk) -> None:
    search = Search(desk.catalog.store, desk.catalog.types, Limits(ranked=ranked, named=ranked))
    written(desk, 0, 20)
    for way, asked in WAYS.items():
        token: str | None = None
        for offset in range(0, 20, 4):
            by_token = search.query(SearchRequest(**asked, limit=4, after=token))
            by_offset = search.query(SearchRequest(**asked, limit=4, offset=offset))
            assert by_token.hits == by_offset.hits, way
            assert (by_token.next is None) == (by_offset.next is None) == (offset == 16), way
            token = by_token.next


def test_last_page_that_is_full_has_no_token(desk: Desk) -> None:
    written(desk, 0, 4)
    for way in WAYS.values():
        assert desk.catalog.search.query(SearchRequest(**way, limit=4)).next is None
        assert desk.catalog.search.query(SearchRequest(**way, limit=0)).next is None


def test_token_of_another_search_is_refused(desk: Desk) -> None:
    written(desk, 0, 4)
    token = desk.catalog.search.query(SearchRequest(keywords="harbour", limit=2)).next
    for change in OTHERS:
        with pytest.raises(Invalid) as refused:
            desk.catalog.search.query(SearchRequest(**{"keywords": "harbour", "limit": 2, "after": token} | change))
        assert refused.value.message == "The continuation token is of another search"


def test_token_that_is_none_is_refused(desk: Desk) -> None:
    for token in ("x", "%%%", "é", base64.urlsafe_b64encode(b"[1]").decode(), base64.b64encode(b"\xff").decode()):
        with pytest.raises(Invalid) as refused:
            desk.catalog.search.query(SearchRequest(after=token))
        assert refused.value.message == "The continuation token is none of ours"


def test_token_that_somebody_made_up_is_refused(desk: Desk) -> None:
    written(desk, 0, 9)
    for asked in WAYS.values():
        mine = json.loads(
            base64.urlsafe_b64decode(desk.catalog.search.query(SearchRequest(**asked, limit=2)).next or "")
        )
        for change in MADE_UP:
            forged = base64.urlsafe_b64encode(json.dumps(mine | change).encode()).decode()
            with pytest.raises(Invalid):
                desk.catalog.search.query(SearchRequest(**asked, limit=2, after=forged))


@pytest.mark.parametrize("ranked", [2_000, 5])
def test_asset_with_both_words_comes_before_those_with_one(ranked: int, desk: Desk) -> None:
    search = Search(desk.catalog.store, desk.catalog.types, Limits(ranked=ranked, named=ranked))
    written(desk, 0, 8)
    desk.write(entity("DataSet", "both", name="harbour of the shore"), entity("DataSet", "one", name="shore"))
    assert search.query(SearchRequest(keywords="harbour shore", limit=1)).hits[0].qualified_name == "both"


def test_asset_of_that_very_name_comes_first(desk: Desk) -> None:
    desk.write(
        entity("DataSet", "1", name="harbour of the north", description="harbour harbour"),
        entity("DataSet", "2", name="of", description="harbour"),
        entity("DataSet", "3", name="harbour"),
    )
    ranked = desk.catalog.search.query(SearchRequest(keywords="harbour")).hits
    assert [hit.qualified_name for hit in ranked] == ["3", "1", "2"]
    assert [hit.score for hit in ranked] == sorted((hit.score for hit in ranked), reverse=True)
