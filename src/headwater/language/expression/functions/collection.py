"""Collection functions: on strings, arrays and objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from headwater.language.expression.ast import Json
from headwater.language.expression.functions.comparison import are_equal
from headwater.language.expression.functions.function import Arguments, Function
from headwater.language.expression.functions.text import text_from

_COLLECTION = "a string, an array or an object"
_SEQUENCE = "a string or an array"
_SEQUENCE_CURE = "Pass text or an array; json(…) parses text into an array."


def _contains(args: Arguments) -> Json:
    match args.value(0):
        case str(text):
            return args.text(1) in text
        case list(items):
            return any(are_equal(item, args.value(1)) for item in items)
        case dict(members):
            return args.text(1).lower() in {name.lower() for name in members}
        case _:
            raise args.wrong_type(0, _COLLECTION, "Test for null first, with equals(…, null).")


def _empty(args: Arguments) -> Json:
    match args.value(0):
        case None:
            return True
        case str() | list() | dict() as collection:
            return len(collection) == 0
        case _:
            raise args.wrong_type(0, _COLLECTION, "Numbers and booleans are never empty; compare them with equals(…).")


def _first(args: Arguments) -> Json:
    sequence = _sequence(args)
    return sequence[0] if sequence else _nothing(sequence)


def _last(args: Arguments) -> Json:
    sequence = _sequence(args)
    return sequence[-1] if sequence else _nothing(sequence)


def _nothing(sequence: str | list[Json]) -> Json:
    return "" if isinstance(sequence, str) else None


def _length(args: Arguments) -> Json:
    return len(_sequence(args))


def _skip(args: Arguments) -> Json:
    return _sequence(args)[_count(args) :]


def _take(args: Arguments) -> Json:
    return _sequence(args)[: _count(args)]


def _join(args: Arguments) -> Json:
    return args.text(1).join(text_from(item) for item in args.array(0))


def _sequence(args: Arguments) -> str | list[Json]:
    value = args.value(0)
    if not isinstance(value, str | list):
        raise args.wrong_type(0, _SEQUENCE, _SEQUENCE_CURE)
    return value


def _count(args: Arguments) -> int:
    count = args.integer(1)
    if count < 0:
        raise args.refuse(1, f"{count} is negative", "Pass 0 or more.")
    return count


def _union(args: Arguments) -> Json:
    return _combine(args, lambda arrays: _distinct(item for array in arrays for item in array), _merge)


def _intersection(args: Arguments) -> Json:
    def common(arrays: list[list[Json]]) -> list[Json]:
        first, *others = arrays
        return _distinct(item for item in first if all(any(are_equal(item, x) for x in other) for other in others))

    def shared(objects: list[dict[str, Json]]) -> dict[str, Json]:
        names = [name for name in objects[0] if all(name in other for other in objects)]
        return {name: objects[-1][name] for name in names}

    return _combine(args, common, shared)


def _combine(
    args: Arguments,
    arrays: Callable[[list[list[Json]]], list[Json]],
    objects: Callable[[list[dict[str, Json]]], dict[str, Json]],
) -> Json:
    values = args.values()
    if all(isinstance(value, list) for value in values):
        return arrays([value for value in values if isinstance(value, list)])
    if all(isinstance(value, dict) for value in values):
        return objects([value for value in values if isinstance(value, dict)])
    odd = next((i for i, value in enumerate(values) if type(value) is not type(values[0])), 0)
    raise args.wrong_type(odd, "arrays only or objects only, nothing else", "Convert one side, or leave it out.")


def _merge(objects: list[dict[str, Json]]) -> dict[str, Json]:
    return {name: value for members in objects for name, value in members.items()}


def _distinct(items: Iterable[Json]) -> list[Json]:
    kept: list[Json] = []
    for item in items:
        if not any(are_equal(item, other) for other in kept):
            kept.append(item)
    return kept


FUNCTIONS: tuple[Function, ...] = (
    Function("contains", "contains(collection, value)", 2, 2, _contains, "Tell whether text, array or keys have it."),
    Function("empty", "empty(collection)", 1, 1, _empty, "Tell whether a collection has nothing, or is null."),
    Function("first", "first(collection)", 1, 1, _first, "Return the first item or character; null if there is none."),
    Function("intersection", "intersection(a, b, …)", 1, None, _intersection, "Return what all collections have."),
    Function("join", "join(array, delimiter)", 2, 2, _join, "Join the items as text."),
    Function("last", "last(collection)", 1, 1, _last, "Return the last item or character; null if there is none."),
    Function("length", "length(collection)", 1, 1, _length, "Count the items or characters."),
    Function("skip", "skip(collection, count)", 2, 2, _skip, "Return what follows the first items."),
    Function("take", "take(collection, count)", 2, 2, _take, "Return the first items."),
    Function("union", "union(a, b, …)", 1, None, _union, "Return what any of the collections has; last name wins."),
)
