"""The order of a script's statements: every stream after those that it is made of, as near to the script as can be.

A statement whose expressions look into a cache sink comes after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from headwater.errors import Fault
from headwater.language.dataflow.ast import Literal, Statement, StreamRef
from headwater.language.dataflow.scope import Resolved, nearest
from headwater.language.source import Source
from headwater.transformations.flowlets import Placed

_LOOKS_INTO = re.compile(r"(\w+|\{[^{}]+\})\s*#\s*(?:m?lookup|outputs?)\b")


@dataclass(frozen=True, slots=True)
class Ordered:
    """A statement with the script it stands in, the parameters it sees, and the cache sinks that it looks into."""

    statement: Statement
    source: Source
    parameters: Mapping[str, Resolved]
    caches: tuple[str, ...]


def stream_name(ref: StreamRef) -> str:
    """Return the name of the stream that an input means, `split1@late` for a branch."""
    return ref.stream if ref.branch is None else f"{ref.stream}@{ref.branch}"


def in_order(placed: Sequence[Placed], faults: list[Fault]) -> list[Ordered]:
    """Return the statements, inputs first; add the faults of streams that are absent, doubled or in a circle."""
    statements: dict[str, Placed] = {}
    folded: dict[str, str] = {}
    for one in placed:
        statement, source = one.statement, one.source
        if (earlier := folded.get(statement.name.lower())) is not None:
            message = f"Stream '{statement.name}' is defined twice"
            cure = "Give one of them another name." + ("" if earlier == statement.name else " Case does not count.")
            faults.append(source.fault("LNG-067", message, statement.span, cure))
            continue
        folded[statement.name.lower()] = statement.name
        statements[statement.name] = one
    caches = {name for name, one in statements.items() if is_cache(one.statement)}
    looked_into = {name: _caches(one, caches) for name, one in statements.items()}
    for one in statements.values():
        faults.extend(_dangling(one, statements))
    sorter = TopologicalSorter(
        {
            name: [*(ref.stream for ref in one.statement.inputs if ref.stream in statements), *looked_into[name]]
            for name, one in statements.items()
        }
    )
    try:
        sorter.prepare()
    except CycleError as error:
        circle = [str(name) for name in error.args[1]]
        message = "The streams go in a circle: " + " → ".join(f"'{name}'" for name in reversed(circle))
        cure = "Read one of them from another stream."
        first = statements[circle[0]]
        faults.append(first.source.fault("LNG-068", message, first.statement.span, cure))
        return []
    ordered = _sorted(tuple(statements), sorter)
    return [
        Ordered(statements[name].statement, statements[name].source, statements[name].parameters, looked_into[name])
        for name in ordered
    ]


def _sorted(names: Sequence[str], sorter: TopologicalSorter[str]) -> list[str]:
    """Return the names as near to the script's order as their inputs allow."""
    places = {name: place for place, name in enumerate(names)}
    ready: list[tuple[int, str]] = []
    result: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, (places[name], name))
        _, name = heappop(ready)
        result.append(name)
        sorter.done(name)
    return result


def _dangling(one: Placed, statements: Mapping[str, Placed]) -> list[Fault]:
    faults = []
    source = one.source
    for ref in one.statement.inputs:
        found = statements.get(ref.stream)
        target = None if found is None else found.statement
        if target is None:
            message = f"Stream '{ref.stream}' does not exist"
            faults.append(source.fault("LNG-066", message, ref.span, nearest(ref.stream, statements)))
        elif ref.branch not in (target.branches or (None,)):
            message = f"Stream '{ref.stream}' has no branch '{ref.branch}'"
            if ref.branch is None:
                message = f"Stream '{ref.stream}' has branches, none is named"
            names = ", ".join(f"{ref.stream}@{branch}" for branch in target.branches) or ref.stream
            faults.append(source.fault("LNG-066", message, ref.span, f"Write {names}."))
        elif target.verb == "sink":
            cure = "Read from the stream that the sink writes."
            faults.append(source.fault("LNG-066", f"'{ref.stream}' is a sink and gives no rows", ref.span, cure))
    return faults


def is_cache(statement: Statement) -> bool:
    """Return whether a statement is a sink that only other streams read."""
    option = statement.option("store")
    value = option.value if option is not None and statement.verb == "sink" else None
    return isinstance(value, Literal) and str(value.value).lower() == "cache"


def _caches(one: Placed, caches: set[str]) -> tuple[str, ...]:
    """Return the cache sinks that a statement names; a name in a text or a comment does no harm."""
    if not caches:
        return ()
    text = one.source.text[one.statement.span.start : one.statement.span.end]
    named = dict.fromkeys(name.strip("{}") for name in _LOOKS_INTO.findall(text))
    return tuple(name for name in named if name in caches)
