"""`headwater preview DIR --dataflow NAME --stream NAME`."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from headwater.app.preview import preview_stream, to_json, values
from headwater.app.values import from_engine
from headwater.app.values import to_json as encoded
from headwater.cli.arguments import Folder, parse_parameters
from headwater.cli.show import Json, console, number
from headwater.data.types import DOUBLE, FLOAT, INTEGER, LONG, SHORT, DataType, Decimal
from headwater.errors import Fault, Place, SettingsError
from headwater.language.expression.ast import Json as JsonValue
from headwater.run.engines.preview import SAMPLE_ROWS, ColumnStatistics, Preview, PreviewRequest, PreviewRow

app = typer.Typer(add_completion=False)

_NUMBERS = (DOUBLE, FLOAT, INTEGER, LONG, SHORT)
_WIDEST = 40
_SIGNS = {"insert": "+", "update": "*", "upsert": "*+", "delete": "x"}
_FAILED = "!"
_DRIFTED = "~"


@app.command()
def preview(  # noqa: PLR0913, PLR0917 - one argument an option
    folder: Folder = Path(),
    dataflow: Annotated[str, typer.Option("--dataflow", "-d", metavar="NAME", help="Name of the data flow.")] = "",
    stream: Annotated[
        str, typer.Option("--stream", "-s", metavar="NAME", help="A source, transformation, split's branch, or sink.")
    ] = "",
    rows: Annotated[int, typer.Option("-n", "--rows", min=1, help="Rows to show.")] = 100,
    sample: Annotated[int, typer.Option(min=1, help="Rows to read of each source.")] = SAMPLE_ROWS,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="Read all rows of each source.")] = False,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=EXPR", help="Parameter of the data flow.")
    ] = None,
    dataset_param: Annotated[
        list[str] | None,
        typer.Option("--dataset-param", metavar="STREAM.NAME=VALUE", help="Parameter of a source's or sink's dataset."),
    ] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Show nulls, distinct values, least and greatest of each column.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV instead.")] = False,
    as_json: Json = False,
) -> None:
    """Show the rows after any transformation of a data flow. Reads a sample of each source and writes nothing."""
    if as_csv and as_json:
        raise SettingsError(Fault("SET-004", "--csv and --json were both given", Place(), "Leave one out."))
    for option, given in (("--dataflow", dataflow), ("--stream", stream)):
        if not given:
            raise SettingsError(Fault("SET-004", f"{option} is not given", Place(), f"Add {option} NAME."))
    request = PreviewRequest(stream, rows, None if all_rows else sample, statistics)
    shown = preview_stream(folder, dataflow, request, dict(_pairs(param)), _of_datasets(dataset_param))
    if as_json:
        sys.stdout.write(encoded(to_json(shown)).decode() + "\n")
    elif as_csv:
        _print_csv(shown)
    else:
        _print_table(shown, console())


def _pairs(given: Sequence[str] | None) -> Iterator[tuple[str, str]]:
    """Yield names and texts of `NAME=EXPR`. An expression stays a text: the data flow's own language reads it."""
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            cure = "Write --param name=expression; quote it for the shell: --param \"name='a text'\""
            raise SettingsError(Fault("SET-004", f"Parameter '{text}' has no '='", Place(), cure))
        yield name.strip().removeprefix("$"), value


def _of_datasets(given: Sequence[str] | None) -> dict[str, dict[str, JsonValue]]:
    found: dict[str, dict[str, JsonValue]] = {}
    for name, value in parse_parameters(list(given or ())).items():
        stream, dot, parameter = name.partition(".")
        if not dot or not parameter:
            cure = "Write --dataset-param stream.parameter=value"
            raise SettingsError(Fault("SET-004", f"'{name}' names no stream and parameter", Place(), cure))
        found.setdefault(stream, {})[parameter] = value
    return found


def _print_csv(shown: Preview) -> None:
    marked = shown.has_actions or shown.has_assertions
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([*(["row"] if marked else []), *(column.id for column in shown.columns)])
    for row, cells in zip(shown.rows, values(shown), strict=True):
        out.writerow([*([_sign(row)] if marked else []), *("" if cell is None else _text(cell) for cell in cells)])


def _print_table(shown: Preview, out: Console) -> None:
    """Show the rows; columns that do not fit beside each other go below, with the rows' signs again."""
    read = "all rows" if shown.sample is None else f"the first {number(shown.sample)} rows"
    out.print(f"[bold]{escape(shown.stream)}[/] ({shown.verb} of {escape(shown.flow)}), from {read} of each source")
    header = [_header(column.id, str(column.type), column.drifted) for column in shown.columns]
    cells = [[_cell(value) for value in row] for row in values(shown)]
    signs = [_sign(row) for row in shown.rows] if shown.has_actions or shown.has_assertions else None
    for first, last in _panels(header, cells, out.width - (8 if signs else 0)):
        out.print()
        table = Table(box=None, pad_edge=False, header_style="bold")
        if signs is not None:
            table.add_column("")
        for title, column in zip(header[first:last], shown.columns[first:last], strict=True):
            table.add_column(title, no_wrap=True, justify="right" if _is_number(column.type) else "left")
        for index, row in enumerate(cells):
            table.add_row(*([escape(signs[index])] if signs is not None else []), *row[first:last])
        out.print(table, crop=False)
    if not shown.rows:
        out.print("[dim]no rows[/]")
    _print_legend(shown, out)
    if shown.row_count is not None:
        _print_statistics(shown, out)


def _print_legend(shown: Preview, out: Console) -> None:
    legend = [f"{sign} {action}" for action, sign in _SIGNS.items()] if shown.has_actions else []
    legend += [f"{_FAILED} fails an assertion"] if shown.has_assertions else []
    legend += [f"{_DRIFTED} drifted column"] if any(column.drifted for column in shown.columns) else []
    if legend:
        out.print(f"[dim]{', '.join(legend)}[/]")
    for row in shown.rows:
        for id_, message in row.failed.items():
            out.print(f"  [red]{_FAILED} {escape(id_)}[/]" + ("" if message == id_ else f" {escape(message)}"))


def _print_statistics(shown: Preview, out: Console) -> None:
    out.print()
    table = Table(title=f"{number(shown.row_count)} rows", title_justify="left", box=None, pad_edge=False)
    for title in ("column", "type", "nulls", "distinct", "min", "max"):
        table.add_column(title, justify="right" if title in ("nulls", "distinct") else "left", no_wrap=True)
    for column in shown.columns:
        one = column.statistics or ColumnStatistics(0, 0)
        ends = (_cell(from_engine(end, column.type)) for end in (one.least, one.greatest))
        table.add_row(escape(column.id), escape(str(column.type)), number(one.nulls), number(one.distinct), *ends)
    out.print(table, crop=False)


def _is_number(type_: DataType) -> bool:
    return isinstance(type_, Decimal) or type_ in _NUMBERS


def _header(name: str, type_: str, drifted: bool) -> str:
    return f"{escape(_shortened(name))}{_DRIFTED if drifted else ''}\n[dim]{escape(_shortened(type_))}[/]"


def _panels(header: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last column, exclusive, of each group that fits beside each other."""
    widths = [
        2 + max(Text.from_markup(line).cell_len for line in (*title.split("\n"), *(row[index] for row in cells)))
        for index, title in enumerate(header)
    ]
    first, taken = 0, 0
    for index, one in enumerate(widths):
        if taken + one > width and index > first:
            yield first, index
            first, taken = index, 0
        taken += one
    if widths:
        yield first, len(widths)


def _sign(row: PreviewRow) -> str:
    return (_SIGNS.get(row.action, row.action) if row.action else "") + (_FAILED if row.failed else "")


def _text(value: object) -> str:
    return value if isinstance(value, str) else encoded(value).decode()


def _cell(value: object) -> str:
    return "[dim]NULL[/]" if value is None else escape(_shortened(_text(value)))


def _shortened(text: str) -> str:
    shown = json.dumps(text, ensure_ascii=False)[1:-1] if any(c in text for c in "\n\r\t") else text
    return shown if len(shown) <= _WIDEST else f"{shown[: _WIDEST - 1]}…"
