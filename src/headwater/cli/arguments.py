"""Arguments that several verbs take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from headwater.errors import Fault, Place, SettingsError
from headwater.language.expression.ast import Json as JsonValue

Folder = Annotated[
    Path, typer.Argument(help="A folder of definitions, or any folder of a project with headwater.toml.")
]
Pipeline = Annotated[str, typer.Option("--pipeline", "-n", help="Name of the pipeline.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", metavar="KEY=VALUE", help="Parameter of the pipeline; JSON, or else a string."),
]
Project = Annotated[Path, typer.Option("--project", help="A folder in or below which headwater.toml is searched.")]


def parse_parameters(given: list[str] | None) -> dict[str, JsonValue]:
    """Return `KEY=VALUE` texts as values: what reads as JSON is JSON, all else a string. Raises SettingsError."""
    values: dict[str, JsonValue] = {}
    for text in given or ():
        key, equals, value = text.partition("=")
        if not equals or not key:
            cure = "Write -p key=value; quote it for the shell if it has spaces."
            raise SettingsError(Fault("SET-004", f"Parameter '{text}' has no '='", Place(), cure))
        try:
            values[key] = json.loads(value)
        except json.JSONDecodeError:
            values[key] = value
    return values
