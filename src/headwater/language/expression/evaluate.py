"""Values to JSON. Pure: everything that an expression may look at, the clock included, is in the context."""

from __future__ import annotations

from headwater.errors import LanguageError
from headwater.language.expression.ast import Call, Expr, Expression, Index, Json, Literal, Member, Template, Value
from headwater.language.expression.context import Context
from headwater.language.expression.functions.function import Arguments, type_name
from headwater.language.expression.functions.registry import complain_about_call, find_function
from headwater.language.expression.functions.scope import find_member, names_there_are
from headwater.language.expression.functions.text import text_from
from headwater.language.source import Source, Span


def evaluate(value: Value, context: Context) -> Json:
    """Return the JSON that a value comes to; an Expression keeps its type, a Template is always a string.

    Raises LanguageError, which points into the string that the expression stands in.
    """
    match value:
        case Expression(tree, source):
            return _Evaluator(context, source).value(tree)
        case Template(parts, source):
            evaluator = _Evaluator(context, source)
            return "".join(p if isinstance(p, str) else text_from(evaluator.value(p)) for p in parts)
        case None | bool() | int() | float() | str():
            return value
        case tuple():
            return [evaluate(item, context) for item in value]
        case _:
            return {name: evaluate(member, context) for name, member in value.items()}


class _Evaluator:
    """Walks the trees of one string."""

    def __init__(self, context: Context, source: Source) -> None:
        self._context = context
        self._source = source

    def value(self, tree: Expr) -> Json:
        match tree:
            case Literal(value):
                return value
            case Call():
                return self._call(tree)
            case Member(base, name, null_safe):
                owner = self._base(base, null_safe)
                return self._member(owner, name, null_safe, tree.span)
            case Index(base, index, null_safe):
                owner = self._base(base, null_safe)
                return self._index(owner, self.value(index), null_safe, tree.span)

    def _call(self, call: Call) -> Json:
        function = find_function(call.name)
        faults = complain_about_call(call, call.span, self._source)
        if function is None or faults:
            raise LanguageError(*faults)
        return function.implementation(Arguments(call, self.value, self._context, self._source))

    def _base(self, base: Expr, null_safe: bool) -> Json:
        """Evaluate what is left of a dot. Of an activity that has not run, `?.` gives null."""
        if null_safe and isinstance(base, Call) and base.name.lower() == "activity" and len(base.args) == 1:
            name = self.value(base.args[0])
            if isinstance(name, str) and find_member(self._context.activities, name) is None:
                return None
        return self.value(base)

    def _member(self, owner: Json, name: str, null_safe: bool, span: Span) -> Json:
        if owner is None and null_safe:
            return None
        if not isinstance(owner, dict):
            cure = "Only objects have properties; json(…) parses text." if owner is not None else "Write ?. for null."
            raise self._missing(f"Property '{name}' of {type_name(owner)}", span, cure)
        key = find_member(owner, name)
        if key is not None:
            return owner[key]
        if null_safe:
            return None
        raise self._missing(f"There is no property '{name}'", span, names_there_are(owner))

    def _index(self, owner: Json, index: Json, null_safe: bool, span: Span) -> Json:
        if owner is None and null_safe:
            return None
        if isinstance(index, str):
            return self._member(owner, index, null_safe, span)
        if not isinstance(owner, list) or isinstance(index, bool) or not isinstance(index, int):
            cure = "Arrays take an integer from 0, objects the name of a property."
            raise self._missing(f"An index that is {type_name(index)} into {type_name(owner)}", span, cure)
        if 0 <= index < len(owner):
            return owner[index]
        if null_safe:
            return None
        cure = "Positions count from 0." if owner else "The array is empty."
        raise self._missing(f"There is no item {index} in an array of {len(owner)}", span, cure)

    def _missing(self, message: str, span: Span, cure: str) -> LanguageError:
        return LanguageError(self._source.fault("LNG-104", message, span, cure))
