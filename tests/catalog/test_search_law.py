"""A search finds what a plain reading of all assets finds, whatever was written, changed and deleted before it."""

import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.desk import Desk, entity
from headwater.catalog.search import FacetRequest, SearchRequest

VOCABULARY = ("alpha", "Alphabet", "beta", "étude", "gamma7", "delta")
TYPES = {"azure_sql_table": "Azure SQL Database", "azure_datalake_gen2_path": "Azure Data Lake Storage Gen2"}
RUNS = itertools.count()
Reading = Callable[["Asset"], bool]


def fold(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("é", "e"))


@dataclass
class Asset:
    kind: str
    path: str
    name: str
    description: str
    fields: dict[str, list[list[str]]] = field(init=False)
    """Name in the query language → texts as words."""

    def __post_init__(self) -> None:
        split = re.sub(r"(?<=[a-z])(?=\d)", " ", self.name)
        labels = f"{self.kind} {TYPES[self.kind]}"
        names = [fold(self.name), fold(split) if split != self.name else []]
        self.fields = {
            "name": names,
            "description": [fold(self.description)],
            "qualifiedName": [fold(self.path)],
            "entityType": [fold(labels)],
        }

    def has(self, words: list[str], prefix: bool, name: str = "") -> bool:
        texts = self.fields[name] if name else [text for texts in self.fields.values() for text in texts]
        return any(
            text[at : at + len(words) - 1] == words[:-1]
            and (last == words[-1] or (prefix and last.startswith(words[-1])))
            for text in texts
            for at, last in ((at, text[at + len(words) - 1]) for at in range(len(text) - len(words) + 1))
        )


def word(text: str, name: str, prefix: bool) -> tuple[str, Reading]:
    typed = (f"{name}:" if name else "") + text + ("*" if prefix else "")
    return typed, lambda asset: asset.has(fold(text), prefix, name)


def phrase(words: list[str]) -> tuple[str, Reading]:
    return f'"{" ".join(words)}"', lambda asset: asset.has([part for one in words for part in fold(one)], False)


def joined(left: tuple[str, Reading], operator: str, right: tuple[str, Reading]) -> tuple[str, Reading]:
    rules: dict[str, Reading] = {
        "AND": lambda asset: left[1](asset) and right[1](asset),
        "OR": lambda asset: left[1](asset) or right[1](asset),
        "AND NOT": lambda asset: left[1](asset) and not right[1](asset),
    }
    return f"({left[0]} {operator} {right[0]})", rules[operator]


def negated(one: tuple[str, Reading]) -> tuple[str, Reading]:
    return f"NOT {one[0]}", lambda asset: not one[1](asset)


asked_words = st.sampled_from([*VOCABULARY, "al", "gamma", "sql", "lake", "nothing", "ETUDE", "7"])
leaves = st.builds(word, asked_words, st.sampled_from(["", "", "name", "description", "entityType"]), st.booleans())
phrases = st.builds(phrase, st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=2))
queries = st.recursive(
    leaves | phrases,
    lambda inner: (
        st.builds(joined, inner, st.sampled_from(["AND", "OR", "AND NOT"]), inner) | st.builds(negated, inner)
    ),
    max_leaves=5,
)
texts = st.lists(st.sampled_from(VOCABULARY), max_size=3)
writes = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(sorted(TYPES)), texts, texts, st.booleans()), min_size=1, max_size=6
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=writes, asked=st.lists(queries, min_size=1, max_size=5))
def test_search_finds_what_a_plain_reading_finds(
    steps: list[tuple[int, str, list[str], list[str], bool]], asked: list[tuple[str, Reading]], desk: Desk
) -> None:
    run = next(RUNS)
    live: dict[str, Asset] = {}
    for number, kind, names, described, goes in steps:
        asset = Asset(kind, f"r{run}:{kind}/{number}", "_".join(names) or "unnamed", " ".join(described))
        desk.write(entity(kind, asset.path, name=asset.name, description=asset.description))
        live[asset.path] = asset
        if goes:
            desk.catalog.entities.delete([desk.guid(asset.path, kind)], by="tester")
            del live[asset.path]
    for typed, reads in asked:
        wanted = {path for path, asset in live.items() if reads(asset)}
        request = SearchRequest(
            keywords=f"qualifiedName:r{run} AND {typed}", limit=1000, facets=(FacetRequest("entityType"),)
        )
        result = desk.catalog.search.query(request)
        assert {hit.qualified_name for hit in result.hits} == wanted, typed
        assert result.count == len(wanted)
        counted = {item.value: item.count for item in result.facets["entityType"]}
        assert counted == Counter(live[path].kind for path in wanted)
        pages = [
            desk.catalog.search.query(SearchRequest(keywords=request.keywords, limit=2, offset=at)).hits
            for at in range(0, 8, 2)
        ]
        assert [hit.guid for page in pages for hit in page] == [hit.guid for hit in result.hits]
    if live:
        desk.catalog.entities.delete([desk.guid(path, asset.kind) for path, asset in live.items()], by="tester")
