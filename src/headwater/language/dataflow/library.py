"""Lines of a UDF library: `half(integer) as double = i1 / 2`, one behind the other, a comma between them or not."""

from __future__ import annotations

from headwater.data.types import DataType
from headwater.errors import Fault
from headwater.language.dataflow.cursor import Cursor, ParseFailure
from headwater.language.dataflow.expressions import parse_expr
from headwater.language.dataflow.lexer import tokenize
from headwater.language.dataflow.scope import UserFunction
from headwater.language.dataflow.types import parse_name, parse_type
from headwater.language.source import Source


def parse_library(source: Source) -> tuple[tuple[UserFunction, ...], tuple[Fault, ...]]:
    """Return the functions of a library, or none and the first fault. Never raises."""
    tokens, faults = tokenize(source)
    if faults:
        return (), faults
    cursor = Cursor(source, tokens)
    functions: list[UserFunction] = []
    try:
        while not cursor.at_end():
            functions.append(_function(cursor))
            cursor.take_if(",")
    except ParseFailure as failure:
        return (), (failure.fault,)
    return tuple(functions), ()


def _function(cursor: Cursor) -> UserFunction:
    name = parse_name(cursor, "a function")
    cursor.expect("(", f"after the function '{name}'")
    parameters: list[DataType] = []
    while not cursor.at(")"):
        parameters.append(parse_type(cursor))
        if not cursor.take_if(","):
            break
    cursor.expect(")", f"after the types of '{name}'")
    if cursor.token.text != "as":
        raise cursor.failure(f"Expected 'as' after {name}(…), found {cursor.found()}", "Write name(types) as type = …")
    cursor.take()
    returns = parse_type(cursor)
    cursor.expect("=", f"before the expression of '{name}'")
    return UserFunction(name, tuple(parameters), returns, parse_expr(cursor))
