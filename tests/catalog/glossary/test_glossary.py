"""The glossary on each database: names of terms on assets, deletion, quota, files."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity, ref
from headwater.catalog.annotations import meanings
from headwater.catalog.collections import Collections
from headwater.catalog.glossary.csv_file import parsed, rendered
from headwater.catalog.glossary.glossary import BusinessGlossary
from headwater.catalog.glossary.shapes import Assigned, Glossary, Term
from headwater.catalog.search.shapes import SearchRequest
from headwater.errors import Conflict, Invalid

ROOT = "contoso"


def glossary(desk: Desk, name: str = "G") -> str:
    return str(desk.catalog.glossary.glossaries.create(Glossary(name=name), by="ann").guid)


def term(desk: Desk, home: str, name: str, **more: object) -> str:
    given = msgspec.convert({"name": name, "anchor": {"glossaryGuid": home}, **more}, Term)
    return str(desk.catalog.glossary.terms.create([given], by="ann")[0].guid)


def meaning_names(desk: Desk, name: str) -> tuple[str, ...]:
    return desk.catalog.entities.header(desk.guid(name)).meaning_names


def assign(desk: Desk, guid: str, *names: str) -> None:
    desk.catalog.glossary.assignments.assign(guid, [Assigned(guid=desk.guid(name)) for name in names], by="ann")


def indexed(desk: Desk, guid: str) -> int:
    found = desk.rows(f"SELECT count(*) FROM annotation_index WHERE kind = 2 AND value = '{guid}'")
    return int(str(found[0][0]))


def test_renamed_term_shows_its_new_name_on_every_asset_of_several_batches(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meanings, "TOGETHER", 3)
    names = [f"d{at}" for at in range(8)]
    desk.write(*(entity("DataSet", name) for name in names))
    guid = term(desk, glossary(desk), "Revenue")
    assign(desk, guid, *names)
    desk.catalog.glossary.terms.change(guid, {"name": "Turnover"}, by="bob")
    assert {meaning_names(desk, name) for name in names} == {("Turnover",)}
    assert indexed(desk, guid) == len(names)


def test_deleted_term_leaves_no_asset_with_it(desk: Desk) -> None:
    desk.write(entity("DataSet", "d"), entity("DataSet", "e"))
    home = glossary(desk)
    revenue, cost = term(desk, home, "Revenue"), term(desk, home, "Cost")
    assign(desk, revenue, "d", "e")
    assign(desk, cost, "d")
    desk.catalog.glossary.terms.delete(revenue, by="ann")
    assert (meaning_names(desk, "d"), meaning_names(desk, "e")) == (("Cost",), ())
    assert (indexed(desk, revenue), indexed(desk, cost)) == (0, 1)


def test_deleted_glossary_leaves_no_asset_with_its_terms(desk: Desk) -> None:
    desk.write(entity("DataSet", "d"))
    home = glossary(desk)
    assign(desk, term(desk, home, "Revenue"), "d")
    desk.catalog.glossary.glossaries.delete(home, by="ann")
    assert meaning_names(desk, "d") == ()
    assert glossary(desk) != home


def test_deleted_asset_is_no_longer_assigned(desk: Desk) -> None:
    desk.write(entity("DataSet", "d"))
    guid = term(desk, glossary(desk), "Revenue")
    assign(desk, guid, "d")
    desk.catalog.entities.delete([desk.guid("d")], by="ann")
    assert desk.catalog.glossary.assignments.of(guid) == []


def test_write_that_names_meanings_replaces_them_and_one_that_does_not_keeps_them(desk: Desk) -> None:
    home = glossary(desk)
    term(desk, home, "Revenue")
    term(desk, home, "Cost")
    desk.write(entity("DataSet", "d", rel_meanings=[ref("AtlasGlossaryTerm", "Revenue@G")]))
    desk.write(entity("DataSet", "d", description="more"))
    assert meaning_names(desk, "d") == ("Revenue",)
    desk.write(entity("DataSet", "d", rel_meanings=[ref("AtlasGlossaryTerm", "Cost@G")]))
    assert meaning_names(desk, "d") == ("Cost",)
    desk.write(entity("DataSet", "d", rel_meanings=[]))
    assert meaning_names(desk, "d") == ()


def test_assets_of_collections_that_the_caller_may_not_read_are_left_out(desk: Desk) -> None:
    collections: Collections = desk.catalog.collections
    collections.put("secret", friendly_name="Secret", parent=ROOT, by="ann")
    desk.write(entity("DataSet", "d"), {**entity("DataSet", "s"), "collectionId": "secret"})
    guid = term(desk, glossary(desk), "Revenue")
    assign(desk, guid, "d", "s")
    parts = desk.catalog.glossary
    readable = frozenset({ROOT})
    assert [one["displayText"] for one in parts.assignments.of(guid, readable=readable)] == ["d"]
    assert [one["displayText"] for one in parts.terms.get(guid, readable=readable).assigned_entities or ()] == ["d"]
    assert len(parts.assignments.of(guid)) == 2


def test_assigning_asks_for_the_collections_of_the_assets(desk: Desk) -> None:
    desk.catalog.collections.put("sales", friendly_name="Sales", parent=ROOT, by="ann")
    desk.write({**entity("DataSet", "d"), "collectionId": "sales"})
    guid = term(desk, glossary(desk), "Revenue")
    asked: list[frozenset[str]] = []
    found = [Assigned(guid=desk.guid("d"))]
    desk.catalog.glossary.assignments.assign(guid, found, by="ann", permit=asked.append)
    assert asked == [frozenset({"sales"})]


def test_term_is_found_by_search_but_is_no_asset_of_a_source(desk: Desk) -> None:
    term(desk, glossary(desk), "Revenue")
    desk.write(entity("DataSet", "d"))
    assert [hit.name for hit in desk.catalog.search.query(SearchRequest(keywords="revenue")).hits] == ["Revenue"]
    assert [(source.name, source.count) for source in desk.catalog.browse.sources()] == [("Other", 1)]
    assert [row.name for row in desk.catalog.browse.tops("Other").rows] == ["d"]


def test_asset_is_found_by_the_name_of_its_term(desk: Desk) -> None:
    desk.write(entity("DataSet", "d"))
    assign(desk, term(desk, glossary(desk), "Revenue"), "d")
    found = desk.catalog.search.query(SearchRequest(keywords="revenue"))
    assert {hit.name for hit in found.hits} == {"d", "Revenue"}


def test_account_takes_no_more_terms_than_its_quota(desk: Desk) -> None:
    catalog = desk.catalog
    small = BusinessGlossary.open(catalog.store, catalog.types, catalog.collections, most_terms=2)
    home = glossary(desk)
    term(desk, home, "A")
    term(desk, home, "B")
    one_more = msgspec.convert({"name": "C", "anchor": {"glossaryGuid": home}}, Term)
    with pytest.raises(Invalid, match="it takes 2"):
        small.terms.create([one_more], by="ann")
    assert small.imports.run(home, b"Name\nC\n", by="ann").error_code == "CAT-128"


def test_terms_of_one_request_are_made_all_or_none(desk: Desk) -> None:
    home = glossary(desk)
    term(desk, home, "B")
    wanted = msgspec.convert([{"name": name, "anchor": {"glossaryGuid": home}} for name in "AB"], list[Term])
    with pytest.raises(Conflict, match="B@G"):
        desk.catalog.glossary.terms.create(wanted, by="ann")
    assert [one.name for one in desk.catalog.glossary.terms.of_glossary(home)] == ["B"]


def test_synonym_said_from_both_ends_is_one_relationship(desk: Desk) -> None:
    home = glossary(desk)
    one = term(desk, home, "One")
    other = term(desk, home, "Other", synonyms=[{"termGuid": one}])
    desk.catalog.glossary.terms.change(one, {"synonyms": [{"termGuid": other}]}, by="ann")
    assert [len(desk.catalog.glossary.terms.related(guid)["synonyms"]) for guid in (one, other)] == [1, 1]
    desk.catalog.glossary.terms.change(other, {"synonyms": []}, by="ann")
    assert desk.catalog.glossary.terms.related(one) == {}


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters='@._;:"\r\n\x00', exclude_categories=("Cs",)),
    min_size=1,
    max_size=8,
)
CELLS = NAMES.map(str.strip).filter(bool)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=("Cs",)), max_size=20)
TERMS = st.builds(
    Term,
    name=CELLS,
    long_description=TEXTS.map(str.strip),
    abbreviation=CELLS,
    status=st.sampled_from(["Draft", "Approved"]),
    template_name=st.just(("System Default",)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(terms=st.lists(TERMS, max_size=4, unique_by=lambda one: one.name))
def test_file_that_was_written_reads_as_the_same_terms(terms: list[Term]) -> None:
    lines = parsed(rendered(terms, {}).encode())
    kept = [
        (line.cells["Name"], line.cells["Definition"], line.cells["Acronym"], line.cells["Status"]) for line in lines
    ]
    assert kept == [(one.name, one.long_description, one.abbreviation, one.status) for one in terms]
