"""Real data flows of public repositories: each compiles to SQL that the engine binds and a trace, or is refused."""

from __future__ import annotations

import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.data.batch import arrow_schema
from headwater.errors import LanguageError
from headwater.language.dataflow.ast import Script
from headwater.language.dataflow.library import parse_library
from headwater.language.dataflow.parser import parse_script
from headwater.language.dataflow.scope import UserFunction
from headwater.language.source import Source
from headwater.transformations.graph import Graph, Node, build_graph
from headwater.transformations.known import Flowlet, Known
from headwater.transformations.source import ROW_URL
from headwater.transformations.trace import flow_steps, trace
from transformations.flow_cases import FIXTURES, run_graph

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3] / "shared"))
CORPUS = SHARED / "corpus"
KINDS = ("Flowlet", "MappingDataFlow", "UDFLibrary")
MOST_REFUSED = 0.04
REFUSED = FIXTURES / "public__refused.jsonl"
VALUES = {
    "boolean": "true()",
    "date": "toDate('2020-01-01')",
    "integer": "1",
    "string": "'x'",
    "string[]": "['a']",
    "timestamp": "toTimestamp('2020-01-01 00:00:00')",
}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public definitions is not here")


@dataclass(frozen=True)
class _Flow:
    name: str
    source: Source
    script: Script
    known: Known


@functools.cache
def _flows() -> tuple[_Flow, ...]:
    """Return every mapping data flow that parses, each script once, with what its repository has for it."""
    found: dict[str, _Flow] = {}
    for repository in sorted(CORPUS.iterdir()):
        named = [(str(path.relative_to(CORPUS)), flow) for path in _files(repository) for flow in _inside(path)]
        known = _known([flow for _, flow in named])
        for name, flow in named:
            source = _text(flow)
            script, _ = parse_script(source)
            if flow["type"] == "MappingDataFlow" and script is not None and script.statements:
                found.setdefault(source.text, _Flow(name, source, script, known))
    return tuple(found.values())


def _files(repository: Path) -> list[Path]:
    return sorted(repository.rglob("*.json")) if repository.is_dir() else []


def _inside(path: Path) -> list[dict[str, Any]]:
    """Return the properties of the data flows in a file, at any depth, with their names."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        return []
    flows: list[dict[str, Any]] = []
    waiting = [content]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            properties = one.get("properties")
            if isinstance(properties, dict) and properties.get("type") in KINDS and "typeProperties" in properties:
                flows.append({**properties, "name": str(one.get("name"))})
            waiting.extend(one.values())
    return flows


def _text(flow: dict[str, Any]) -> Source:
    inner = flow["typeProperties"]
    text = inner.get("script") or "\n".join(inner.get("scriptLines") or ())
    return Source(text if isinstance(text, str) else "")


def _known(flows: list[dict[str, Any]]) -> Known:
    flowlets: dict[str, Flowlet] = {}
    functions: dict[str, UserFunction] = {}
    for flow in flows:
        source = _text(flow)
        if flow["type"] == "Flowlet":
            script, _ = parse_script(source)
            if script is not None:
                flowlets[flow["name"]] = Flowlet(script, source)
        elif flow["type"] == "UDFLibrary":
            functions |= {function.name: function for function in parse_library(source)[0]}
    return Known(functions, flowlets)


def _graph(flow: _Flow) -> Graph:
    """Raises LanguageError."""
    given = [parameter for parameter in flow.script.parameters if parameter.default is None]
    parameters = {parameter.name: Source(VALUES.get(str(parameter.type), "null()")) for parameter in given}
    return build_graph(flow.script, parameters, {}, flow.source, flow.known)


def _marks(sink: Node) -> set[str]:
    """Return what a sink's rows carry for whoever writes them."""
    return {mark.column.id for mark in sink.output.marks}


def test_real_flows_run_on_empty_data_or_are_refused() -> None:
    """The refused ones are listed, each with its reason: a new one fails, and one that runs now fails too."""
    refused: dict[str, str] = {}
    for flow in _flows():
        try:
            graph = _graph(flow)
        except LanguageError as error:
            refused[flow.name] = error.faults[0].code
            continue
        # Where a source declares no columns there may be none at all before its data is known.
        if all(node.schema.columns for node in graph.nodes):
            _check_run(flow.name, graph)
    listed = [json.loads(line) for line in REFUSED.read_text(encoding="utf-8").splitlines()]
    assert refused == {line["flow"]: line["code"] for line in listed}
    assert all(line["reason"] for line in listed)
    assert len(refused) <= len(_flows()) * MOST_REFUSED


def _check_run(name: str, graph: Graph) -> None:
    paths = pa.field(ROW_URL, pa.string())
    tables = {node.name: arrow_schema(node.schema).append(paths).empty_table() for node in graph.sources}
    results = run_graph(graph, tables)
    for sink in (*graph.sinks, *graph.cache_sinks):
        edges = trace(graph, sink.name)
        assert len(set(edges)) == len(edges), name
        written = [column for column in results[sink.name].column_names if column not in _marks(sink)]
        assert written == list(sink.schema.names), name
        assert len(flow_steps(graph, sink.name)) >= 2, name
