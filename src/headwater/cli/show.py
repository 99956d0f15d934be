"""What the verbs show with: faults with their cure, tables, trees; the same as JSON where a machine reads."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from headwater.errors import Fault

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]

_WIDE = 200
STATUS_STYLE = {
    "Succeeded": "green",
    "Connected": "green",
    "Failed": "red",
    "Disconnected": "red",
    "Cancelled": "yellow",
    "Pending": "yellow",
    "Unknown": "yellow",
    "InProgress": "cyan",
    "Queued": "cyan",
    "Skipped": "dim",
    "NotReported": "dim",
}


def console(*, to_stderr: bool = False) -> Console:
    """Return a console that knows whether people watch; a file or a pipe gets wide lines, not folded ones."""
    made = Console(stderr=to_stderr, highlight=False, soft_wrap=True)
    return made if made.is_terminal else Console(stderr=to_stderr, highlight=False, soft_wrap=True, width=_WIDE)


def print_json(value: object) -> None:
    """Print a value as one indented JSON document."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.write(text.decode() + "\n")


def styled(status: str) -> str:
    """Return a status in its colour; the word itself always says it too."""
    style = STATUS_STYLE.get(status, "")
    return f"[{style}]{status}[/]" if style else status


def show_faults(faults: Iterable[Fault], *, as_json: bool = False) -> None:
    """Show every fault: code, message, place with caret, cure; on stderr, or as JSON on stdout."""
    faults = tuple(faults)
    if as_json:
        print_json({"faults": [fault.to_json() for fault in faults]})
        return
    out = console(to_stderr=True)
    for fault in faults:
        colour = "red" if fault.severity == "error" else "yellow"
        out.print(f"[bold {colour}]{fault.severity}[/] [bold]{fault.code}[/] {escape(fault.message)}")
        if where := str(fault.place):
            out.print(f"  [dim]at[/] {escape(where)}")
        if fault.place.excerpt:
            line, _, caret = fault.place.excerpt.partition("\n")
            out.print(f"    {escape(line)}\n    [{colour}]{caret}[/]")
        if fault.cure:
            out.print(f"  [dim]→[/] {escape(fault.cure)}")


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Show a table; cells may hold markup, so texts of users' must be escaped by the caller."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        name, _, align = column.partition(":")
        table.add_column(name, justify="right" if align == "right" else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console().print(table)


def size(count: int | None) -> str:
    """Return a number of bytes as people read it."""
    if count is None:
        return ""
    value = float(count)
    for unit in ("B", "KiB", "MiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"


def number(count: int | None) -> str:
    """Return a count with thin groups, or nothing where it is not known."""
    return "" if count is None else f"{count:,}".replace(",", " ")


def duration(milliseconds: int | None) -> str:
    """Return a duration as people read it."""
    if milliseconds is None:
        return ""
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
