"""What a join does to the texts that it compares: spaces that do not count, and texts that are only alike.

`fuzzyCompare(a, b, 80)` in the condition, or `a == b` with `similarityThreshold: 80`, holds for texts that are alike by
that many percent; `scoreColumn` keeps the likeness, of several comparisons the least.
"""

from __future__ import annotations

from sqlglot import exp

from headwater.data.types import DOUBLE, STRING
from headwater.language.dataflow.ast import Binary, Call, Expr, Literal
from headwater.language.dataflow.functions.similarity import similarity
from headwater.language.dataflow.rewriting import parts_of, rewritten
from headwater.transformations.arguments import flag, text, value_of
from headwater.transformations.expression import resolve_value
from headwater.transformations.protocol import Given, OutputColumn
from headwater.transformations.relation import made
from headwater.transformations.scope import StreamScope

_COMPARE = "fuzzyCompare"
_LEAST, _MOST = 60, 100
SIDES = ("inner", "left", "outer")


def is_fuzzy(given: Given) -> bool:
    """Return whether texts need to be alike only."""
    return (text(given, "matchType") or "exact").lower() == "fuzzy"


def compared(given: Given, scope: StreamScope, condition: Expr) -> Expr:
    """Return the condition with what the options say about texts written out. Raises LanguageError."""
    if is_fuzzy(given):
        condition = _alike(given, scope, condition)
    if not flag(given, "ignoreSpaces"):
        return condition

    def without_spaces(part: Expr) -> Expr:
        match part:
            case Call(name, (left, right, *rest)) if name == _COMPARE:
                return Call(name, (_joined(left), _joined(right), *rest), span=part.span)
            case Binary("==", left, right) if _are_texts(given, scope, left, right):
                return Binary("==", _joined(left), _joined(right), span=part.span)
            case _:
                return part

    return rewritten(condition, without_spaces)


def _joined(value: Expr) -> Expr:
    nothing = Literal("", STRING, span=value.span)
    return Call("replace", (value, Literal(" ", STRING, span=value.span), nothing), span=value.span)


def _are_texts(given: Given, scope: StreamScope, left: Expr, right: Expr) -> bool:
    return all(resolve_value(given, scope, side).type == STRING for side in (left, right))


def _alike(given: Given, scope: StreamScope, condition: Expr) -> Expr:
    kind = (text(given, "joinType") or "inner").lower()
    if kind not in SIDES:
        cure = "Take 'inner', 'left' or 'outer'."
        raise given.refuse("LNG-060", f"A fuzzy join is no '{kind}' join", given.statement.option("joinType"), cure)
    threshold = _threshold(given)

    def with_threshold(part: Expr) -> Expr:
        match part:
            case Call(name, (left, right)) if name == _COMPARE and threshold is not None:
                return Call(name, (left, right, threshold), span=part.span)
            case Binary("==", left, right) if threshold is not None and _are_texts(given, scope, left, right):
                return Call(_COMPARE, (left, right, threshold), span=part.span)
            case _:
                return part

    found = rewritten(condition, with_threshold)
    if not _comparisons(found):
        cure = "Write fuzzyCompare(a, b, 80), or give a similarityThreshold for a == b."
        raise given.refuse("LNG-064", f"'{given.written(condition)}' compares no texts for likeness", condition, cure)
    return found


def _threshold(given: Given) -> Literal | None:
    option = given.statement.option("similarityThreshold")
    if option is None:
        return None
    value = value_of(given, option)
    if isinstance(value, bool) or not isinstance(value, int | float) or not _LEAST <= value <= _MOST:
        cure = f"Write a number from {_LEAST} to {_MOST}."
        raise given.refuse("LNG-063", "'similarityThreshold' is no percentage", option, cure)
    return Literal(float(value), DOUBLE, span=option.span)


def _comparisons(condition: Expr) -> list[Call]:
    return [part for part in parts_of(condition) if isinstance(part, Call) and part.name == _COMPARE]


def score(given: Given, scope: StreamScope, condition: Expr) -> tuple[OutputColumn, ...]:
    """Return the column that says how alike the texts are; none where nothing asks for it."""
    name = text(given, "scoreColumn")
    if name is None or not is_fuzzy(given):
        return ()
    resolved = [resolve_value(given, scope, part) for call in _comparisons(condition) for part in call.args[:2]]
    pairs = zip(resolved[::2], resolved[1::2], strict=True)
    likenesses = [similarity(left.sql.copy(), right.sql.copy()) for left, right in pairs]
    value = likenesses[0] if len(likenesses) == 1 else exp.Least(this=likenesses[0], expressions=likenesses[1:])
    expression = given.written(condition)
    origins = [origin for value in resolved for origin in scope.origins(value, expression)]
    transformed = (
        type(o)(o.stream, o.column, o.kind, "TRANSFORMATION" if o.subtype == "IDENTITY" else o.subtype, expression)
        for o in origins
    )
    return (made(name, DOUBLE, transformed, value),)
