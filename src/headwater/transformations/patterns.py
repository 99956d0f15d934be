"""Column patterns: `each(match(type == 'string'), $$ = trim($$))` applied to the columns that a stream really has.

A match's condition sees the column's `name`, `type`, `stream`, `origin` and `position`. On the left of `=`, `$$` and
`$0` are the column's name and `$1` … the groups of a `patternMatch`; on the right they are its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from headwater.data.types import INTEGER, STRING, Struct
from headwater.language.dataflow.ast import (
    Argument,
    Assignment,
    Clause,
    ColumnRef,
    Expr,
    MatchRef,
    Member,
    Node,
    Positional,
    Regex,
)
from headwater.language.dataflow.nodes import member_of
from headwater.language.dataflow.scope import (
    CacheSink,
    Mark,
    MatchedColumn,
    Resolved,
    ScopeColumn,
    Unresolved,
    UserFunction,
    nearest,
)
from headwater.transformations.constant import constants
from headwater.transformations.expression import resolve_value
from headwater.transformations.protocol import Given
from headwater.transformations.scope import Found, Names, StreamScope, scope_over
from headwater.transformations.stream import Stream, StreamColumn

_CURE = "Write each(match(condition), …), each(patternMatch(`regex`), …) or each(structure, match(condition), …)."


@dataclass(frozen=True, slots=True)
class Match:
    """One assignment of a pattern for one matched column."""

    found: Found
    name: str
    """Of the column that the assignment makes."""
    value: Expr
    scope: StreamScope


@dataclass(frozen=True, slots=True)
class Pattern:
    """A column pattern as written; it `passes` columns on if it gives them no other values."""

    text: str
    passes: bool


def patterns_of(given: Given) -> tuple[Pattern, ...]:
    """Return the patterns over columns of a statement, in order."""
    return tuple(_patterns(given, given.statement.args))


def _patterns(given: Given, arguments: Sequence[Argument]) -> Iterator[Pattern]:
    for argument in arguments:
        if not isinstance(argument, Clause):
            continue
        if argument.name != "each":
            yield from _patterns(given, argument.args)
        elif not is_over_members(argument):
            values = (part.value for part in argument.args if isinstance(part, Assignment))
            yield Pattern(given.written(argument), all(value == MatchRef("$") for value in values))


@dataclass(frozen=True, slots=True)
class _Matched:
    found: Found
    position: int
    groups: tuple[str, ...] = ()


def expand(given: Given, scope: StreamScope, clause: Clause) -> list[Match]:
    """Return what a pattern comes to, column by column. Raises LanguageError."""
    if not clause.args:
        raise given.refuse("LNG-072", "A column pattern needs a match", clause, "Write each(match(condition), …).")
    head, *rest = clause.args
    matched = list(_matching(given, scope, head))
    scopes = [replace(scope, matched=MatchedColumn(scope.seen(m.found), m.position, m.groups)) for m in matched]
    if not rest:
        value = MatchRef("$", span=clause.span)
        return [Match(m.found, m.found.column.name, value, s) for m, s in zip(matched, scopes, strict=True)]
    by_argument = []
    for argument in rest:
        if not isinstance(argument, Assignment) or argument.local:
            cure = "Write each(match(condition), name = value)."
            raise given.refuse("LNG-072", "A column pattern takes assignments only", argument, cure)
        names = _names(given, matched, argument)
        pairs = zip(matched, names, scopes, strict=True)
        by_argument.append([Match(m.found, name, argument.value, s) for m, name, s in pairs])
    return [match for matches in zip(*by_argument, strict=True) for match in matches]


def _matching(given: Given, scope: StreamScope, head: Node) -> Iterator[_Matched]:
    columns = [
        (found, position)
        for stream in given.inputs
        for position, found in enumerate((f for f in scope.by_label.values() if f.input is stream), start=1)
    ]
    match head:
        case Clause("match", (Positional(test),)):
            metas = [_MetaScope(given.names, found, position) for found, position in columns]
            values = constants(metas, test, given.source)
            yield from (_Matched(*pair) for pair, value in zip(columns, values, strict=True) if value is True)
        case Clause("patternMatch", (Positional(Regex(pattern)),)):
            for found, position in columns:
                if hit := _search(given, head, pattern, found.column.name):
                    yield _Matched(found, position, tuple(group or "" for group in hit.groups()))
        case _:
            raise given.refuse("LNG-072", "This column pattern is not supported", head, _CURE)


def is_over_members(clause: Clause) -> bool:
    """Return whether a pattern matches the members of a structure: `each(structure, match(…), …)`."""
    return bool(clause.args) and isinstance(clause.args[0], Positional)


def expand_members(given: Given, scope: StreamScope, clause: Clause) -> Iterator[Match]:
    """Yield what a pattern over the members of a structure comes to; `$$` is a member's value."""
    head, *rest = clause.args
    if not (isinstance(head, Positional) and isinstance(head.value, ColumnRef | Member)):
        raise given.refuse("LNG-072", "This column pattern is not supported", head, _CURE)
    base = resolve_value(given, scope, head.value)
    if not isinstance(base.type, Struct) or not rest:
        cure = "Write each(structure, match(condition))."
        raise given.refuse("LNG-072", f"'{base.text}' is {base.type}, not a structure", clause, cure)
    columns = tuple(StreamColumn(name, name, type_, (base.text,), base.text) for name, type_ in base.type.fields)
    members = Stream(base.text, columns)
    inner = scope_over((members,), given.names)
    for match in expand(replace(given, inputs=(members,)), inner, replace(clause, args=tuple(rest))):
        matched = match.scope.matched
        if matched is not None:
            value = member_of(base, match.found.column.name)
            yield replace(match, scope=replace(scope, matched=replace(matched, value=value)))


def _search(given: Given, node: Node, pattern: str, name: str) -> re.Match[str] | None:
    try:
        return re.search(pattern, name)
    except re.error as error:
        raise given.refuse("LNG-072", f"The regular expression is at fault: {error}", node, "Mend it.") from error


def _names(given: Given, matched: Sequence[_Matched], argument: Assignment) -> list[str]:
    """Return the name that the left side makes for each matched column."""
    target = argument.target
    if isinstance(target, str):
        return [target] * len(matched)
    if target in (MatchRef("$"), MatchRef("0")):
        return [m.found.column.name for m in matched]
    values = constants([_name_scope(given, m) for m in matched], target, given.source)
    names = [value for value in values if isinstance(value, str) and value]
    if len(names) < len(values):
        cure = "Write $$ + '_suffix', for example."
        raise given.refuse("LNG-072", "The pattern makes no column name", argument, cure)
    return names


def _name_scope(given: Given, matched: _Matched) -> StreamScope:
    name = matched.found.column.name
    column = ScopeColumn("", name, STRING, exp.Literal.string(name))
    return StreamScope({}, {}, given.names, matched=MatchedColumn(column, matched.position, matched.groups))


@dataclass(frozen=True, slots=True)
class _MetaScope:
    """What the condition of `match(…)` may name: facts about one column, no values."""

    names: Names
    found: Found
    position: int
    matched: MatchedColumn | None = None

    def column(self, name: str, stream: str | None) -> ScopeColumn | Unresolved:
        facts = {column.name: column for column in self.columns(None)}
        if stream is None and name in facts:
            return facts[name]
        return Unresolved("LNG-072", f"'{name}' is no fact about a column", nearest(name, facts))

    def columns(self, stream: str | None) -> tuple[ScopeColumn, ...]:
        column = self.found.column
        texts = {
            "name": column.name,
            "type": str(column.type).partition("(")[0] or "complex",
            "stream": self.found.input.name,
            "origin": column.origin,
        }
        facts = [ScopeColumn("", name, STRING, exp.Literal.string(text)) for name, text in texts.items()]
        position = ScopeColumn("", "position", INTEGER, exp.Literal.number(self.position))
        return (*facts, position) if stream is None else ()

    def parameter(self, name: str) -> Resolved | Unresolved:
        return self._plain.parameter(name)

    def local(self, name: str) -> Resolved | Unresolved:
        return self._plain.local(name)

    def function(self, name: str) -> UserFunction | None:
        return self._plain.function(name)

    def cache(self, sink: str) -> CacheSink | Unresolved:
        return self._plain.cache(sink)

    def mark(self, name: Mark, stream: int | None) -> Resolved | Unresolved:
        return self._plain.mark(name, stream)

    @property
    def _plain(self) -> StreamScope:
        return StreamScope({}, {}, self.names)
