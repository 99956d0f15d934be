"""`headwater collection list|create|move|delete`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from headwater.app import rights
from headwater.app.local import Local
from headwater.cli.arguments import Project
from headwater.cli.show import Json, console, number, print_json, show_table

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the collection, as `headwater collection list` shows it.")]
Parent = Annotated[str | None, typer.Option(help="Name of the collection above; without it, the root.")]


@app.command("list")
def list_collections(project: Project = Path(), as_json: Json = False) -> None:
    """List the tree of collections with the number of assets in each."""
    with Local.open(project) as local:
        found = rights.collections(local.hosted.account)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            "  " * one.level + escape(one.friendly_name),
            one.name,
            number(one.assets),
            "" if one.inherits else "restricted",
        )
        for one in found
    ]
    show_table("", ("collection", "name", "assets:right", "inherits"), rows)


@app.command()
def create(
    friendly_name: Annotated[str, typer.Argument(help="What people call it.")],
    parent: Parent = None,
    name: Annotated[
        str | None, typer.Option(help="Name that requests use; without it, six letters and digits.")
    ] = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """Make a collection."""
    with Local.open(project) as local:
        made = rights.create(local.hosted.account, friendly_name, parent, name, description)
    if as_json:
        print_json(made)
    else:
        typer.echo(made.name)


@app.command()
def move(
    name: Name,
    parent: Annotated[str, typer.Argument(help="Name of the collection below which it is to stand.")],
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """Move a collection, with all below it, under another one."""
    with Local.open(project) as local:
        moved = rights.move(local.hosted.account, name, parent)
    if as_json:
        print_json(moved)
    else:
        console().print(f"{escape(moved.name)} stands below {escape(str(moved.parent))}")


@app.command()
def delete(name: Name, project: Project = Path(), as_json: Json = False) -> None:
    """Delete an empty collection, with the roles on it."""
    with Local.open(project) as local:
        account = local.hosted.account
        account.delete_collection(name, by=account.owner.id)
    if as_json:
        print_json({"deleted": name})
    else:
        console().print(f"{escape(name)} is deleted")
