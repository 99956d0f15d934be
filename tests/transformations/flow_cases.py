"""Reads a case of tests/fixtures/transformations and runs a graph on small tables, without stores.

A case is a file: what the rule is (`#` lines), the script, then sections that begin with `---- <section>`:

    ---- schema <source>    name:type lines: the columns that the data of a source has
    ---- data <source>      `name:type | name:type`, then a row a line; `null` is null
    ---- parameters         name = data flow expression
    ---- flowlet <name> / library / pivot <stream>      what the script refers to
    ---- graph / edges / sql / faults / rows <sink>      what comes out
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from headwater.data import types
from headwater.data.batch import arrow_schema, schema_from_arrow
from headwater.data.schema import Column, Schema
from headwater.data.types import DataType, Decimal
from headwater.errors import LanguageError
from headwater.language.dataflow.functions.vectorized.install import install
from headwater.language.dataflow.library import parse_library
from headwater.language.dataflow.parser import parse_script
from headwater.language.source import Source
from headwater.transformations.graph import Graph, build_graph
from headwater.transformations.known import NOTHING_KNOWN, Flowlet, Known
from headwater.transformations.query import flow_queries
from headwater.transformations.source import scan_name
from headwater.transformations.trace import trace

FIXTURES = Path(__file__).parents[1] / "fixtures" / "transformations"
SCALARS = {
    str(type_): type_
    for type_ in (
        types.BOOLEAN,
        types.DATE,
        types.DOUBLE,
        types.INTEGER,
        types.LONG,
        types.SHORT,
        types.STRING,
        types.TIMESTAMP,
    )
}
READERS: Mapping[str, Callable[[str], object]] = {
    "boolean": lambda text: text == "true",
    "date": datetime.date.fromisoformat,
    "decimal": decimal.Decimal,
    "double": float,
    "integer": int,
    "long": int,
    "short": int,
    "string": str,
    "timestamp": datetime.datetime.fromisoformat,
}


@dataclass(frozen=True)
class Case:
    name: str
    script: str
    sections: Mapping[str, str] = field(default_factory=dict)

    def named(self, kind: str) -> dict[str, str]:
        """Return the sections `<kind> <name>` by name."""
        return {title.split(" ", 1)[1]: text for title, text in self.sections.items() if title.startswith(f"{kind} ")}

    @property
    def tables(self) -> dict[str, pa.Table]:
        return {name: table(text) for name, text in self.named("data").items()}

    @property
    def schemas(self) -> dict[str, Schema]:
        known = {name: schema(text.split("\n")) for name, text in self.named("schema").items()}
        return known | {name: schema_from_arrow(data.schema) for name, data in self.tables.items()}

    @property
    def parameters(self) -> dict[str, Source]:
        lines = self.sections.get("parameters", "").splitlines()
        return {name.strip(): Source(value.strip()) for name, _, value in (line.partition("=") for line in lines)}

    @property
    def known(self) -> Known:
        flowlets = {name: flowlet(text) for name, text in self.named("flowlet").items()}
        functions, faults = parse_library(Source(self.sections.get("library", "")))
        assert not faults, faults
        pivots = {name: tuple(text.splitlines()) for name, text in self.named("pivot").items()}
        return Known({function.name: function for function in functions}, flowlets, pivots)

    def graph(self) -> Graph:
        """Raises LanguageError."""
        return graph_of(self.script, self.schemas, self.parameters, self.known)


def read_case(path: Path) -> Case:
    head, *rest = path.read_text(encoding="utf-8").split("\n---- ")
    script = "\n".join(line for line in head.splitlines() if not line.startswith("#"))
    sections = {title.strip(): text.strip("\n") for title, _, text in (part.partition("\n") for part in rest)}
    return Case(path.stem, script.strip("\n"), sections)


def cases(*kinds: str) -> list[Case]:
    """Return the cases that have one of these sections, sorted."""
    found = [read_case(path) for path in sorted(FIXTURES.rglob("*.txt"))]
    return [case for case in found if any(title.split(" ")[0] in kinds for title in case.sections)]


def flowlet(text: str) -> Flowlet:
    source = Source(text)
    tree, faults = parse_script(source)
    assert tree is not None, faults
    return Flowlet(tree, source)


def graph_of(
    script: str,
    schemas: Mapping[str, Schema] | None = None,
    parameters: Mapping[str, Source] | None = None,
    known: Known = NOTHING_KNOWN,
) -> Graph:
    source = Source(script)
    tree, faults = parse_script(source)
    if tree is None:
        raise LanguageError(*faults)
    return build_graph(tree, parameters or {}, schemas or {}, source, known)


def edge_lines(graph: Graph) -> str:
    """Return all edges, those of each sink under its name where there are several."""
    blocks = []
    sinks = (*graph.sinks, *graph.cache_sinks)
    for sink in sinks:
        title = [f"{sink.name}:"] if len(sinks) > 1 else []
        blocks.append("\n".join([*title, *(str(edge) for edge in trace(graph, sink.name))]))
    return "\n".join(blocks)


class FlowRun:
    """A graph that is compiled once and run on tables as often as wanted, without stores."""

    def __init__(self, graph: Graph) -> None:
        names = [sink.name for sink in (*graph.sinks, *graph.cache_sinks)]
        queries = flow_queries(graph, names)
        self._shared = {shared.stream: shared.query.sql("duckdb") for shared in queries.shared}
        self._sinks = {name: query.sql("duckdb") for name, query in queries.sinks.items()}
        self._engine = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
        install(self._engine)

    def rows(self, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
        """Return the rows of every sink."""
        for name, data in tables.items():
            self._engine.register(scan_name(name), data)
        for stream, query in self._shared.items():
            self._engine.execute(f'CREATE OR REPLACE TEMP TABLE "{stream}" AS {query}').fetchall()
        return {name: self._engine.sql(query).to_arrow_table() for name, query in self._sinks.items()}


def run_graph(graph: Graph, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the rows of every sink."""
    return FlowRun(graph).rows(tables)


def table(text: str) -> pa.Table:
    head, *lines = text.splitlines()
    columns = schema([part.strip() for part in head.split(" | ")])
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    arrays = {}
    for index, column in enumerate(columns):
        read = READERS[str(column.type).partition("(")[0]]
        arrays[column.name] = [None if row[index] == "null" else read(row[index]) for row in rows]
    return pa.table(arrays, schema=arrow_schema(columns))


def schema(lines: list[str]) -> Schema:
    return Schema(tuple(Column(name, type_of(type_)) for name, _, type_ in (line.partition(":") for line in lines)))


def type_of(text: str) -> DataType:
    if text.startswith("decimal"):
        precision, scale = text.removeprefix("decimal(").removesuffix(")").split(",")
        return Decimal(int(precision), int(scale))
    return SCALARS[text]


def row_lines(data: pa.Table, ordered: bool = False) -> str:
    """Return the names of the columns and the rows, sorted unless their order counts."""
    rows = [" | ".join(_cell(value) for value in row.values()) for row in data.to_pylist()]
    return "\n".join([" | ".join(data.column_names), *(rows if ordered else sorted(rows))])


def _cell(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
