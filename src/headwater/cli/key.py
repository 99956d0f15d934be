"""`headwater key NAME`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.app.keys import make_key
from headwater.app.local import Local
from headwater.cli.arguments import Project
from headwater.cli.show import Json, print_json

app = typer.Typer(add_completion=False)


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="Name of the program that reports, as spark-cluster.")],
    collection: Annotated[
        str | None, typer.Option(help="Collection in which it may write; without it, the root collection.")
    ] = None,
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """Print a new API key with which a program reports to the account. It is shown this one time."""
    with Local.open(project) as local:
        made = make_key(local.hosted.account, name, collection)
    if as_json:
        print_json(made)
    else:
        typer.echo(made.key)
