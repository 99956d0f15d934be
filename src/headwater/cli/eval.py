"""`headwater eval`: try an expression of either language; a file of them; or, with no argument, a prompt."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from headwater.app.evaluation import Evaluate, Language, Outcome, evaluation
from headwater.app.values import to_json
from headwater.errors import Fault, SettingsError
from headwater.language.expression.ast import Json

_LANGUAGES = ("--dataflow", "--pipeline")
_OPTIONS = (*_LANGUAGES, "--context", "--jsonl", "--help")


class EvalCommand(TyperCommand):
    """Lets `--dataflow` and `--pipeline` stand without a text, and lets the text begin with a minus."""

    # Typer carries a click of its own and does not export its types, hence Any.
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Join each language with the text behind it."""
        joined: list[str] = []
        rest = list(args)
        while rest:
            token = rest.pop(0)
            if token in _LANGUAGES:
                text = rest.pop(0) if rest and rest[0].partition("=")[0] not in _OPTIONS else ""
                token = f"{token}={text}"
            joined.append(token)
        return list(super().parse_args(ctx, joined))


app = typer.Typer()


@app.command(cls=EvalCommand)
def evaluate(
    dataflow: Annotated[
        str | None, typer.Option(metavar="[EXPR]", help="An expression of the data flow language.")
    ] = None,
    pipeline: Annotated[
        str | None, typer.Option(metavar="[EXPR]", help="An expression of the pipeline language, as @concat('a').")
    ] = None,
    context: Annotated[
        str, typer.Option(metavar="JSON|FILE", help="Parameters, columns, variables, activities and the like.")
    ] = "",
    jsonl: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Lines of {"expr", "context"?}, one result line for each.')
    ] = None,
) -> None:
    """Evaluate an expression, a file of them, or what is typed at a prompt.

    Prints {"value", "type"}, or {"error", "faults"} and ends with 1. Dates and timestamps are in ISO 8601, decimals
    exact numbers, bytes in base 64.
    """
    if dataflow is not None and pipeline is not None:
        raise SettingsError(Fault("SET-004", "Two languages were named", cure="Give --dataflow or --pipeline."))
    language: Language = "pipeline" if pipeline is not None else "dataflow"
    text = pipeline if dataflow is None else dataflow
    given = _context(context)
    if jsonl is not None:
        if text is None:
            cure = "Add --dataflow or --pipeline."
            raise SettingsError(Fault("SET-004", "The language of the lines is not named", cure=cure))
        if text:
            raise SettingsError(Fault("SET-004", "An expression and a file were given", cure="Leave one out."))
        _evaluate_lines(language, _lines_of(jsonl), given)
    elif text is not None:
        with evaluation(language) as work:
            outcome = work(text, given)
        _write(outcome)
        raise typer.Exit(0 if outcome.error is None else 1)
    elif sys.stdin.isatty():
        _prompt(given)
    else:
        _evaluate_typed(given)


def _context(text: str) -> Mapping[str, Json]:
    """Return the context that an option gives: JSON, or the file that has it."""
    if not text:
        return {}
    try:
        given = json.loads(text if text.lstrip().startswith("{") else Path(text).read_text(encoding="utf-8"))
    except OSError as error:
        raise _fault(f"The context file '{text}' cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise _fault(f"The context is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise _fault("The context is not an object")
    return given


def _fault(message: str) -> SettingsError:
    return SettingsError(Fault("SET-004", message, cure='Write {"parameters": {"name": value}}, or a file with it.'))


def _lines_of(path: Path) -> Iterator[str]:
    if str(path) == "-":
        yield from sys.stdin
        return
    try:
        with path.open(encoding="utf-8") as lines:
            yield from lines
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        cure = "Give a file of JSON lines."
        raise SettingsError(Fault("SET-004", f"The file '{path}' cannot be read: {reason}", cure=cure)) from error


def _evaluate_lines(language: Language, lines: Iterable[str], given: Mapping[str, Json]) -> None:
    """Print one result a line, in order; a line at fault has its error and the next goes on."""
    with evaluation(language) as work:
        for line in lines:
            _write(_evaluate_line(work, line, given))


def _evaluate_line(work: Evaluate, line: str, given: Mapping[str, Json]) -> Outcome:
    try:
        entry = json.loads(line)
    except ValueError as error:
        return Outcome(error=_line_fault(f"The line is not JSON: {error}"))
    except RecursionError:
        return Outcome(error=_line_fault("The line is nested too deeply"))
    if not isinstance(entry, dict) or not isinstance(entry.get("expr"), str):
        return Outcome(error=_line_fault("The line has no expression"))
    context = entry.get("context") or {}
    if not isinstance(context, dict):
        return Outcome(error=_line_fault("The context is not an object"))
    return work(entry["expr"], {**given, **context})


def _line_fault(message: str) -> SettingsError:
    return SettingsError(Fault("SET-004", message, cure='Write {"expr": "…", "context": {…}} on one line.'))


def _evaluate_typed(given: Mapping[str, Json]) -> None:
    """Evaluate the lines of a pipe; those that begin with @ are of the pipeline language."""
    with evaluation("dataflow") as flow, evaluation("pipeline") as pipeline:
        for line in sys.stdin:
            if text := line.strip():
                _write((pipeline if text.startswith("@") else flow)(text, given))


def _prompt(given: Mapping[str, Json]) -> None:
    try:
        prompt = importlib.import_module("headwater.cli.prompt")
    except ModuleNotFoundError as error:
        cure = "Install prompt_toolkit, or give the expression as --dataflow EXPR."
        raise SettingsError(Fault("SET-004", "The prompt needs prompt_toolkit", cure=cure)) from error
    prompt.ask(given)


def _write(outcome: Outcome) -> None:
    sys.stdout.write(to_json(outcome.to_json()).decode() + "\n")
    sys.stdout.flush()
