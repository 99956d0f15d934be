"""What a function of the language is, and the arguments that it is given.

An implementation asks `Arguments` for its arguments by position and type. An argument is evaluated when it is first
asked for, so `if` and `coalesce` are ordinary functions, and a complaint points at the very argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from headwater.errors import LanguageError
from headwater.language.expression.ast import Call, Expr, Json
from headwater.language.expression.context import Context
from headwater.language.source import Source

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
_MISSING = object()


class Arguments:
    """The arguments of one call, evaluated on demand and once."""

    def __init__(self, call: Call, evaluate: Callable[[Expr], Json], context: Context, source: Source) -> None:
        self.context = context
        self._call = call
        self._nodes = call.args
        self._evaluate = evaluate
        self._source = source
        self._values: list[Json | object] = [_MISSING] * len(call.args)

    def __len__(self) -> int:
        return len(self._nodes)

    def value(self, index: int) -> Json:
        """Return the argument, whatever its type."""
        if self._values[index] is _MISSING:
            self._values[index] = self._evaluate(self._nodes[index])
        # A slot holds either the marker or JSON, and the marker has just been replaced.
        return self._values[index]  # type: ignore[return-value]

    def values(self, start: int = 0) -> list[Json]:
        """Return all arguments from `start` on."""
        return [self.value(index) for index in range(start, len(self))]

    def text(self, index: int) -> str:
        """Return a string argument. Raises LanguageError for any other type."""
        value = self.value(index)
        if not isinstance(value, str):
            raise self.wrong_type(index, "a string", "Convert it with string(…).")
        return value

    def optional_text(self, index: int) -> str | None:
        """Return a string argument, or None where it is not given."""
        return self.text(index) if index < len(self) else None

    def number(self, index: int) -> int | float:
        """Return an integer or float argument. Raises LanguageError for any other type."""
        value = self.value(index)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong_type(index, "a number", "Convert it with int(…) or float(…).")
        return value

    def integer(self, index: int) -> int:
        """Return an integer argument. Raises LanguageError for any other type, also for a float."""
        value = self.value(index)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong_type(index, "an integer", "Convert it with int(…).")
        return value

    def boolean(self, index: int) -> bool:
        """Return a boolean argument. Raises LanguageError for any other type."""
        value = self.value(index)
        if not isinstance(value, bool):
            raise self.wrong_type(index, "true or false", "Convert it with bool(…), or compare with equals(…).")
        return value

    def array(self, index: int) -> list[Json]:
        """Return an array argument. Raises LanguageError for any other type."""
        value = self.value(index)
        if not isinstance(value, list):
            raise self.wrong_type(index, "an array", "Make one with createArray(…), or parse text with json(…).")
        return value

    def wrong_type(self, index: int, expected: str, cure: str) -> LanguageError:
        """Return the error for an argument of a type that the function does not take."""
        message = f"'{self._call.name}' takes {expected} as argument {index + 1}, not {type_name(self.value(index))}"
        return self._error("LNG-103", message, index, cure)

    def refuse(self, index: int, problem: str, cure: str) -> LanguageError:
        """Return the error for an argument of the right type but a value that does not fit."""
        return self._error("LNG-105", f"'{self._call.name}', argument {index + 1}: {problem}", index, cure)

    def unavailable(self, problem: str, cure: str) -> LanguageError:
        """Return the error for a call that looks at what is not there."""
        return LanguageError(self._source.fault("LNG-104", problem, self._call.span, cure))

    def _error(self, code: str, message: str, index: int, cure: str) -> LanguageError:
        return LanguageError(self._source.fault(code, message, self._nodes[index].span, cure))


Implementation: TypeAlias = Callable[[Arguments], Json]


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how it is called, what it does, and the code. `most` is None where there is no limit."""

    name: str
    signature: str
    least: int
    most: int | None
    implementation: Implementation
    doc: str


def type_name(value: Json) -> str:
    """Return the type of a value as a person says it."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a float"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"
