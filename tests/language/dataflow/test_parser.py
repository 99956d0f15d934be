"""Scripts to trees: by golden files, by every public script, and that nothing makes the parser raise."""

from __future__ import annotations

import json
import os
import pprint
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.language.dataflow.cursor import MAX_DEPTH
from headwater.language.dataflow.parser import parse_expression, parse_script
from headwater.language.dataflow.printer import print_expression, print_script
from headwater.language.source import Source
from language.dataflow.lines import FIXTURES, lines

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[4] / "shared"))
SCRIPTS = FIXTURES / "scripts"
PRINTED = lines("expressions/printed.jsonl")
INVALID = {line["where"]: line["reason"] for line in lines("scripts/public__invalid.jsonl")}


def script_of(path: Path) -> str | None:
    """Return the script of a mapping data flow or a flowlet."""
    properties = json.loads(path.read_text(encoding="utf-8-sig")).get("properties", {})
    if properties.get("type") not in ("MappingDataFlow", "Flowlet"):
        return None
    details = properties.get("typeProperties", {})
    script: str | None = details.get("script")
    return script if script is not None else "\n".join(details.get("scriptLines", ())) or None


def public_scripts() -> list[tuple[str, str]]:
    """Return every script of the public definitions and of the documentation, with where it stands."""
    files = sorted((SHARED / "corpus").glob("*/dataflow/*.json"))
    found = [(path.relative_to(SHARED / "corpus").as_posix(), script_of(path)) for path in files]
    snippets = SHARED / "truth" / "dfs_snippets.json"
    if snippets.is_file():
        for index, snippet in enumerate(json.loads(snippets.read_text(encoding="utf-8"))):
            if snippet["kind"] == "script":
                found.append((f"snippet {index}", snippet["script"]))
    return [(where, script) for where, script in found if script]


PUBLIC = public_scripts()


@pytest.mark.parametrize("line", PRINTED, ids=[line["expr"] for line in PRINTED])
def test_expression_parsed_prints_canonically(line: dict[str, Any]) -> None:
    expr, faults = parse_expression(Source(line["expr"]))
    assert faults == ()
    assert expr is not None
    assert print_expression(expr) == line["printed"]


def test_script_parsed_prints_canonically() -> None:
    script, faults = parse_script(Source((SCRIPTS / "flights.dfs").read_text(encoding="utf-8")))
    assert faults == ()
    assert script is not None
    assert print_script(script) + "\n" == (SCRIPTS / "flights.printed.dfs").read_text(encoding="utf-8")


def test_script_parsed_gives_tree() -> None:
    script, _ = parse_script(Source((SCRIPTS / "small.dfs").read_text(encoding="utf-8")))
    assert pprint.pformat(script, width=100) + "\n" == (SCRIPTS / "small.tree").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["broken__invalid", "parameters__invalid"])
def test_script_with_faults_tells_all_and_goes_on(name: str) -> None:
    script, faults = parse_script(Source((SCRIPTS / f"{name}.dfs").read_text(encoding="utf-8")))
    assert script is None
    found = [f"{fault.place.line}:{fault.place.column} {fault.code} {fault.message}" for fault in faults]
    assert found == (SCRIPTS / f"{name}.faults").read_text(encoding="utf-8").splitlines()
    assert all(fault.cure and "^" in (fault.place.excerpt or "") for fault in faults)


def test_script_empty_is_a_script() -> None:
    script, faults = parse_script(Source(" \n /* nothing */ "))
    assert script is not None
    assert (script.parameters, script.statements, faults) == ((), (), ())


@pytest.mark.skipif(not PUBLIC, reason="the public scripts are not here")
@pytest.mark.parametrize(("where", "text"), PUBLIC, ids=[where for where, _ in PUBLIC])
def test_public_script_printed_parses_to_itself(where: str, text: str) -> None:
    script, faults = parse_script(Source(text))
    assert bool(faults) == (where in INVALID)
    if script is not None:
        assert parse_script(Source(print_script(script))) == (script, ())


@pytest.mark.skipif(not PUBLIC, reason="the public scripts are not here")
def test_public_scripts_refused_are_all_there() -> None:
    assert {where for where, _ in PUBLIC} >= set(INVALID)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_text_of_any_kind_never_raises(text: str) -> None:
    for result, faults in (parse_script(Source(text)), parse_expression(Source(text))):
        assert (result is None) == bool(faults)


@given(st.lists(st.sampled_from([*list("'\"`{}()[]@#$:.,=~>?+-!/*\\ \n1a"), "derive(", "~> x", "output(", "as "])))
@settings(max_examples=500, deadline=None)
def test_punctuation_in_any_order_never_raises(parts: list[str]) -> None:
    text = "".join(parts)
    for result, faults in (parse_script(Source(text)), parse_expression(Source(text))):
        assert (result is None) == bool(faults)


@pytest.mark.parametrize("text", ["({})", "-{}", "[{}]", "f({})", "1+{}", '"{{{}}}"', "a[{}]", "{}.b"])
def test_expression_nested_too_deeply_is_a_fault(text: str) -> None:
    inner = "1"
    for _ in range(3 * MAX_DEPTH):
        inner = text.format(inner)
    _, faults = parse_expression(Source(inner))
    assert [fault.code for fault in faults] == ["LNG-020"]
