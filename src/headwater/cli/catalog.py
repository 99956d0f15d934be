"""`headwater catalog prune|reconcile|stale|audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from headwater.app.local import Local
from headwater.app.reconciling import reconcile as tell
from headwater.catalog.clock import moment
from headwater.catalog.lifecycle import StaleProcess
from headwater.cli.arguments import Project
from headwater.cli.show import Json, console, number, print_json, show_table

app = typer.Typer(add_completion=False, no_args_is_help=True)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would go, and change nothing.")]


@app.command()
def prune(dry_run: DryRun = False, project: Project = Path(), as_json: Json = False) -> None:
    """Remove ended edges, old runs and old history, after the days for which the account keeps them."""
    with Local.open(project) as local:
        account = local.hosted.account
        purged = account.purge(by=account.owner.id, dry_run=dry_run)
        forever = account.keeping.is_forever
    if as_json:
        print_json(purged)
        return
    if forever:
        console().print("The account keeps everything for good: [account] has no keep_…_days.", markup=False)
        return
    rows = [(name.replace("_", " "), number(count)) for name, count in msgspec.structs.asdict(purged).items()]
    show_table("would go" if dry_run else "gone", ("what", "rows:right"), rows)


@app.command()
def reconcile(
    workspace: Annotated[str, typer.Argument(help="Name of the workspace in headwater.toml.")],
    dry_run: DryRun = False,
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """Tell the account which pipelines and activities a workspace has; others go, with their operations."""
    with Local.open(project) as local:
        gone = tell(local, workspace, dry_run=dry_run)
    if as_json:
        print_json(gone)
        return
    verb = "would go" if dry_run else "gone"
    console().print(f"{escape(workspace)}: {gone.entities or 'nothing'} {verb}")
    for type_name, count in gone.by_type.items():
        console().print(f"  {count} {escape(type_name)}")
        for name in gone.samples.get(type_name, ()):
            console().print(f"    [dim]{escape(name)}[/]")


@app.command()
def stale(project: Project = Path(), as_json: Json = False) -> None:
    """List operations and activities that the last runs of what they belong to did not report."""
    with Local.open(project) as local:
        account, found = local.hosted.account, list[StaleProcess]()
        start: int | None = 0
        while start is not None:
            page = account.catalog.lifecycle.stale(keeping=account.keeping, start=start)
            found, start = [*found, *page.value], page.continuation
    if as_json:
        print_json(found)
        return
    if not found:
        console().print("Nothing is stale: the last runs reported all that their activities and pipelines had before.")
        return
    rows = [(one.last_seen.isoformat(timespec="seconds"), one.type_name, escape(one.qualified_name)) for one in found]
    show_table("", ("last seen", "type", "name"), rows)


@app.command()
def audit(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries, newest first.")] = 50,
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """Show the audit log: sign-ins, refusals, changes of rights and collections, deletes and purges."""
    with Local.open(project) as local:
        account = local.hosted.account
        names = {principal.id: principal.name for principal in account.principals.all()}
        found = account.audit.entries(limit=limit)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            moment(one.at).isoformat(timespec="seconds"),
            escape(names.get(one.principal, one.principal)),
            one.outcome,
            escape(one.action),
            escape(one.target),
            escape(names.get(one.detail, one.detail)),
        )
        for one in found
    ]
    show_table("", ("at", "who", "outcome", "action", "target", "detail"), rows)
