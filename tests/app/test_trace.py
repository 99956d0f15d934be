"""A column's origin, read from what the account answers."""

from __future__ import annotations

import json

from headwater.app.reports import LineageLine
from headwater.app.trace import Header, Upstream, feeds


def _dataset(name: str) -> Header:
    return Header(name, "azure_blob_path", {"name": name, "qualifiedName": f"https://x/{name}"})


def _operation(name: str, *edges: tuple[str, str, str, str, str]) -> Header:
    """Edges as (source, sourceColumn, sinkColumn, type, subtype)."""
    lineage = [
        {
            "source": f"https://x/{s}",
            "sourceColumn": c,
            "sinkColumn": k,
            "type": t,
            "subtype": u,
            "expression": "",
            "steps": [],
        }
        for s, c, k, t, u in edges
    ]
    return Header(name, "azure_synapse_operation", {"name": name, "columnLineage": json.dumps(lineage)})


#   raw.a ──copy──► lake.a ──flow──► report.avg
#   raw.b ──copy──► lake.b ╌╌filter╌► report.*
GRAPH = Upstream(
    base="report",
    entities={
        h.guid: h
        for h in (
            _dataset("raw"),
            _dataset("lake"),
            _dataset("report"),
            _operation("copy", ("raw", "a", "a", "DIRECT", "IDENTITY"), ("raw", "b", "b", "DIRECT", "IDENTITY")),
            _operation("flow", ("lake", "a", "avg", "DIRECT", "AGGREGATION"), ("lake", "b", "*", "INDIRECT", "FILTER")),
        )
    },
    sources={"report": ("flow",), "flow": ("lake",), "lake": ("copy",), "copy": ("raw",)},
)


def _paths(line: LineageLine, above: str = "") -> list[str]:
    here = f"{line.name}.{line.column}{above}"
    return [path for source in line.sources for path in _paths(source, f" > {here}")] or [here]


def test_column_is_followed_to_where_it_began() -> None:
    assert _paths(GRAPH.column("avg", indirect=False)) == ["raw.a > lake.a > report.avg"]


def test_indirect_origins_are_followed_when_asked_for() -> None:
    assert _paths(GRAPH.column("avg", indirect=True)) == [
        "raw.a > lake.a > report.avg",
        "raw.b > lake.b > report.avg",
    ]


def test_columns_of_an_asset_are_those_that_are_written() -> None:
    assert GRAPH.columns() == ("avg",)


def test_loop_ends_where_it_closes() -> None:
    loop = Upstream(
        base="t",
        entities={"t": _dataset("t"), "op": _operation("op", ("t", "n", "n", "DIRECT", "TRANSFORMATION"))},
        sources={"t": ("op",), "op": ("t",)},
    )
    assert _paths(loop.column("n", indirect=False)) == ["t.n > t.n"]


def test_operation_of_a_real_purview_is_read_by_its_column_mapping() -> None:
    mapping = [
        {
            "DatasetMapping": {"Source": "https://x/s", "Sink": "https://x/t"},
            "ColumnMapping": [{"Source": "a", "Sink": "b"}],
        }
    ]
    header = Header("op", "adf_copy_operation", {"name": "op", "columnMapping": json.dumps(mapping)})
    assert [(f.source, f.source_column, f.sink_column) for f in feeds(header)] == [("https://x/s", "a", "b")]
