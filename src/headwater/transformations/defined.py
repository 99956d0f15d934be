"""The columns that a statement defines: `name = expression`, `:local := expression` and `each(match(…), …)`.

Shared by derive, aggregate and window, which differ in what an expression may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow.ast import Assignment, Clause, ColumnRef, Expr, Node
from headwater.language.dataflow.scope import Resolved, Unresolved
from headwater.transformations.arguments import assignments
from headwater.transformations.expression import resolve_value
from headwater.transformations.patterns import expand, expand_members, is_over_members
from headwater.transformations.protocol import Given, OutputColumn
from headwater.transformations.relation import made
from headwater.transformations.scope import Found, StreamScope

Resolve = Callable[[Given, StreamScope, Expr], Resolved]


@dataclass(frozen=True, slots=True)
class DefinedColumn:
    """A column with its value; `target` is the input column that the definition names by more than its name."""

    column: OutputColumn
    resolved: Resolved
    target: Found | None
    node: Node

    @property
    def name(self) -> str:
        return self.column.column.name


def define(given: Given, scope: StreamScope, resolve: Resolve = resolve_value) -> tuple[DefinedColumn, ...]:
    """Return the defined columns in order; of a pattern and a later definition of the same column, the later."""
    faults: list[Fault] = []
    defined: dict[str, DefinedColumn] = {}
    explicit: set[str] = set()
    scope = _with_locals(given, scope)
    for argument in assignments(given):
        if isinstance(argument, Assignment) and argument.local:
            continue
        try:
            for key, column in _defined(given, scope, argument, resolve):
                if isinstance(argument, Assignment) and key in explicit:
                    raise given.refuse("LNG-069", f"Column '{column.name}' is defined twice", argument, "Remove one.")
                explicit.update((key,) if isinstance(argument, Assignment) else ())
                defined[key] = column
        except LanguageError as error:
            faults.extend(error.faults)
    raise_if_any(LanguageError, faults)
    return tuple(defined.values())


def _defined(
    given: Given, scope: StreamScope, argument: Assignment | Clause, resolve: Resolve
) -> Iterator[tuple[str, DefinedColumn]]:
    if isinstance(argument, Clause) and is_over_members(argument):
        for match in expand_members(given, scope, argument):
            target = scope.find(match.name, None) if match.name in scope.by_name else None
            if isinstance(target, Unresolved):
                raise given.refuse(target.code, target.message, argument, target.cure)
            key = match.name if target is None else target.column.id
            yield key, _column(given, match.scope, match.name, match.value, resolve, target)
        return
    if isinstance(argument, Clause):
        for match in expand(given, scope, argument):
            target = match.found if match.name == match.found.column.name else None
            key = match.name if target is None else target.column.id
            yield key, _column(given, match.scope, match.name, match.value, resolve, target)
        return
    named = argument.target
    if isinstance(named, str):
        yield named, _column(given, scope, named, argument.value, resolve, None)
    elif isinstance(named, ColumnRef):
        found = scope.find(named.name, named.stream)
        if isinstance(found, Unresolved):
            raise given.refuse(found.code, found.message, named, found.cure)
        yield found.column.id, _column(given, scope, named.name, argument.value, resolve, found)
    else:
        cure = "Give the whole column a value; a part of a structure cannot be set."
        raise given.refuse("LNG-071", f"'{given.written(named)}' is not a column name", named, cure)


def _column(
    given: Given, scope: StreamScope, name: str, value: Expr, resolve: Resolve, target: Found | None
) -> DefinedColumn:
    resolved = resolve(given, scope, value)
    column = made(name, resolved.type, scope.origins(resolved, resolved.text), resolved.sql)
    return DefinedColumn(column, resolved, target, value)


def _with_locals(given: Given, scope: StreamScope) -> StreamScope:
    """Return the scope with the statement's locals, which may use each other in any order. Raises LanguageError."""
    waiting = [a for a in assignments(given) if isinstance(a, Assignment) and a.local]
    while waiting:
        later: list[Assignment] = []
        faults: list[Fault] = []
        for argument in waiting:
            try:
                value = resolve_value(given, scope, argument.value)
            except LanguageError as error:
                faults.extend(error.faults)
                later.append(argument)
                continue
            scope = replace(scope, locals={**scope.locals, str(argument.target): value})
        if len(later) == len(waiting):
            raise LanguageError(*faults)
        waiting = later
    return scope
