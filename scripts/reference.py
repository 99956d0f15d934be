"""Write docs/reference/ from the code: settings, command line, connectors, error codes.

Run by `make docs`; tests/completeness checks that what is committed is fresh.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import typer
from litestar.routes import HTTPRoute
from sqlglot import exp

from headwater import settings
from headwater.app.local import Local
from headwater.cli.main import VERBS
from headwater.codes import CODES
from headwater.connectors.formats.registry import FORMATS
from headwater.connectors.registry import FOLDER_TABLES, KINDS, SCHEMES
from headwater.errors import LanguageError
from headwater.language.dataflow.ast import Call, Expr
from headwater.language.dataflow.functions.examples import EXAMPLES
from headwater.language.dataflow.functions.marks import MARKS
from headwater.language.dataflow.functions.meta import REWRITES, SPREADS
from headwater.language.dataflow.functions.registry import CACHED
from headwater.language.dataflow.functions.registry import FUNCTIONS as DATA_FLOW
from headwater.language.dataflow.functions.vectorized.registry import SQL_NAMES
from headwater.language.dataflow.parser import parse_expression, parse_script
from headwater.language.dataflow.scope import ColumnScope
from headwater.language.dataflow.typing import resolve
from headwater.language.expression.functions.registry import FUNCTIONS
from headwater.language.source import Source
from headwater.plan.flow_ends import not_run
from headwater.run.engines.spark.calls import JAVA_CALLS
from headwater.run.engines.spark.differences import DIFFERENCES
from headwater.settings import Project
from headwater.transformations.graph import build_graph
from headwater.transformations.registry import TRANSFORMATIONS

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
TESTS = ROOT / "tests"
NOTICE = "<!-- Written by `make docs` from the code; do not edit. -->\n"

SECTIONS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("(top level)", settings.Settings),
    ("[account]", settings.AccountSettings),
    ("[workspaces.NAME]", settings.WorkspaceSettings),
    ("[bindings.LINKED_SERVICE]", settings.Binding),
    ("[engine]", settings.EngineSettings),
    ("[server]", settings.ServerSettings),
)


def _meta(hint: object) -> tuple[str, str]:
    """Return type and sentence of an annotated field."""
    arguments = get_args(hint)
    sentence = next((a.description for a in arguments if isinstance(a, msgspec.Meta) and a.description), "")
    return _type_name(hint), sentence


def _type_name(hint: object) -> str:
    """Return a type as people write it: without annotations, unions with a bar."""
    arguments = get_args(hint)
    if any(isinstance(a, msgspec.Meta) for a in arguments):
        return _type_name(arguments[0])
    if get_origin(hint) is Literal:
        return ", ".join(f"`{a}`" for a in arguments)
    if get_origin(hint) in (Union, UnionType):
        return " or ".join("none" if a is type(None) else _type_name(a) for a in arguments)
    return {str: "text", int: "integer"}.get(hint, getattr(hint, "__name__", str(hint)))


def settings_page() -> str:
    lines = [NOTICE, "# Settings: headwater.toml\n"]
    for title, struct in SECTIONS:
        lines += [
            f"## `{title}`\n",
            (struct.__doc__ or "").strip() + "\n",
            "| key | type | default | meaning |",
            "|---|---|---|---|",
        ]
        hints = get_type_hints(struct, include_extras=True)
        for field in msgspec.structs.fields(struct):
            type_, sentence = _meta(hints[field.name])
            if not sentence:
                continue
            default = "required" if field.required else f"`{field.default!r}`"
            lines.append(f"| `{field.encode_name}` | {type_} | {default} | {sentence} |")
        lines.append("")
    return "\n".join(lines)


def _commands() -> Iterator[tuple[str, typer.core.TyperCommand | typer.core.TyperGroup]]:
    for verb in VERBS:
        module = importlib.import_module(f"headwater.cli.{verb.replace('-', '_')}")
        command = typer.main.get_command(module.app)
        assert isinstance(command, typer.core.TyperCommand | typer.core.TyperGroup)
        yield verb, command


def cli_page() -> str:
    lines = [NOTICE, "# Command line\n", "Every verb takes `--help`; every verb that shows something takes `--json`.\n"]
    for verb, command in _commands():
        lines += [f"## `headwater {verb}`\n", VERBS[verb] + "\n"]
        below = getattr(command, "commands", None)
        if below is None:
            lines += _arguments(command)
            continue
        for name, one in below.items():
            lines += [f"### `headwater {verb} {name}`\n", (one.help or "") + "\n", *_arguments(one)]
    return "\n".join(lines)


def _arguments(command: Any) -> list[str]:  # Any: Typer does not export the types of its click.
    lines = ["| argument | meaning |", "|---|---|"]
    for parameter in command.params:
        is_option = parameter.param_type_name == "option"
        names = ", ".join([*parameter.opts, *parameter.secondary_opts]) if is_option else (parameter.name or "").upper()
        lines.append(f"| `{names}` | {getattr(parameter, 'help', None) or ''} |")
    return [*lines, ""]


def connectors_page() -> str:
    """List what can be opened; `through a binding` means that there is no driver for the real store yet."""
    lines = [NOTICE, "# Stores and formats\n", "## Linked services\n", "| type | holds | opened by |", "|---|---|---|"]
    for kind, entry in KINDS.items():
        opened = f"`{entry.module}`" if entry.module else "a binding only"
        lines.append(f"| `{kind}` | {entry.shape} | {opened} |")
    lines += ["\n## Bindings\n", "| url begins with | for | opened by |", "|---|---|---|"]
    lines += [f"| `{name}:` | {', '.join(scheme.shapes)} | `{scheme.module}` |" for name, scheme in SCHEMES.items()]
    lines += ["\n## Formats\n", "Inline is the name in a data flow's script.\n"]
    lines += ["| type | Copy | data flow | inline | compression | implemented by |", "|---|---|---|---|---|---|"]
    for name, format_ in FORMATS.items():
        inline = f"`{format_.inline}`" if format_.inline else "no"
        does = "read, write" if format_.is_written else "read"
        flow = does if format_.inline else "no"
        codecs = ", ".join(format_.codecs)
        lines.append(f"| `{name}` | {does} | {flow} | {inline} | {codecs} | `{format_.module}` |")
    for name, module in FOLDER_TABLES.items():
        lines.append(f"| `{name}` | no | read, write | `{name.lower()}` | snappy | `{module}` |")
    return "\n".join(lines) + "\n"


def functions_page() -> str:
    """List the functions of both languages."""
    lines = [NOTICE, "# Functions\n", "## Pipeline expressions\n", "| function | signature | |", "|---|---|---|"]
    for name, function in FUNCTIONS.items():
        lines.append(f"| `{name}` | `{function.signature}` | {function.doc} |".replace("||", "\\|\\|"))
    lines += ["\n## Data flows\n", "| function | parameters | |", "|---|---|---|"]
    for name, made in DATA_FLOW.items():
        lines.append(f"| `{name}` | {made.parameters.replace('|', ' or ')} | {made.doc} |")
    return "\n".join(lines) + "\n"


def _flows() -> dict[str, str]:
    """Return the data flows of the perturbation property, which proves lineage, with the flowlet that they call."""
    file = TESTS / "transformations" / "perturbed_flows.py"
    spec = importlib.util.spec_from_file_location("perturbed_flows", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {**module.FLOWS, "clean": module.CLEAN}


def _proofs() -> dict[str, int]:
    """Return by verb in how many flows of the perturbation property it stands."""
    counts = dict.fromkeys(TRANSFORMATIONS, 0)
    for script in _flows().values():
        tree, _ = parse_script(Source(script))
        assert tree is not None
        for verb in {statement.verb for statement in tree.statements} & set(counts):
            counts[verb] += 1
    return counts


def _refused_verbs() -> dict[str, str]:
    """Return the transformations that are typed and traced but not run, with the reason that a plan gives."""
    found: dict[str, str] = {}
    for script in _flows().values():
        source = Source(script)
        tree, _ = parse_script(source)
        if tree is None or not TRANSFORMATIONS.keys() >= {statement.verb for statement in tree.statements}:
            continue  # a flowlet, or a flow that calls one
        nodes = build_graph(tree, {}, {}, source).nodes if any(s.verb == "sink" for s in tree.statements) else ()
        for node in nodes:
            if node.verb not in ("sink", "source"):
                found.update((node.verb, fault.message.partition('" ')[2]) for fault in not_run(node))
    return found


def _on_spark(subject: str, otherwise: str) -> str:
    """Return what Spark does, by the declared differences, which the tests verify; each is of a part of the whole."""
    return "; ".join([otherwise, *(f"{d.kind}: {d.reason}" for d in DIFFERENCES if d.subject == subject)])


def _vectorized(sql_names: Collection[str]) -> dict[str, str]:
    """Return what the examples of each function show: that it is the engine's own, or calls these names, or both."""
    files = sorted((TESTS / "fixtures" / "dataflow" / "functions").glob("*.jsonl"))
    lines = [json.loads(line)["expr"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    seen: dict[str, set[bool]] = {}
    for text in [*EXAMPLES.values(), *lines]:
        source = Source(text)
        tree, _ = parse_expression(source)
        called = _called(tree, source) if isinstance(tree, Call) else None
        if isinstance(tree, Call) and called is not None:
            given = [_called(argument, source) or set() for argument in tree.args]
            seen.setdefault(tree.name, set()).add(bool(called.difference(*given) & set(sql_names)))
    words = {frozenset({True}): "vectorized", frozenset({True, False}): "yes; vectorized for some arguments"}
    return {name: words.get(frozenset(found), "yes") for name, found in seen.items()}


def _called(tree: Expr, source: Source) -> set[str] | None:
    """Return the functions that the SQL of an expression calls; None where it reads columns, or is refused."""
    try:
        made = resolve(tree, ColumnScope(), source).sql
    except LanguageError:
        return None
    return {call.name.lower() for call in made.find_all(exp.Anonymous)}


def support_page() -> str:
    """Say what each engine does with transformations and functions; from the registries and what the tests verify."""
    lines = [
        NOTICE,
        "# Data flows: what runs where\n",
        "`[engine] name` chooses between the embedded `duckdb` and `spark`. Every fixture of the tests runs on both",
        "and gives the same rows, but for the differences listed here, each of which a test verifies.\n",
        "Lineage is proved by changing one source column: only what its edges name may change. The number says in how",
        "many flows.\n",
        "## Transformations\n",
        "| transformation | DuckDB | Spark | lineage proved in |",
        "|---|---|---|---|",
    ]
    refused = _refused_verbs()
    for verb, flows in _proofs().items():
        runs = f"refused: {refused[verb]}" if verb in refused else "yes"
        lines.append(f"| `{verb}` | {runs} | {_on_spark(verb, runs)} | {flows} flow{'s' if flows != 1 else ''} |")
    lines += ["\n## Functions\n", "A vectorized function is one of Python, Arrow in and Arrow out, the same on both;"]
    lines.append("where it does what Java does, Spark has it of itself.\n")
    lines += ["| function | DuckDB | Spark |", "|---|---|---|"]
    ways, ways_of_spark = _vectorized(SQL_NAMES), _vectorized(SQL_NAMES - JAVA_CALLS.keys())
    names = sorted({*DATA_FLOW, *MARKS, *REWRITES, *SPREADS, *CACHED}, key=str.lower)
    for name in names:
        lines.append(f"| `{name}` | {ways.get(name, 'yes')} | {_on_spark(name, ways_of_spark.get(name, 'yes'))} |")
    others = [d for d in DIFFERENCES if d.subject not in (*TRANSFORMATIONS, *names)]
    lines += ["\n## Beside these\n", "| what | DuckDB | Spark |", "|---|---|---|"]
    lines += [f"| {d.subject} | yes | {d.kind}: {d.reason} |" for d in others]
    return "\n".join(lines) + "\n"


def api_page() -> str:
    """List the routes of every surface, as a server of an empty project has them."""
    with tempfile.TemporaryDirectory() as folder, Local(Project(Path(folder), settings.Settings())) as local:
        routes = local.application.routes
    rows = {
        (route.path_format, method)
        for route in routes
        if isinstance(route, HTTPRoute) and not route.path.startswith("/schema")
        for method in route.methods
        if method != "OPTIONS"
    }
    lines = [NOTICE, "# Routes\n", "Below `/datamap/api`, `/catalog/api` and `/api` the Atlas routes are the same.\n"]
    lines += ["| method | path |", "|---|---|"]
    lines += [f"| {method} | `{path}` |" for path, method in sorted(rows)]
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    lines = [
        NOTICE,
        "# Error codes\n",
        "Codes are stable. Every error also says where it is and what to do.\n",
        "| code | meaning |",
        "|---|---|",
    ]
    lines += [f"| `{code}` | {sentence} |" for code, sentence in sorted(CODES.items())]
    return "\n".join(lines) + "\n"


PAGES = {
    "api.md": api_page,
    "cli.md": cli_page,
    "connectors.md": connectors_page,
    "data-flow-support.md": support_page,
    "errors.md": errors_page,
    "functions.md": functions_page,
    "settings.md": settings_page,
}


def main() -> int:
    """Write every page; return 0."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
