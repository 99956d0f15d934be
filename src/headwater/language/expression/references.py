"""What an expression looks at, without evaluating it: so that a plan can tell what is known beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal as OneOf

from headwater.errors import Place
from headwater.language.expression.ast import Call, Expr, Expression, Index, Literal, Member, Template, Value
from headwater.language.source import NOWHERE, Source, Span

Kind = OneOf[
    "activity",
    "clock",
    "dataset",
    "globalParameter",
    "item",
    "linkedService",
    "parameter",
    "random",
    "system",
    "trigger",
    "variable",
]


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that an expression looks at; `name` is None where it is computed or all of a kind is meant."""

    kind: Kind
    name: str | None = None
    source: Source = field(default=Source(""), compare=False, repr=False)
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def place(self) -> Place:
        """Where the first such mention stands."""
        return self.source.locate(self.span)


_BY_ARGUMENT: dict[str, Kind] = {"activity": "activity", "variables": "variable"}
_BY_MEMBER: dict[str, Kind] = {"dataset": "dataset", "linkedservice": "linkedService", "pipeline": "system"}
_WHOLE: dict[str, Kind] = {
    "getfuturetime": "clock",
    "getpasttime": "clock",
    "guid": "random",
    "item": "item",
    "rand": "random",
    "trigger": "trigger",
    "triggerbody": "trigger",
    "utcnow": "clock",
}
_OF_PIPELINE: dict[str, Kind] = {"globalparameters": "globalParameter", "parameters": "parameter"}


def references(value: Value) -> frozenset[Mention]:
    """Return what a value looks at; nothing where it can be known before any run."""
    return frozenset(mentions(value))


def mentions(value: Value) -> Iterator[Mention]:
    """Yield what a value looks at, in the order of its text, repetitions included."""
    match value:
        case Expression(tree, source):
            yield from _in_tree(tree, source)
        case Template(parts, source):
            for part in parts:
                if not isinstance(part, str):
                    yield from _in_tree(part, source)
        case None | bool() | int() | float() | str():
            return
        case tuple():
            for item in value:
                yield from mentions(item)
        case _:
            for member in value.values():
                yield from mentions(member)


def _in_tree(tree: Expr, source: Source) -> Iterator[Mention]:
    root, names = _chain(tree)
    if isinstance(root, Call):
        yield from _of_call(root, names, source, tree.span)
        for arg in root.args:
            yield from _in_tree(arg, source)
    yield from _in_indexes(tree, source)


def _of_call(call: Call, names: tuple[str | None, ...], source: Source, span: Span) -> Iterator[Mention]:
    function = call.name.lower()
    if kind := _BY_ARGUMENT.get(function):
        arg = call.args[0] if call.args else None
        name = arg.value if isinstance(arg, Literal) and isinstance(arg.value, str) else None
        yield Mention(kind, name, source, call.span)
    elif kind := _BY_MEMBER.get(function):
        first = names[0] if names else None
        inner = _OF_PIPELINE.get((first or "").lower()) if kind == "system" else None
        if inner:
            yield Mention(inner, names[1] if len(names) > 1 else None, source, span)
        else:
            yield Mention(kind, first, source, span)
    elif kind := _WHOLE.get(function):
        yield Mention(kind, None, source, call.span)


def _chain(tree: Expr) -> tuple[Expr, tuple[str | None, ...]]:
    """Return what a chain of dots and indexes starts from, and its names; None for a computed one."""
    names: list[str | None] = []
    while isinstance(tree, Member | Index):
        if isinstance(tree, Member):
            names.append(tree.name)
        else:
            literal = isinstance(tree.index, Literal) and isinstance(tree.index.value, str)
            names.append(str(tree.index.value) if literal and isinstance(tree.index, Literal) else None)
        tree = tree.base
    return tree, tuple(reversed(names))


def _in_indexes(tree: Expr, source: Source) -> Iterator[Mention]:
    while isinstance(tree, Member | Index):
        if isinstance(tree, Index):
            yield from _in_tree(tree.index, source)
        tree = tree.base
