"""Write docs/reference/ from the code: settings, command line, connectors, error codes.

Run by `make docs`; tests/completeness checks that what is committed is fresh.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import click
import msgspec
import typer

from headwater import settings
from headwater.cli.main import VERBS
from headwater.connectors.formats.registry import FORMATS
from headwater.connectors.registry import KINDS
from headwater.errors import CODES

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
    base = arguments[0] if arguments and any(isinstance(a, msgspec.Meta) for a in arguments) else hint
    if get_args(base) and any(isinstance(a, msgspec.Meta) for a in get_args(base)):
        base = get_args(base)[0]
    name = str(base).replace("typing.", "") if get_args(base) else getattr(base, "__name__", str(base))
    return name.replace("headwater.settings.", "").replace("|", "\\|"), sentence


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


def _commands() -> Iterator[tuple[str, click.Command]]:
    for verb in VERBS:
        module = importlib.import_module(f"headwater.cli.{verb.replace('-', '_')}")
        yield verb, typer.main.get_command(module.app)


def cli_page() -> str:
    lines = [NOTICE, "# Command line\n", "Every verb takes `--help`; every verb that shows something takes `--json`.\n"]
    for verb, command in _commands():
        usage = " ".join(command.collect_usage_pieces(click.Context(command, info_name=f"headwater {verb}")))
        lines += [f"## `headwater {verb} {usage}`\n", VERBS[verb] + "\n", "| argument | meaning |", "|---|---|"]
        for parameter in command.params:
            names = ", ".join(parameter.opts) if isinstance(parameter, click.Option) else (parameter.name or "").upper()
            lines.append(f"| `{names}` | {getattr(parameter, 'help', '') or ''} |")
        lines.append("")
    return "\n".join(lines)


def connectors_page() -> str:
    lines = [
        NOTICE,
        "# Stores and formats\n",
        "## Stores\n",
        "| linked service | implementation | needs |",
        "|---|---|---|",
    ]
    lines += [f"| `{kind}` | `{entry.implementation}` | {entry.needs or '—'} |" for kind, entry in KINDS.items()]
    lines += ["\n## Formats\n", "| dataset type | implementation |", "|---|---|"]
    lines += [
        f"| `{name}` | `{getattr(entry, '__module__', '')}.{getattr(entry, '__name__', entry)}` |"
        for name, entry in FORMATS.items()
    ]
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


PAGES = {"cli.md": cli_page, "connectors.md": connectors_page, "errors.md": errors_page, "settings.md": settings_page}


def main() -> int:
    """Write every page; return 0."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
