"""`headwater check DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.app.checking import check as check_folder
from headwater.cli.show import Json, console, print_json, show_faults

app = typer.Typer(add_completion=False)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="A folder of definitions, or a project with headwater.toml.")] = Path(),
    warnings: Annotated[bool, typer.Option(help="Show warnings too.")] = True,
    as_json: Json = False,
) -> None:
    """Check a folder of definitions; report every fault with file, path and cure."""
    reports = check_folder(folder)
    errors = sum(1 for report in reports for fault in report.faults if fault.severity == "error")
    if as_json:
        print_json({"ok": errors == 0, "workspaces": [report.to_json() for report in reports]})
    else:
        for report in reports:
            show_faults(fault for fault in report.faults if warnings or fault.severity == "error")
            noted = len(report.faults) - report.error_count
            console().print(
                f"[bold]{report.workspace}[/]: {report.counts}; {report.error_count} errors, {noted} warnings"
            )
    raise typer.Exit(1 if errors else 0)
