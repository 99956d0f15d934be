"""Write docs/reference/ from the code: settings, command line, connectors, error codes.

Run by `make docs`; tests/completeness checks that what is committed is fresh.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import typer
from litestar.routes import HTTPRoute

from headwater import settings
from headwater.app.local import Local
from headwater.cli.main import VERBS
from headwater.codes import CODES
from headwater.connectors.formats.registry import FORMATS
from headwater.connectors.registry import KINDS, SCHEMES
from headwater.language.dataflow.functions.registry import FUNCTIONS as DATA_FLOW
from headwater.language.expression.functions.registry import FUNCTIONS
from headwater.settings import Project

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
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


def _commands() -> Iterator[tuple[str, typer.core.TyperCommand]]:
    for verb in VERBS:
        module = importlib.import_module(f"headwater.cli.{verb.replace('-', '_')}")
        command = typer.main.get_command(module.app)
        assert isinstance(command, typer.core.TyperCommand)
        yield verb, command


def cli_page() -> str:
    lines = [NOTICE, "# Command line\n", "Every verb takes `--help`; every verb that shows something takes `--json`.\n"]
    for verb, command in _commands():
        lines += [f"## `headwater {verb}`\n", VERBS[verb] + "\n", "| argument | meaning |", "|---|---|"]
        for parameter in command.params:
            is_option = parameter.param_type_name == "option"
            names = (
                ", ".join([*parameter.opts, *parameter.secondary_opts]) if is_option else (parameter.name or "").upper()
            )
            lines.append(f"| `{names}` | {getattr(parameter, 'help', None) or ''} |")
        lines.append("")
    return "\n".join(lines)


def connectors_page() -> str:
    """List what can be opened; `through a binding` means that there is no driver for the real store yet."""
    lines = [NOTICE, "# Stores and formats\n", "## Linked services\n", "| type | holds | opened by |", "|---|---|---|"]
    for kind, entry in KINDS.items():
        opened = f"`{entry.module}`" if entry.module else "a binding only"
        lines.append(f"| `{kind}` | {entry.shape} | {opened} |")
    lines += ["\n## Bindings\n", "| url begins with | for | opened by |", "|---|---|---|"]
    lines += [f"| `{name}:` | {', '.join(scheme.shapes)} | `{scheme.module}` |" for name, scheme in SCHEMES.items()]
    lines += ["\n## Formats\n", "Copy and data flows read all of them; inline is the name in a data flow's script.\n"]
    lines += ["| dataset type | inline | written | compression | read by |", "|---|---|---|---|---|"]
    for name, format_ in FORMATS.items():
        inline = f"`{format_.inline}`" if format_.inline else "no"
        written = "yes" if format_.is_written else "no"
        lines.append(f"| `{name}` | {inline} | {written} | {', '.join(format_.codecs)} | `{format_.module}` |")
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


def api_page() -> str:
    """List the routes of every surface, as a server of an empty project has them."""
    with tempfile.TemporaryDirectory() as folder, Local(Project(Path(folder), settings.Settings())) as local:
        routes = local.hosted.application.routes
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
