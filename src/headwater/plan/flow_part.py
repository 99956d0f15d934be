"""The part of a data flow that one stream is made of, so that what comes after it need not be sound yet."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from headwater.data.types import BOOLEAN, STRING
from headwater.definition.data_flow import DataFlow
from headwater.errors import Fault, PlanError
from headwater.language.dataflow.ast import Literal, Option, Script, Statement, StreamRef
from headwater.language.source import Source
from headwater.transformations.order import is_cache

# Only the stream itself is looked at, which may have columns of one name, as behind a join.
_END = (Option("store", Literal("cache", STRING)), Option("skipDuplicateMapOutputs", Literal(True, BOOLEAN)))


def part_of(flow: DataFlow, stream: str) -> DataFlow:
    """Return the flow with only the statements that a stream is made of; a stream that is no sink ends in a cache.

    A branch goes by `split@branch` or alone, a stream of a flowlet by `call/stream`; case does not count. Raises
    PlanError with the nearest names for a stream that is not there.
    """
    if flow.script is None:
        return flow
    target = _named(flow, flow.script, stream)
    statements = {statement.name: statement for statement in flow.script.statements}
    kept = _upstream(target, statements, flow.source)
    part = [statement for statement in flow.script.statements if statement.name in kept]
    if target.verb != "sink":
        read = StreamRef(target.name, target.branches[0] if target.branches else None)
        part.append(Statement((read,), "sink", _END, f"end of {target.name}"))
    return replace(flow, script=replace(flow.script, statements=tuple(part)))


def _named(flow: DataFlow, script: Script, stream: str) -> Statement:
    name = stream.partition("/")[0].partition("@")[0].casefold()
    found = [statement for statement in script.statements if statement.name.casefold() == name]
    branch = stream.casefold()
    found = found or [s for s in script.statements if branch in (one.casefold() for one in s.branches)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{statement.name}@{stream}" for statement in found)
        message = f"Stream '{stream}' is several: it must be said which branch is meant"
        raise PlanError(Fault("PLN-044", message, flow.place, f"Write one of {names}."))
    known = [statement.name for statement in script.statements]
    near = difflib.get_close_matches(stream, [*known, *(b for s in script.statements for b in s.branches)], n=3)
    cure = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
    raise PlanError(Fault("PLN-044", f"Data flow '{flow.name}' has no stream '{stream}'", flow.place, cure))


def _upstream(target: Statement, statements: Mapping[str, Statement], source: Source) -> set[str]:
    kept: set[str] = set()
    waiting = [target]
    while waiting:
        statement = waiting.pop()
        if statement.name not in kept:
            kept.add(statement.name)
            waiting += [statements[ref.stream] for ref in statement.inputs if ref.stream in statements]
            waiting += _caches(statement, tuple(statements.values()), source)
    return kept


def _caches(statement: Statement, statements: Sequence[Statement], source: Source) -> list[Statement]:
    """Return the cache sinks that a statement may look into: better one too many than one too few."""
    text = source.text[statement.span.start : statement.span.end]
    return [one for one in statements if is_cache(one) and one.name in text and "#" in text]
