"""`headwater serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.app.local import Local
from headwater.cli.arguments import Project
from headwater.cli.show import console

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    project: Project = Path(),
    host: Annotated[str | None, typer.Option(help="Address to bind; the setting's, or loopback.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")] = None,
) -> None:
    """Serve the account, the workspaces and Studio."""
    with Local.open(project) as local, local.server(host, port) as server:
        console().print(f"Studio: [bold]{server.sign_in_url()}[/]")
        console().print(
            "[dim]The token in this address signs in once. `headwater sign-in` prints another. Ctrl-C ends.[/]"
        )
        server.serve_forever()
