"""A search finds and counts what a plain reading of all that was written finds, whatever that was and whoever asks."""

import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity
from headwater.catalog.model import ClassificationInput
from headwater.catalog.search import FacetRequest, Limits, Search, SearchRequest, SearchResult

VOCABULARY = ("alpha", "Alphabet", "beta", "étude", "gamma7", "delta")
TYPES = {"azure_sql_table": "Azure SQL Database", "azure_datalake_gen2_path": "Azure Data Lake Storage Gen2"}
OBJECTS = {"azure_sql_table": "Tables", "azure_datalake_gen2_path": "Files"}
PLACES = ("contoso", "north", "south")
MARKS = {"MICROSOFT.PERSONAL.alpha": "Personal", "MICROSOFT.PERSONAL.beta": "Personal", "Secret": ""}
TAGS = ("gold", "delta")
PEOPLE = ("ann", "beta")
RUNS = itertools.count()
# As a small catalog is searched, and as a large one is.
WAYS = (Limits(), Limits(ranked=1, named=1, gathered=0), Limits(ranked=1, named=2))
FACETS = ("assetType", "classification", "classificationCategory", "collectionId", "contactId", "contactType")
FACETS = (*FACETS, "entityType", "label", "objectType")


def fold(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("é", "e"))


@dataclass(frozen=True)
class Asset:
    kind: str
    path: str
    name: str
    description: str
    place: str
    marks: frozenset[str]
    tags: frozenset[str]
    owners: frozenset[str]
    experts: frozenset[str]

    @property
    def fields(self) -> dict[str, list[list[str]]]:
        """Name in the query language → texts as words."""
        split = re.sub(r"(?<=[a-z])(?=\d)", " ", self.name)
        return {
            "name": [fold(self.name), fold(split) if split != self.name else []],
            "description": [fold(self.description)],
            "qualifiedName": [fold(self.path)],
            "entityType": [fold(f"{self.kind} {TYPES[self.kind]}")],
            "classification": [fold(mark) for mark in self.marks],
            "label": [fold(tag) for tag in self.tags],
            "contact": [fold(person) for person in (*self.owners, *self.experts)],
        }

    @property
    def values(self) -> dict[str, set[str]]:
        """Facet → values."""
        return {
            "assetType": {TYPES[self.kind]},
            "classification": set(self.marks),
            "classificationCategory": {MARKS[mark] for mark in self.marks} - {""},
            "collectionId": {self.place},
            "contactId": set(self.owners | self.experts),
            "contactType": {name for name, held in (("Owner", self.owners), ("Expert", self.experts)) if held},
            "entityType": {self.kind},
            "label": set(self.tags),
            "objectType": {OBJECTS[self.kind]},
        }

    def has(self, words: list[str], prefix: bool, name: str = "") -> bool:
        fields = self.fields
        texts = fields[name] if name else [text for texts in fields.values() for text in texts]
        return any(
            text[at : at + len(words) - 1] == words[:-1]
            and (last == words[-1] or (prefix and last.startswith(words[-1])))
            for text in texts
            for at, last in ((at, text[at + len(words) - 1]) for at in range(len(text) - len(words) + 1))
        )


Reading = Callable[[Asset], bool]
Query = tuple[str, Reading]
Filter = tuple[object, Reading]


def word(text: str, name: str, prefix: bool) -> Query:
    typed = (f"{name}:" if name else "") + text + ("*" if prefix else "")
    return typed, lambda asset: asset.has(fold(text), prefix, name)


def phrase(words: list[str]) -> Query:
    return f'"{" ".join(words)}"', lambda asset: asset.has([part for one in words for part in fold(one)], False)


RULES: dict[str, Callable[[Reading, Reading], Reading]] = {
    "AND": lambda left, right: lambda asset: left(asset) and right(asset),
    "OR": lambda left, right: lambda asset: left(asset) or right(asset),
    "AND NOT": lambda left, right: lambda asset: left(asset) and not right(asset),
}


def joined(left: Query, operator: str, right: Query) -> Query:
    return f"({left[0]} {operator} {right[0]})", RULES[operator](left[1], right[1])


def negated(one: Query) -> Query:
    return f"NOT {one[0]}", lambda asset: not one[1](asset)


def leaf(name: str, value: str) -> Filter:
    return {name: value}, lambda asset: value in asset.values[name]


def contact(value: str, role: str) -> Filter:
    held = {"Owner": lambda asset: asset.owners, "Expert": lambda asset: asset.experts}[role]
    return {"contactId": value, "contactType": role}, lambda asset: value in held(asset)


def branch(operator: str, items: list[Filter]) -> Filter:
    rule = all if operator == "and" else any
    return {operator: [tree for tree, _ in items]}, lambda asset: rule(reads(asset) for _, reads in items)


def but(one: Filter) -> Filter:
    return {"not": one[0]}, lambda asset: not one[1](asset)


asked_words = st.sampled_from([*VOCABULARY, "al", "gamma", "sql", "gold", "personal", "nothing", "ETUDE", "7"])
asked_fields = st.sampled_from(["", "", "name", "description", "entityType", "classification", "label", "contact"])
phrases = st.builds(phrase, st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=2))
queries = st.recursive(
    st.builds(word, asked_words, asked_fields, st.booleans()) | phrases,
    lambda inner: st.builds(joined, inner, st.sampled_from(sorted(RULES)), inner) | st.builds(negated, inner),
    max_leaves=5,
)
VALUES: dict[str, tuple[str, ...]] = {
    "assetType": tuple(TYPES.values()),
    "classification": tuple(MARKS),
    "classificationCategory": ("Personal", "Financial"),
    "collectionId": PLACES,
    "contactId": PEOPLE,
    "contactType": ("Owner", "Expert"),
    "entityType": tuple(TYPES),
    "label": TAGS,
    "objectType": tuple(OBJECTS.values()),
}
leaves = st.sampled_from([(name, value) for name, values in VALUES.items() for value in values]).map(
    lambda of: leaf(*of)
)
filters = st.recursive(
    leaves | st.builds(contact, st.sampled_from(PEOPLE), st.sampled_from(["Owner", "Expert"])),
    lambda inner: (
        st.builds(branch, st.sampled_from(["and", "or"]), st.lists(inner, max_size=3)) | st.builds(but, inner)
    ),
    max_leaves=5,
)


def some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), max_size=2)


texts = st.lists(st.sampled_from(VOCABULARY), max_size=3)
assets = st.builds(
    Asset,
    kind=st.sampled_from(sorted(TYPES)),
    path=st.integers(0, 5).map(str),
    name=texts.map(lambda words: "_".join(words) or "unnamed"),
    description=texts.map(" ".join),
    place=st.sampled_from(PLACES),
    marks=some(tuple(MARKS)),
    tags=some(TAGS),
    owners=some(PEOPLE),
    experts=some(PEOPLE),
)
writes = st.lists(st.tuples(assets, st.sampled_from(["stays", "stays", "goes"])), min_size=1, max_size=6)


@dataclass(frozen=True)
class Asked:
    query: Query
    filter: Filter | None
    readable: frozenset[str] | None
    """None: all collections."""

    def reads(self, asset: Asset) -> bool:
        allowed = self.readable is None or asset.place in self.readable
        return allowed and self.query[1](asset) and (self.filter is None or self.filter[1](asset))


EVERYTHING: Query = ("*", lambda _: True)
questions = st.builds(
    Asked, queries | st.just(EVERYTHING), st.none() | filters, st.none() | st.frozensets(st.sampled_from(PLACES))
)


@dataclass
class Shelf:
    """A catalog, and beside it what is to be in it. Assets of one example lie below a word of their own."""

    desk: Desk
    run: str
    live: dict[str, Asset] = field(default_factory=dict)

    def write(self, asset: Asset) -> None:
        asset = replace(asset, path=f"{self.run}:{asset.kind}/{asset.path}")
        if (before := self.live.get(asset.path)) is not None:
            # Where an asset stands is not said again by writing it; moving is another thing.
            asset = replace(asset, place=before.place)
        people = {"Owner": asset.owners, "Expert": asset.experts}
        self.desk.write(
            entity(asset.kind, asset.path, name=asset.name, description=asset.description)
            | {
                "collectionId": asset.place,
                "contacts": {role: [{"id": id} for id in sorted(ids)] for role, ids in people.items()},
            }
        )
        given = {
            self.desk.guid(asset.path, asset.kind): [ClassificationInput(type_name=m) for m in sorted(asset.marks)]
        }
        self.desk.catalog.classifications.set(given, by="tester")
        self.desk.catalog.labels.set(self.desk.guid(asset.path, asset.kind), sorted(asset.tags), by="tester")
        self.live[asset.path] = asset

    def delete(self, path: str) -> None:
        self.desk.catalog.entities.delete([self.desk.guid(path, self.live.pop(path).kind)], by="tester")

    def ask(self, asked: Asked, limits: Limits, **more: object) -> SearchResult:
        request = SearchRequest(keywords=asked.query[0], filter=asked.filter and asked.filter[0], **more)
        search = Search(self.desk.catalog.store, self.desk.catalog.types, limits)
        return search.query(request, collections=asked.readable)

    def pages(self, asked: Asked, limits: Limits) -> list[str]:
        """Return what the pages of two show, by their tokens."""
        seen: list[str] = []
        token: str | None = None
        while token is not None or not seen:
            page = self.ask(asked, limits, limit=2, after=token)
            seen += [hit.qualified_name for hit in page.hits]
            token = page.next
            if token is None:
                break
        return seen


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=writes, questions=st.lists(questions, min_size=1, max_size=5))
def test_search_finds_and_counts_what_a_plain_reading_does(
    steps: list[tuple[Asset, str]], questions: list[Asked], desk: Desk
) -> None:
    run = next(RUNS)
    if "Secret" not in desk.catalog.types.current.classifications:
        desk.catalog.types.create({"classificationDefs": [{"name": name} for name in MARKS]}, by="tester")
        for name in PLACES[1:]:
            desk.catalog.collections.put(name, friendly_name=name, parent="contoso", by="tester")
    shelf = Shelf(desk, f"r{run}")
    try:
        for asset, fate in steps:
            shelf.write(asset)
            if fate == "goes":
                shelf.delete(f"{shelf.run}:{asset.kind}/{asset.path}")
        for asked in questions:
            for limits in WAYS:
                check(shelf, asked, limits)
    finally:
        # So that the next example finds nothing but its own.
        for path in list(shelf.live):
            shelf.delete(path)


def check(shelf: Shelf, asked: Asked, limits: Limits) -> None:
    wanted = [asset for asset in shelf.live.values() if asked.reads(asset)]
    result = shelf.ask(asked, limits, limit=1000, facets=tuple(FacetRequest(name, 100) for name in FACETS))
    assert {hit.qualified_name for hit in result.hits} == {asset.path for asset in wanted}
    assert (result.count, result.approximate) == (len(wanted), False)
    for name in FACETS:
        counted = {item.value: item.count for item in result.facets[name]}
        assert counted == Counter(value for asset in wanted for value in asset.values[name]), name
    assert shelf.pages(asked, limits) == [hit.qualified_name for hit in result.hits]
