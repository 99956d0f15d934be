"""`headwater lineage ASSET`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from headwater.app.local import Local
from headwater.app.reports import LineageLine
from headwater.cli.arguments import Project
from headwater.cli.show import Json, console, print_json

app = typer.Typer(add_completion=False)


@app.command()
def lineage(
    asset: Annotated[str, typer.Argument(help="Qualified name of an asset, or its name where only one has it.")],
    column: Annotated[str | None, typer.Option("--column", "-c", help="Only this column; without it, all.")] = None,
    indirect: Annotated[
        bool, typer.Option(help="Also what decides which rows there are: filters, joins, groups.")
    ] = False,
    tables: Annotated[bool, typer.Option(help="Only assets, no columns.")] = False,
    project: Project = Path(),
    as_json: Json = False,
) -> None:
    """Show where an asset, or a column of it, came from."""
    with Local.open(project) as local:
        lines = local.lineage(asset, column=column, indirect=indirect, tables=tables)
    if as_json:
        print_json({"lineage": lines})
        return
    for line in lines:
        show_lineage(line)


def show_lineage(line: LineageLine) -> None:
    """Show one tree: what a column, or an asset, came from."""
    tree = Tree(_label(line), guide_style="dim")
    _grow(tree, line)
    console().print(tree)


def _grow(tree: Tree, line: LineageLine) -> None:
    for source in line.sources:
        _grow(tree.add(_label(source)), source)


def _label(line: LineageLine) -> str:
    column = f".[bold]{escape(line.column)}[/]" if line.column else ""
    text = f"{escape(line.name)}{column}"
    if not line.via:
        return f"{text}  [dim]{escape(line.asset)}[/]"
    how = line.subtype.replace("_", " ").lower()
    if line.kind == "INDIRECT":
        how = f"indirect, {how}"
    expression = f": [cyan]{escape(line.expression)}[/]" if line.expression else ""
    label = f"{text}  [dim]by[/] {escape(line.via)}" + (f" [dim]({how}{expression})[/]" if how else "")
    # A copy is one step, and that step is the operation itself.
    return label + (f"\n[dim]{escape(' → '.join(line.steps))}[/]" if len(line.steps) > 1 else "")
