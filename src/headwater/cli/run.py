"""`headwater run DIR --pipeline NAME -p key=value`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.app.local import Local
from headwater.cli.arguments import Folder, Parameters, Pipeline, parse_parameters
from headwater.cli.progress import RunProgress
from headwater.cli.runs import run_json, show_run
from headwater.cli.show import Json, print_json

app = typer.Typer(add_completion=False)


@app.command()
def run(
    pipeline: Pipeline,
    folder: Folder = Path(),
    parameters: Parameters = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait at the end for lineage to arrive.")] = 30.0,
    as_json: Json = False,
) -> None:
    """Run a pipeline."""
    with Local.open(folder) as local:
        workspace = local.definitions.workspace_at(folder, pipeline)
        with RunProgress(quiet=as_json) as progress:
            run_id = local.run(workspace, pipeline, parse_parameters(parameters), progress.observe)
        local.deliver(wait)
        report = local.run_report(run_id)
    if as_json:
        print_json(run_json(report))
    else:
        show_run(report)
    raise typer.Exit(0 if report.run.status == "Succeeded" else 1)
