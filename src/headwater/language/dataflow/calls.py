"""Calls and operators: which function it is, whether the arguments fit, what it yields and which columns it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypedDict

from sqlglot import exp

from headwater.data import types
from headwater.data.edges import Subtype
from headwater.data.types import Array, DataType
from headwater.errors import Fault, LanguageError, raise_if_any
from headwater.language.dataflow import nodes
from headwater.language.dataflow.ast import Call, Expr, Literal, Member
from headwater.language.dataflow.functions import conversion, kinds, marks, meta, registry, sql
from headwater.language.dataflow.functions.function import Function, Refused, arity, parameter_at
from headwater.language.dataflow.functions.kinds import accepts
from headwater.language.dataflow.functions.meta import Constant
from headwater.language.dataflow.parser import parse_expression
from headwater.language.dataflow.scope import BodyScope, Reference, Resolved, Scope, Unresolved, UserFunction, nearest
from headwater.language.source import Source, Span


class Walk(Protocol):
    """What resolving a call needs of the walk over the tree that meets it."""

    @property
    def scope(self) -> Scope: ...

    @property
    def bindings(self) -> Mapping[str, Resolved]: ...

    @property
    def active(self) -> frozenset[str]: ...

    @property
    def level(self) -> int: ...

    def value(self, expr: Expr) -> Resolved: ...

    def values(self, exprs: Sequence[Expr]) -> tuple[Resolved, ...]: ...

    def failure(self, code: str, message: str, expr: Expr, cure: str) -> LanguageError: ...

    def inner(self, bindings: Mapping[str, Resolved]) -> Walk: ...

    def elsewhere(self, scope: Scope, bindings: Mapping[str, Resolved], at: Span, function: str) -> Walk: ...


class Flags(TypedDict):
    aggregate: bool
    window: bool
    nondeterministic: bool


def flags(values: Sequence[Resolved]) -> Flags:
    """Return what a value is that was made of these."""
    return Flags(
        aggregate=any(value.aggregate for value in values),
        window=any(value.window for value in values),
        nondeterministic=any(value.nondeterministic for value in values),
    )


def combined(
    values: Sequence[Resolved], deciding: frozenset[int] = frozenset(), *, aggregated: bool = False
) -> tuple[Reference, ...]:
    """Return what a value reads that was made of these; what only decides is INDIRECT."""
    references: dict[Reference, None] = {}
    for index, value in enumerate(values):
        for reference in value.references:
            if reference.kind == "INDIRECT":
                references.setdefault(reference)
            elif index in deciding:
                references.setdefault(Reference(reference.stream, reference.column, "INDIRECT", "CONDITIONAL"))
            else:
                keep = aggregated or reference.subtype == "AGGREGATION"
                subtype: Subtype = "AGGREGATION" if keep else "TRANSFORMATION"
                references.setdefault(Reference(reference.stream, reference.column, "DIRECT", subtype))
    return tuple(references)


def resolve_call(walk: Walk, call: Call, shown: str = "", member: str | None = None) -> Resolved:
    """Return a call or an operator, shown in faults as `shown`; `member` is the column wanted of a cache sink."""
    if call.owner is not None:
        return _cached(walk, call, member)
    user = None if shown else walk.scope.function(call.name)
    if user is not None:
        return _user(walk, call, user)
    name = registry.canonical(call.name)
    if name is None:
        message, cure = f"There is no function '{call.name}'", nearest(call.name, registry.names())
        raise walk.failure("LNG-027", message, call, cure)
    if name in meta.EACH and not shown and len(each := _several(walk, call)) > 1:
        return walk.value(Call("array", each, span=call.span))
    if name in registry.FUNCTIONS:
        return _function(walk, call, registry.FUNCTIONS[name], shown or name)
    if name in marks.MARKS:
        return _marked(walk, replace(call, name=name))
    if name == "expr":
        return _parsed(walk, call)
    return walk.value(_rewritten(walk, replace(call, name=name)))


def _function(walk: Walk, call: Call, function: Function, shown: str) -> Resolved:
    least, most = arity(registry.PARAMETERS[function.name])
    exprs = _spread(walk, call.args) if most is None else call.args
    if len(exprs) < least <= len(call.args):
        # A stream may have no columns before its data is known.
        exprs += (Literal(None, types.ANY, span=call.span),) * (least - len(exprs))
    if len(exprs) < least or (most is not None and len(exprs) > most):
        many = f"{least}" if least == most else f"at least {least}" if most is None else f"{least} to {most}"
        message = f"'{shown}' takes {many} arguments, not {len(exprs)}"
        raise walk.failure("LNG-028", message, call, f"Write {function.signature}.")
    values = _arguments(walk, function, exprs)
    _check_arguments(walk, function, exprs, values, shown)
    try:
        type_ = _result(function, values)
        if type_ is None and any(isinstance(value.sql, exp.Null) for value in values):
            return Resolved(types.ANY, exp.Null())
        if type_ is None:
            given = " and ".join(str(value.type) for value in values)
            message = f"'{shown}' does not take {given}"
            raise walk.failure("LNG-029", message, call, "Convert one, as in toString(…) or toInteger(…).")
        tree = function.build(values)
    except Refused as refused:
        at = exprs[refused.argument] if refused.argument is not None and refused.argument < len(exprs) else call
        raise walk.failure(refused.code, refused.message, at, refused.cure) from refused
    return _made(walk, call, function, values, type_, tree)


def _made(
    walk: Walk, call: Call, function: Function, values: tuple[Resolved, ...], type_: DataType, tree: exp.Expr
) -> Resolved:
    """Return the result of a call with what it reads and is."""
    given = flags(values)
    if function.role == "aggregate" and (given["aggregate"] or given["window"]):
        cure = "Aggregate in one transformation and again in the next."
        raise walk.failure("LNG-035", f"'{function.name}' stands around another aggregate", call, cure)
    if given["nondeterministic"] and _random_count(tree) > sum(_random_count(value.sql) for value in values):
        cure = "Put the inner call into a derived column of its own first."
        raise walk.failure("LNG-035", f"'{function.name}' would ask for a random value twice", call, cure)
    conditions = function.conditions
    deciding = conditions(len(values)) if callable(conditions) else conditions
    return Resolved(
        type_,
        tree,
        combined(values, deciding, aggregated=function.role == "aggregate"),
        aggregate=given["aggregate"] or function.role == "aggregate",
        window=given["window"] or function.role == "window",
        nondeterministic=given["nondeterministic"] or function.nondeterministic,
    )


def _random_count(tree: exp.Expr) -> int:
    """Return how many calls in a tree give another value each time."""
    calls = tree.find_all(exp.Uuid, exp.Rand, exp.Anonymous)
    return sum(1 for call in calls if not isinstance(call, exp.Anonymous) or call.name == "nextval")


def _result(function: Function, values: tuple[Resolved, ...]) -> DataType | None:
    if function.result_of_values is not None:
        return function.result_of_values(values)
    if callable(function.result):
        return function.result(tuple(value.type for value in values))
    return function.result


def _arguments(walk: Walk, function: Function, exprs: tuple[Expr, ...]) -> tuple[Resolved, ...]:
    """Return the values of the arguments; a lambda's variables take their types from the arguments before it."""
    if not function.lambdas:
        return walk.values(exprs)
    values: list[Resolved] = []
    for index, expr in enumerate(exprs):
        rule = function.lambdas.get(index)
        given = tuple(value.type for value in values)
        values.append(walk.value(expr) if rule is None else _lambda(walk, expr, rule(given)))
    return tuple(values)


def _lambda(walk: Walk, expr: Expr, variables: dict[str, DataType]) -> Resolved:
    names = {name: f"{name}_{walk.level}" for name in variables}
    bindings = {f"#{name}": Resolved(type_, sql.variable(names[name])) for name, type_ in variables.items()}
    body = walk.inner(bindings).value(expr)
    return replace(body, sql=sql.function(names.values(), body.sql))


def _check_arguments(
    walk: Walk, function: Function, exprs: tuple[Expr, ...], values: tuple[Resolved, ...], shown: str
) -> None:
    parameters = registry.PARAMETERS[function.name]
    faults: list[Fault] = []
    for index, (expr, value) in enumerate(zip(exprs, values, strict=True)):
        kind = parameter_at(parameters, index).kind
        if not accepts(kind, value.type):
            message = f"Argument {index + 1} of '{shown}' is {value.type}, not {kind}"
            cure = f"Convert it; '{function.name}' is {function.signature}."
            faults.extend(walk.failure("LNG-029", message, expr, cure).faults)
    raise_if_any(LanguageError, faults)


def _spread(walk: Walk, exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Return the arguments with `columns()` and its like replaced by the columns that they stand for."""
    result: list[Expr] = []
    for expr in exprs:
        result.extend(_several(walk, expr))
    return tuple(result)


def _several(walk: Walk, expr: Expr) -> tuple[Expr, ...]:
    if not isinstance(expr, Call) or expr.owner is not None or walk.scope.function(expr.name) is not None:
        return (expr,)
    name = registry.canonical(expr.name) or expr.name
    if name in meta.SPREADS:
        given = _constants(walk, replace(expr, name=name))
        try:
            found = meta.SPREADS[name][2](walk.scope, given)
        except Refused as refused:
            raise walk.failure(refused.code, refused.message, expr, refused.cure) from refused
        return tuple(replace(part, span=expr.span) for part in found)
    if name in meta.EACH and expr.args:
        inner = _several(walk, expr.args[0])
        return tuple(replace(expr, args=(part, *expr.args[1:])) for part in inner)
    return (expr,)


def _rewritten(walk: Walk, call: Call) -> Expr:
    """Return what a call that names columns stands for."""
    if call.name in meta.SPREADS:
        several = _several(walk, call)
        return several[0] if len(several) == 1 else _listed(walk, several, call)
    if call.name == "byItem":
        return _item(walk, call)
    given = _constants(walk, call)
    try:
        return replace(meta.REWRITES[call.name][2](walk.scope, given), span=call.span)
    except Refused as refused:
        raise walk.failure(refused.code, refused.message, call, refused.cure) from refused


def _listed(walk: Walk, several: tuple[Expr, ...], call: Call) -> Expr:
    """Return several columns as one value: an array of them, of texts where they have no type in common."""
    if kinds.common_of(tuple(value.type for value in walk.values(several))) is None:
        several = tuple(Call("toString", (part,), span=call.span) for part in several)
    return Call("array", several, span=call.span)


def _item(walk: Walk, call: Call) -> Expr:
    """Return the field that `byItem(parent, 'name')` names."""
    _check_count(walk, call, 2, 2)
    name = constant_of(walk.value(call.args[1]))
    if not isinstance(name, str):
        raise walk.failure("LNG-031", "The name of a field must be known before the run", call, "Write a constant.")
    return Member(call.args[0], name, span=call.span)


def _parsed(walk: Walk, call: Call) -> Resolved:
    """Return the expression that `expr('…')` holds; its faults show where the call stands."""
    _check_count(walk, call, 1, 1)
    text = constant_of(walk.value(call.args[0]))
    if not isinstance(text, str):
        cure = "Write it as a string or a parameter."
        raise walk.failure("LNG-031", "The text of 'expr' must be known before the run", call, cure)
    name = f"expr('{text}')"
    if name in walk.active:
        raise walk.failure("LNG-035", f"{name} holds itself", call, "Give it a text without that.")
    expr, faults = parse_expression(Source(text))
    if expr is None:
        raise walk.failure(faults[0].code, f"In {name}: {faults[0].message}", call, faults[0].cure)
    return walk.elsewhere(walk.scope, walk.bindings, call.span, name).value(expr)


def _check_count(walk: Walk, call: Call, least: int, most: int | None) -> None:
    """Refuse a number of arguments that a function which names columns does not take."""
    if least <= len(call.args) and (most is None or len(call.args) <= most):
        return
    many = f"{least}" if least == most else f"{least} to {most}"
    message = f"'{call.name}' takes {many} arguments, not {len(call.args)}"
    raise walk.failure("LNG-028", message, call, "Mend the arguments.")


def _constants(walk: Walk, call: Call) -> tuple[Constant, ...]:
    """Return the constants that a call which names columns was given; None for what is not known before the run."""
    least, most = meta.arity_of(call.name)
    _check_count(walk, call, least, most)
    return tuple(constant_of(value) for value in walk.values(call.args))


def constant_of(value: Resolved) -> Constant:
    """Return the value of a literal, an array of text literals or a split of one; None if it is not known."""
    tree = value.sql
    while isinstance(tree, exp.Cast):
        tree = tree.this
    if isinstance(tree, exp.Array) and value.type == Array(types.STRING):
        items = [sql.constant(Resolved(types.STRING, item)) for item in tree.expressions]
        return (
            tuple(item for item in items if isinstance(item, str))
            if all(isinstance(item, str) for item in items)
            else None
        )
    parts = _constant_parts(tree)
    if parts is not None:
        return parts
    if isinstance(tree, exp.Bracket) and (parts := _constant_parts(tree.this)) is not None:
        index = sql.constant(Resolved(types.INTEGER, tree.expressions[0]))
        return parts[index - 1] if isinstance(index, int) and 1 <= index <= len(parts) else None
    return sql.constant(value)


def _constant_parts(tree: exp.Expr) -> tuple[str, ...] | None:
    """Return the items of an array that is known: of texts, or of a text that is split, as in `split($0, '_')[1]`."""
    while isinstance(tree, exp.Paren | exp.Cast):
        tree = tree.this
    if isinstance(tree, exp.Array) and all(
        isinstance(item, exp.Literal) and item.is_string for item in tree.expressions
    ):
        return tuple(item.name for item in tree.expressions)
    if isinstance(tree, exp.Split) and isinstance(tree.this, exp.Literal) and isinstance(tree.expression, exp.Literal):
        separator = tree.expression.name
        return tuple(tree.this.name.split(separator)) if separator else None
    return None


def _marked(walk: Walk, call: Call) -> Resolved:
    """Return what a mark of the row says."""
    function = marks.MARKS[call.name]
    _check_count(walk, call, 0, function.arguments)
    given = walk.values(call.args)
    stream: int | None = None
    if given and function.indexed:
        constant = sql.constant(given[0])
        stream = constant if isinstance(constant, int) and not isinstance(constant, bool) else 0
        if stream < 1:
            cure = "Write the number of an input, from 1."
            raise walk.failure("LNG-031", f"'{call.name}' takes a constant number of a stream", call.args[0], cure)
    found = walk.scope.mark(function.mark, stream)
    if isinstance(found, Unresolved):
        raise walk.failure(found.code, f"'{call.name}': {found.message}", call, found.cure)
    if function.mark == "errors" and function.result == types.BOOLEAN:
        if given and not kinds.accepts("string", given[0].type):
            cure = "Write hasError('name')."
            raise walk.failure("LNG-029", f"The name of an assert is a text, not {given[0].type}", call, cure)
        tree = marks.has_error(replace(found, sql=found.sql.copy()), given[0] if given else None)
        return Resolved(types.BOOLEAN, tree, combined((found, *given)), **flags((found, *given)))
    return replace(found, sql=found.sql.copy(), text="")


def _user(walk: Walk, call: Call, user: UserFunction) -> Resolved:
    """Return a function of a UDF library with its arguments in their places."""
    if user.name in walk.active:
        cure = "A function of a library cannot call itself."
        raise walk.failure("LNG-035", f"'{user.name}' calls itself", call, cure)
    if len(call.args) != len(user.parameters):
        message = f"'{user.name}' takes {len(user.parameters)} arguments, not {len(call.args)}"
        wanted = ", ".join(str(type_) for type_ in user.parameters)
        raise walk.failure("LNG-028", message, call, f"Write {user.name}({wanted}).")
    values = walk.values(call.args)
    try:
        bindings = {
            f"i{index}": replace(value, type=type_, sql=conversion.convert(value, type_))
            for index, (value, type_) in enumerate(zip(values, user.parameters, strict=True), 1)
        }
        body = walk.elsewhere(BodyScope(walk.scope), bindings, call.span, user.name).value(user.body)
        return Resolved(user.returns, conversion.convert(body, user.returns), combined((body,)), **flags((body,)))
    except Refused as refused:
        raise walk.failure(refused.code, refused.message, call, refused.cure) from refused


def _cached(walk: Walk, call: Call, member: str | None) -> Resolved:
    owner = call.owner or ""
    sink = walk.scope.cache(owner)
    if isinstance(sink, Unresolved):
        raise walk.failure(sink.code, sink.message, call, sink.cure)
    if call.name not in registry.CACHED:
        raise walk.failure("LNG-027", f"A cache sink has no '{call.name}'", call, nearest(call.name, registry.CACHED))
    wanted = len(sink.keys) if call.name in ("lookup", "mlookup") else 0
    if len(call.args) != wanted or (wanted == 0 and call.name in ("lookup", "mlookup")):
        message = f"'{owner}#{call.name}' takes {wanted} keys, not {len(call.args)}"
        raise walk.failure("LNG-028", message, call, f"The key columns are: {', '.join(sink.keys) or 'none'}.")
    keys = walk.values(call.args)
    found = nodes.cached(sink, call.name, keys, member)
    if found is None:
        names = (column.name for column in sink.columns)
        raise walk.failure("LNG-021", f"Cache sink '{owner}' has no '{member}'", call, nearest(member or "", names))
    return found
