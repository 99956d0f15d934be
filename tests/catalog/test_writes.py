"""Pairs: what is written, step by step → what the account says and what then stands."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from catalog.desk import Desk
from headwater.catalog.model import Mutation
from headwater.errors import CatalogError, NotFound

FIXTURES = Path(__file__).parents[1] / "fixtures" / "catalog" / "writes"


def cases() -> Iterator[object]:
    for file in sorted(FIXTURES.glob("*.json")):
        for case in json.loads(file.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{file.stem}: {case['title']}")


@pytest.mark.parametrize("case", list(cases()))
def test_write_in_steps_leaves_what_the_fixture_says(case: dict[str, object], desk: Desk) -> None:
    for step in case["steps"]:
        if "refuses" in step:
            with pytest.raises(CatalogError) as refused:
                desk.write(*step["write"])
            assert sorted(fault.code for fault in refused.value.faults) == sorted(step["refuses"])
        elif "delete" in step:
            found = desk.catalog.entities.delete([desk.guid(name) for name in step["delete"]], by="tester")
            assert said(found) == step["says"]
        else:
            assert said(desk.write(*step["write"])) == step["says"]
    for what, expected in case["then"].items():
        LOOKS[what](desk, expected)


def said(mutation: Mutation) -> dict[str, list[str]]:
    return {
        key: [str(header.attributes["qualifiedName"]) for header in headers]
        for key, headers in mutation.mutated_entities.items()
    }


def see_absent(desk: Desk, names: list[str]) -> None:
    for name in names:
        with pytest.raises(NotFound):
            desk.guid(name)


def see_attributes(desk: Desk, expected: Mapping[str, Mapping[str, object]]) -> None:
    for name, attributes in expected.items():
        found = desk.catalog.entities.get(desk.guid(name)).entity.attributes
        assert {key: found[key] for key in attributes} == attributes


def see_versions(desk: Desk, expected: Mapping[str, int]) -> None:
    for name, version in expected.items():
        assert desk.catalog.entities.get(desk.guid(name)).entity.version == version


def see_types(desk: Desk, expected: Mapping[str, str]) -> None:
    for name, type_name in expected.items():
        assert desk.catalog.entities.get(desk.guid(name)).entity.type_name == type_name


def see_links(desk: Desk, expected: Mapping[str, Mapping[str, object]]) -> None:
    for name, links in expected.items():
        found = desk.catalog.entities.get(desk.guid(name)).entity.relationship_attributes
        for attribute, ends in links.items():
            held = found[attribute]
            names = [end["qualifiedName"] for end in held] if isinstance(held, list) else held and held["qualifiedName"]
            assert names == ends, attribute


def see_columns(desk: Desk, expected: Mapping[str, list[str]]) -> None:
    for name, columns in expected.items():
        assert [column.name for column in desk.catalog.assets.columns(desk.guid(name))] == columns
        assert desk.catalog.assets.column_counts([desk.guid(name)]) == {desk.guid(name): len(columns)}


def see_parents(desk: Desk, expected: Mapping[str, list[str]]) -> None:
    for name, parents in expected.items():
        assert [header.display_text for header in desk.catalog.assets.parents(desk.guid(name))] == parents


def see_runs(desk: Desk, expected: Mapping[str, list[str]]) -> None:
    for name, runs in expected.items():
        assert [run.run_id for run in desk.catalog.assets.runs([desk.guid(name)])] == runs


FLOWS = """
    SELECT s.qualified_name, t.qualified_name FROM lineage_edges e
    JOIN entities s ON s.id = e.source_id JOIN entities t ON t.id = e.target_id WHERE e.ended_at IS NULL ORDER BY 1, 2
"""
EDGES = """
    SELECT sa.qualified_name, s.name, ta.qualified_name, t.name,
           CASE e.kind WHEN 0 THEN 'DIRECT' ELSE 'INDIRECT' END, e.subtype, e.expression, e.first_seen, e.ended_at
    FROM column_edges e JOIN lineage_columns s ON s.id = e.source_id JOIN lineage_columns t ON t.id = e.sink_id
    JOIN entities sa ON sa.id = s.entity_id JOIN entities ta ON ta.id = t.entity_id ORDER BY 1, 2, 3, 4, 8
"""
VERTICES = "SELECT e.qualified_name, c.name FROM lineage_columns c JOIN entities e ON e.id = c.entity_id ORDER BY 1, 2"


def see_flows(desk: Desk, expected: list[list[str]]) -> None:
    assert [list(row) for row in desk.rows(FLOWS)] == expected


def see_edges(desk: Desk, expected: list[list[object]]) -> None:
    assert [list(row) for row in desk.rows(EDGES)] == expected


def see_pairs(desk: Desk, expected: list[list[object]]) -> None:
    assert [list(row[:4]) for row in desk.rows(EDGES) if row[8] is None] == expected


def see_vertices(desk: Desk, expected: list[list[object]]) -> None:
    assert [list(row) for row in desk.rows(VERTICES)] == expected


LOOKS: Mapping[str, Callable[[Desk, object], None]] = {
    "absent": see_absent,
    "attributes": see_attributes,
    "columns": see_columns,
    "edges": see_edges,
    "flows": see_flows,
    "links": see_links,
    "pairs": see_pairs,
    "parents": see_parents,
    "runs": see_runs,
    "types": see_types,
    "versions": see_versions,
    "vertices": see_vertices,
}
