"""Which rows a sink takes, and what becomes of each: the actions of alterRow, and rows that failed an assertion.

Only the actions that the sink allows are taken, and the rows of others are left out; a row without an action is
inserted. A sink that says nothing of actions (a file) takes every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from headwater.data.edges import Origin
from headwater.data.types import STRING
from headwater.errors import Fault
from headwater.language.dataflow.spelling import spell_string
from headwater.transformations.arguments import flag
from headwater.transformations.marks import action_of, asserts_of
from headwater.transformations.protocol import Given, OutputColumn
from headwater.transformations.relation import deciding, made
from headwater.transformations.scope import Found
from headwater.transformations.stream import ACTION, ACTIONS, Stream

_OPTIONS = {"insert": "insertable", "update": "updateable", "upsert": "upsertable", "delete": "deletable"}


@dataclass(frozen=True, slots=True)
class TakenRows:
    """The conditions that a row must meet, the columns that decide, and the action's column where there is one."""

    tests: tuple[exp.Expr, ...]
    effects: tuple[Origin, ...]
    action: tuple[OutputColumn, ...]


def taken_rows(given: Given, stream: Stream, *, leaves_failures: bool = False) -> TakenRows:
    """Return what decides about the rows of a sink; with `leaves_failures`, whoever writes them sets those apart."""
    tests: list[exp.Expr] = []
    effects: list[Origin] = []
    action: tuple[OutputColumn, ...] = ()
    found = action_of(stream)
    if found is not None and _speaks_of_actions(given):
        allowed = _allowed(given)
        effects += deciding((found.origin(),), "FILTER", " || ".join(f"is{name.capitalize()}()" for name in allowed))
        if len(allowed) < len(ACTIONS):
            tests.append(_value(found).isin(*(exp.Literal.string(name) for name in allowed), copy=False))
        if allowed != ["insert"]:
            action = (made(ACTION, STRING, (found.origin(),), _value(found)),)
    if flag(given, "ignoreAssertFailedRows"):
        for id_, mark in asserts_of(stream).items():
            if not leaves_failures:
                tests.append(exp.Is(this=mark.input.sql(mark.column), expression=exp.null()))
            effects += deciding((mark.origin(),), "FILTER", f"!hasError({spell_string(id_)})")
    return TakenRows(tuple(tests), tuple(effects), action)


def failure_marks(stream: Stream) -> tuple[OutputColumn, ...]:
    """Return the ids and the messages of the assertions that a row failed, null where it failed none."""
    found = asserts_of(stream)
    if not found:
        return ()
    failed = [(id_, mark.input.sql(mark.column)) for id_, mark in reversed(found.items())]
    ids = [
        exp.Case(ifs=[exp.If(this=exp.not_(exp.Is(this=message, expression=exp.null())), true=exp.Literal.string(id_))])
        for id_, message in failed
    ]
    return (
        made("failed assertions", STRING, (), _joined(ids)),
        made("messages of failed assertions", STRING, (), _joined([message.copy() for _, message in failed])),
    )


def _joined(texts: Sequence[exp.Expr]) -> exp.Expr:
    # The library's own node is null where one of the texts is.
    joined = exp.Anonymous(this="concat_ws", expressions=[exp.Literal.string("; "), *texts])
    return exp.Nullif(this=joined, expression=exp.Literal.string(""))


def action_faults(given: Given, keys: Sequence[str], columns: Sequence[OutputColumn], is_open: bool) -> Iterator[Fault]:
    """Yield what is wrong with a sink's actions and their keys."""
    sink = given.statement.name
    allowed = _allowed(given)
    if not allowed:
        yield given.fault("LNG-079", f"Sink '{sink}' takes no rows at all", cure="Set insertable: true.")
    if action_of(given.inputs[0]) is None:
        if allowed and "insert" not in allowed:
            message = f"Sink '{sink}' takes no inserted rows, and none are marked otherwise"
            yield given.fault("LNG-079", message, cure="Set insertable: true, or mark the rows with alterRow.")
        return
    changing = [name for name in allowed if name != "insert"]
    if not changing or not _speaks_of_actions(given):
        return
    if not keys and given.statement.option("alternateKeyName") is None:
        cure = "Name the columns that tell rows apart with keys: ['id']."
        yield given.fault("LNG-079", f"Sink '{sink}' has no keys to {' or '.join(changing)} rows by", cure=cure)
    names = {column.column.name for column in columns}
    for key in (key for key in keys if key not in names and not is_open):
        cure = "Map it, or name another key."
        yield given.fault(
            "LNG-079", f"Sink '{sink}' writes no column '{key}', which is a key", given.statement.option("keys"), cure
        )


def _value(found: Found) -> exp.Expr:
    return exp.Coalesce(this=found.input.sql(found.column), expressions=[exp.Literal.string("insert")])


def _speaks_of_actions(given: Given) -> bool:
    return any(given.statement.option(name) is not None for name in _OPTIONS.values())


def _allowed(given: Given) -> list[str]:
    return [name for name in ACTIONS if flag(given, _OPTIONS[name], default=name == "insert")]
