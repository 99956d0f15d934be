"""`headwater sign-in`."""

from __future__ import annotations

from pathlib import Path

import typer

from headwater.app.local import Local
from headwater.cli.arguments import Project
from headwater.cli.show import Json, print_json

app = typer.Typer(add_completion=False)


@app.command()
def sign_in(project: Project = Path(), as_json: Json = False) -> None:
    """Print a fresh address, with a one-time token, to sign in to Studio."""
    with Local.open(project) as local:
        url = local.sign_in_url()
    if as_json:
        print_json({"url": url})
    else:
        typer.echo(url)
