"""`headwater impact ASSET`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from headwater.app.local import Local
from headwater.catalog.lineage.impact import Impact, Reached
from headwater.cli.arguments import Project
from headwater.cli.show import Json, console, print_json, show_table

app = typer.Typer(add_completion=False)
SHOWN = 4
"""Columns of an asset that its line names."""


@app.command()
def impact(
    asset: Annotated[
        str, typer.Argument(help="Qualified name or guid of an asset or process, or its name where only one has it.")
    ],
    column: Annotated[str | None, typer.Option("--column", "-c", help="Only what this column reaches.")] = None,
    upstream: Annotated[bool, typer.Option(help="What it comes from, in place of what it reaches.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Assets to list at most, nearest first.")] = 1_000,
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """List every asset and column that an asset, or a column of it, reaches: over what, and the last run."""
    with Local.open(project) as local:
        found = local.impact(asset, column=column, upstream=upstream, limit=limit)
    if as_json:
        print_json(found)
        return
    if found.value:
        titles = ("level:right", "kind", "asset", "columns", "by way of", "last run")
        show_table("", titles, (_row(reached) for reached in found.value))
    console().print(_summary(found, column))


def _row(reached: Reached) -> tuple[str, ...]:
    names = [column.name for column in reached.columns if column.name != "*"]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    via = " → ".join(
        "(not yours to read)" if hop.operation.name is None else hop.operation.name
        for hop in reached.path
        if hop.operation is not None
    )
    run = reached.last_run
    seen = "" if run is None else f"{run.time:%Y-%m-%d %H:%M:%S} {run.status}".rstrip()
    name = f"{escape(reached.asset.name or '')}\n[dim]{escape(reached.asset.qualified_name or '')}[/]"
    kind = (reached.kind or "").lower()
    return str(reached.distance), kind, name, escape(", ".join(names[:SHOWN]) + more), escape(via), seen


def _summary(found: Impact, column: str | None) -> str:
    totals = found.totals
    start = escape(f"{found.base.name}.{column}" if column is not None else str(found.base.name))
    if not totals.assets:
        return f"Nothing {'feeds' if found.direction == 'INPUT' else 'comes of'} {start}."
    said = f"{totals.assets} assets and {totals.columns} columns, {totals.operations} operations between"
    hidden = f"; {totals.hidden} of them not yours to read" if totals.hidden else ""
    left = totals.assets - totals.hidden - len(found.value)
    more = f"; {left} not listed, --limit lists more" if left else ""
    cut = "; the search stopped before its end, as there is too much" if totals.truncated else ""
    return f"[dim]{said}{hidden}{more}{cut}[/]"
