"""Real data flows of public repositories: each compiles to SQL that the engine binds and a trace, or is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from headwater.data.batch import arrow_schema
from headwater.errors import LanguageError
from headwater.language.dataflow.ast import Script
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.transformations.graph import Graph, Node, build_graph
from headwater.transformations.options import SinkOptions
from headwater.transformations.source import ROW_URL
from headwater.transformations.trace import flow_steps, trace
from transformations.flow_cases import run_graph

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3] / "shared"))
CORPUS = SHARED / "corpus"
VALUES = {
    "boolean": "true()",
    "date": "toDate('2020-01-01')",
    "integer": "1",
    "string": "'x'",
    "string[]": "['a']",
    "timestamp": "toTimestamp('2020-01-01 00:00:00')",
}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of public definitions is not here")


def _scripts() -> Iterator[tuple[str, Source, Script]]:
    for path in sorted(CORPUS.rglob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        properties = content.get("properties") if isinstance(content, dict) else None
        if not isinstance(properties, dict) or properties.get("type") != "MappingDataFlow":
            continue
        inner = properties.get("typeProperties", {})
        source = Source(inner.get("script") or "\n".join(inner.get("scriptLines") or ()))
        script, _ = parse_script(source)
        if script is not None and script.statements:
            yield str(path.relative_to(CORPUS)), source, script


def _graph(source: Source, script: Script) -> Graph | None:
    parameters = {p.name: Source(VALUES.get(str(p.type), "1")) for p in script.parameters}
    try:
        return build_graph(script, parameters, {}, source)
    except LanguageError:
        return None


def action(sink: Node) -> str | None:
    return sink.options.action if isinstance(sink.options, SinkOptions) else None


def test_real_flows_run_on_empty_data_or_are_refused() -> None:
    run, refused = 0, 0
    for name, source, script in _scripts():
        graph = _graph(source, script)
        if graph is None:
            refused += 1
            continue
        # A source without declared columns has none before its data is known.
        if any(not node.schema.columns for node in graph.sources):
            continue
        paths = pa.field(ROW_URL, pa.string())
        tables = {node.name: arrow_schema(node.schema).append(paths).empty_table() for node in graph.sources}
        results = run_graph(graph, tables)
        for sink in (*graph.sinks, *graph.cache_sinks):
            edges = trace(graph, sink.name)
            assert len(set(edges)) == len(edges), name
            written = [column for column in results[sink.name].column_names if column != action(sink)]
            assert written == list(sink.schema.names), name
            assert len(flow_steps(graph, sink.name)) >= 2, name
        run += 1
    assert run >= 100, (run, refused)
