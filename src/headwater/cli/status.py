"""`headwater status`."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.markup import escape

from headwater.app.local import Local
from headwater.cli.arguments import Project
from headwater.cli.show import Json, console, number, print_json, show_table, styled

app = typer.Typer(add_completion=False)


@app.command()
def status(project: Project = Path(), as_json: Json = False) -> None:
    """Show each workspace's connection to the account and the lineage that waits."""
    with Local.open(project) as local:
        connections = local.connections()
    if as_json:
        print_json({"workspaces": connections})
        return
    rows = [
        (escape(c.workspace), escape(c.account), styled(c.status), number(c.waiting), escape(c.reason or ""))
        for c in connections
    ]
    show_table("", ("workspace", "account", "connection", "waiting:right", "reason"), rows)
    for c in connections:
        if c.fix:
            console().print(f"[dim]→[/] {escape(c.workspace)}: {escape(c.fix)}")
