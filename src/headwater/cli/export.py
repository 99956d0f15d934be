"""`headwater export openlineage`."""

from __future__ import annotations

import asyncio
import datetime
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from headwater.app.export import openlineage_events, send, write
from headwater.app.local import Local
from headwater.cli.arguments import Project
from headwater.cli.show import console

app = typer.Typer(add_completion=False)
Since = Annotated[
    datetime.datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
        help="Only what ended at or after this time; UTC unless it says otherwise.",
    ),
]


@app.command()
def export(
    form: Annotated[Literal["openlineage"], typer.Argument(help="What to export as.")],
    since: Since = None,
    file: Annotated[Path | None, typer.Option(help="Write one event a line to this file, not to the terminal.")] = None,
    url: Annotated[str | None, typer.Option(help="Post the events to this address.")] = None,
    key_env: Annotated[
        str, typer.Option(help="Environment variable that holds the receiver's API key.")
    ] = "OPENLINEAGE_API_KEY",
    project: Project = Path(),
) -> None:
    """Export the lineage of runs, and of the account kept here, as OpenLineage events."""
    del form
    if file is not None and url is not None:
        raise typer.BadParameter("give --file or --url, not both")
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=datetime.UTC)
    with Local.open(project) as local:
        made = openlineage_events(local, since)
        if file is not None:
            console(to_stderr=True).print(f"{write(made, file)} events → {file}")
        elif url is not None:
            number = asyncio.run(send(made, url, os.environ.get(key_env)))
            console(to_stderr=True).print(f"{number} events → {url}")
        else:
            for event in made:
                sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
