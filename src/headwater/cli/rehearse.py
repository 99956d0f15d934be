"""`headwater rehearse DIR [--pipeline NAME | --dataflow NAME | --all]`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.app.rehearsal.rehearse import Asked
from headwater.app.rehearsal.rehearse import rehearse as rehearse_path
from headwater.cli.rehearsals import RehearsalProgress, show_report
from headwater.cli.show import Json, print_json

app = typer.Typer(add_completion=False)
_MOST_ROWS = 100_000


@app.command()
def rehearse(
    folder: Annotated[
        Path, typer.Argument(help="A folder of definitions, a project with headwater.toml, or an ARM template.")
    ] = Path(),
    pipeline: Annotated[str | None, typer.Option("--pipeline", "-n", help="Rehearse this pipeline alone.")] = None,
    data_flow: Annotated[str | None, typer.Option("--dataflow", "-d", help="Rehearse this data flow alone.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Rehearse all data flows and pipelines; this is also the default.")
    ] = False,
    rows: Annotated[int, typer.Option(min=1, max=_MOST_ROWS, help="Rows to make up for each source.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed makes up the same rows.")] = 1,
    keep: Annotated[
        Path | None, typer.Option(help="Leave what is read and written in this folder, as files to look at.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run data flows and pipelines on made-up rows, with no store at all."""
    if sum((pipeline is not None, data_flow is not None, everything)) > 1:
        raise typer.BadParameter("Give one of --pipeline, --dataflow and --all.")
    asked = Asked(data_flow=data_flow, pipeline=pipeline, rows=rows, seed=seed, keep=keep)
    with RehearsalProgress(quiet=as_json or bool(pipeline or data_flow)) as progress:
        report = rehearse_path(folder, asked, progress.observe)
    if as_json:
        print_json(report.to_json())
    else:
        show_report(report)
    raise typer.Exit(0 if report.is_ok else 1)
