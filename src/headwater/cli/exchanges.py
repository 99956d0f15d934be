"""What `push` and `pull` have in common: the bar, the summary, and what was left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from headwater.app.exchange.purview import Direction, run
from headwater.app.exchange.report import Kind, Summary
from headwater.app.local import Local
from headwater.cli.show import console, number, print_json

Account = Annotated[str, typer.Option("--account", help="Address of the account: https://NAME.purview.azure.com.")]
TokenEnv = Annotated[
    str | None,
    typer.Option(help="Environment variable that holds a token; without it, one is asked for with AZURE_… variables."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be written, and write nothing.")]
LEFT_SHOWN = 20


def exchange(
    direction: Direction,
    project: Path,
    account: str,
    *,
    collection: str | None,
    dry_run: bool,
    token_env: str | None,
    as_json: bool,
) -> None:
    """Run an exchange, draw its bars on stderr, and show the summary. Ends with 1 if more than attributes was left."""
    with Local.open(project) as local, _bars(quiet=as_json) as bars:
        summary = run(
            local,
            direction,
            account,
            collection=collection,
            dry_run=dry_run,
            token_env=token_env,
            observe=_observer(bars),
        )
    if as_json:
        print_json(summary)
    else:
        _show(summary)
    if any(one.kind != "types" for one in summary.left):
        raise typer.Exit(1)


def _bars(*, quiet: bool) -> Progress:
    screen = console(to_stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=screen, transient=True, disable=quiet or not screen.is_terminal)


def _observer(bars: Progress) -> Callable[[Kind, int, int | None], None]:
    tasks: dict[Kind, TaskID] = {}

    def observe(kind: Kind, done: int, total: int | None) -> None:
        if kind not in tasks:
            tasks[kind] = bars.add_task(kind, total=total)
        bars.update(tasks[kind], completed=done, total=total)

    return observe


def _show(summary: Summary) -> None:
    out = console()
    would = "would be " if summary.dry_run else ""
    table = Table(title=escape(f"{summary.source} → {summary.target}"), title_justify="left")
    table.add_column("")
    for outcome in ("created", "changed", "unchanged"):
        table.add_column(f"{would if outcome != 'unchanged' else ''}{outcome}", justify="right")
    for kind, counts in summary.counts.items():
        table.add_row(kind, *(number(counts.get(outcome, 0)) for outcome in ("created", "changed", "unchanged")))
    out.print(table)
    if not summary.left_count:
        return
    out.print(f"{number(summary.left_count)} left, of which:")
    for one in summary.left[:LEFT_SHOWN]:
        out.print(f"  {one.kind}: {escape(one.name)}\n    {escape(one.why)}")
