"""`headwater connect WORKSPACE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from headwater.app.local import Local
from headwater.cli.arguments import Project
from headwater.cli.show import Json, console, print_json, styled

app = typer.Typer(add_completion=False)
_ARRIVAL_S = 30.0
"""How long lineage that was held back may take to arrive; the rest goes with the next run or `headwater serve`."""


@app.command()
def connect(
    workspace: Annotated[str, typer.Argument(help="Name of the workspace in headwater.toml.")],
    project: Project = Path(),
    grant: Annotated[
        bool, typer.Option(help="Give the workspace's identity Data Curator on the root collection.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Connect a workspace to the account, and let it report lineage."""
    with Local.open(project) as local:
        status = local.connect(workspace, grant=grant)
        if status.waiting and status.status == "Connected":
            local.deliver(_ARRIVAL_S)
            status = local.connection(workspace)
    if as_json:
        print_json(status)
        return
    console().print(f"{escape(workspace)} → {escape(status.account)}: {styled(status.status)}")
    if status.reason:
        console().print(f"  {escape(status.reason)}")
    if status.fix:
        console().print(f"  [dim]→[/] {escape(status.fix)}")
