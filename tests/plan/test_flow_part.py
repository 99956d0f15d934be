"""The statements that a stream is made of, and a script that compiles although what comes after is at fault."""

from __future__ import annotations

import pytest

from headwater.definition.data_flow import DataFlow
from headwater.errors import PlanError
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.plan.flow_part import part_of
from headwater.transformations.graph import build_graph

SCRIPT = """
source(output(a as integer, k as string)) ~> s
source(output(k as string, n as string)) ~> names
names sink(store: 'cache', keys: ['k']) ~> cached
s derive(n = cached#lookup(k).n) ~> d
d split(a > 1, disjoint: false) ~> parts@(big, small)
parts@big filter(nosuch(a)) ~> f
f sink() ~> out
parts@small sink() ~> rest
"""


def flow(script: str = SCRIPT) -> DataFlow:
    source = Source(script)
    tree, faults = parse_script(source)
    assert tree is not None, faults
    return DataFlow("flow", "MappingDataFlow", source, tree)


@pytest.mark.parametrize(
    ("stream", "names"),
    [
        ("s", ["s", "end of s"]),
        ("S", ["s", "end of s"]),
        ("d", ["s", "names", "cached", "d", "end of d"]),
        ("parts@small", ["s", "names", "cached", "d", "parts", "end of parts"]),
        ("big", ["s", "names", "cached", "d", "parts", "end of parts"]),
        ("rest", ["s", "names", "cached", "d", "parts", "rest"]),
        ("cached", ["names", "cached"]),
    ],
)
def test_part_is_what_the_stream_is_made_of_and_compiles(stream: str, names: list[str]) -> None:
    part = part_of(flow(), stream)
    assert part.script is not None
    assert [statement.name for statement in part.script.statements] == names
    assert build_graph(part.script, {}, {}, part.source).by_name


@pytest.mark.parametrize(
    ("stream", "message", "cure"),
    [
        ("part", "has no stream 'part'", "Did you mean parts?"),
        ("smal", "has no stream 'smal'", "Did you mean small?"),
        ("xyz", "has no stream 'xyz'", "There are: s, names, cached, d"),
    ],
)
def test_stream_that_is_not_there_is_told_with_the_nearest(stream: str, message: str, cure: str) -> None:
    with pytest.raises(PlanError) as caught:
        part_of(flow(), stream)
    assert message in caught.value.message
    assert cure in caught.value.faults[0].cure


def test_branch_of_two_splits_must_name_its_split() -> None:
    twice = SCRIPT + "d split(a > 2, disjoint: false) ~> others@(big, rest_of_them)\nothers@big sink() ~> more\n"
    with pytest.raises(PlanError) as caught:
        part_of(flow(twice), "big")
    assert caught.value.faults[0].cure == "Write one of parts@big, others@big."
