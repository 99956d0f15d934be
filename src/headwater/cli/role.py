"""`headwater role list|grant|revoke|explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from headwater.app import rights
from headwater.app.local import Local
from headwater.cli.arguments import Project
from headwater.cli.show import Json, console, print_json, show_table

app = typer.Typer(add_completion=False, no_args_is_help=True)
Who = Annotated[str, typer.Argument(metavar="PRINCIPAL", help="Name or object id of a workspace, program or user.")]
Role = Annotated[
    str, typer.Argument(help="data-curator, data-reader, data-source-administrator, collection-administrator.")
]
Where = Annotated[str | None, typer.Option("--collection", help="Name of a collection; without it, the root.")]


@app.command("list")
def list_roles(
    principal: Annotated[str | None, typer.Option(help="Only this one's.")] = None,
    collection: Annotated[str | None, typer.Option(help="Only those on this collection itself.")] = None,
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """List who has which role on which collection."""
    with Local.open(project) as local:
        found = rights.roles(local.hosted.account, collection, principal)
    if as_json:
        print_json(found)
        return
    rows = [(escape(one.principal), one.kind, one.role, escape(one.collection), one.id) for one in found]
    show_table("", ("principal", "kind", "role", "collection", "id"), rows)


@app.command()
def grant(
    principal: Who, role: Role, collection: Where = None, project: Project = Path(), as_json: Json = False
) -> None:
    """Give a role on a collection; it holds below too, unless a collection restricts what it inherits."""
    _change(principal, role, collection, project, give=True, as_json=as_json)


@app.command()
def revoke(
    principal: Who, role: Role, collection: Where = None, project: Project = Path(), as_json: Json = False
) -> None:
    """Take a role on a collection away."""
    _change(principal, role, collection, project, give=False, as_json=as_json)


@app.command()
def explain(
    principal: Who,
    action: Annotated[str, typer.Argument(help="As data/read, data/write, collection/write.")],
    collection: Where = None,
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """Tell why somebody may do something in a collection, or why not."""
    with Local.open(project) as local:
        told = rights.explain(local.hosted.account, principal, action, collection)
    if as_json:
        print_json(told)
        return
    console().print(f"{'[green]yes[/]' if told.allowed else '[red]no[/]'}  {escape(' > '.join(told.path))}")
    for reason in told.roles:
        console().print(f"  {'[green]+[/]' if reason.grants else '-'} {escape(reason.because)}")
    if not told.allowed:
        console().print(f"  [dim]→[/] Any of these on '{escape(told.collection)}' gives it: {', '.join(told.needed)}")


def _change(principal: str, role: str, collection: str | None, project: Path, *, give: bool, as_json: bool) -> None:
    with Local.open(project) as local:
        changed = rights.change(local.hosted.account, principal, role, collection, give=give)
    if as_json:
        print_json(changed)
        return
    verb = "has" if give else "no longer has"
    console().print(f"{escape(changed.principal)} {verb} {changed.role} on {escape(changed.collection)}")
