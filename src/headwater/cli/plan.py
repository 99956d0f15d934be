"""`headwater plan DIR --pipeline NAME`."""

from __future__ import annotations

from pathlib import Path

import typer

from headwater.app.definitions import Definitions
from headwater.cli.arguments import Folder, Parameters, Pipeline, parse_parameters
from headwater.cli.show import Json, print_json

app = typer.Typer(add_completion=False)


@app.command()
def plan(
    pipeline: Pipeline,
    folder: Folder = Path(),
    parameters: Parameters = None,
    as_json: Json = False,
) -> None:
    """Show what a pipeline would run, read and write."""
    definitions = Definitions.open(folder)
    workspace = definitions.workspace_at(folder, pipeline)
    explained = definitions.explain(workspace, pipeline, parse_parameters(parameters))
    if as_json:
        print_json(explained.to_json())
    else:
        typer.echo(str(explained))
