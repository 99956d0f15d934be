"""Tokens → expression tree, by precedence climbing.

    loosest  ||   &&   |   ^   &   == != === <=>   < <= > >=   + -   * / %
             unary ! - ~ +          tightest: postfix  [index]  .field  ? type

All binary operators group to the left. `->` separates key and value in a map and is no operator.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeGuard

from headwater.data import types
from headwater.language.dataflow.ast import (
    ArrayLiteral,
    Binary,
    Call,
    Cast,
    ColumnRef,
    Expr,
    Index,
    Interpolation,
    LambdaRef,
    Literal,
    LocalRef,
    MapLiteral,
    MatchRef,
    Member,
    ParameterRef,
    Regex,
    StructLiteral,
    Unary,
)
from headwater.language.dataflow.cursor import Cursor, ParseFailure
from headwater.language.dataflow.lexer import Token, hole_end, tokenize
from headwater.language.dataflow.spelling import CONSTANTS, read_name, read_string, read_template_part
from headwater.language.dataflow.types import parse_name, parse_type
from headwater.language.source import Span

PRECEDENCE: dict[str, int] = {
    "||": 1,
    "&&": 2,
    "|": 3,
    "^": 4,
    "&": 5,
    "==": 6,
    "!=": 6,
    "===": 6,
    "<=>": 6,
    "<": 7,
    "<=": 7,
    ">": 7,
    ">=": 7,
    "+": 8,
    "-": 8,
    "*": 9,
    "/": 9,
    "%": 9,
}
UNARY = ("!", "-", "~", "+")
_INTEGER_LIMIT, _LONG_LIMIT = 2**31, 2**63


def parse_expr(cursor: Cursor, above: int = 0) -> Expr:
    """Read an expression whose operators bind tighter than `above`. Raises ParseFailure."""
    depth = cursor.depth
    cursor.descend()
    left = _operand(cursor)
    while cursor.token.kind == "operator":
        operator = cursor.token.text
        strength = PRECEDENCE.get(operator, 0)
        if strength <= above:
            break
        cursor.descend()
        cursor.take()
        right = parse_expr(cursor, strength)
        left = Binary(operator, left, right, span=left.span.to(right.span))
    cursor.depth = depth
    return left


def _operand(cursor: Cursor) -> Expr:
    if cursor.at(*UNARY):
        sign = cursor.take()
        cursor.descend()
        operand = _operand(cursor)
        cursor.ascend()
        return Unary(sign.text, operand, span=sign.span.to(operand.span))
    depth = cursor.depth
    base = _primary(cursor)
    while cursor.at("[", ".", "?"):
        cursor.descend()
        base = _postfix(cursor, base)
    cursor.depth = depth
    return base


def _postfix(cursor: Cursor, base: Expr) -> Expr:
    start = base.span.start
    if cursor.take_if("["):
        index = parse_expr(cursor)
        cursor.expect("]", "after an index")
        return Index(base, index, span=cursor.since(start))
    if cursor.take_if("."):
        name = parse_name(cursor, "a field")
        return Member(base, name, span=cursor.since(start))
    cursor.take()
    type_ = parse_type(cursor)
    return Cast(base, type_, span=cursor.since(start))


def _primary(cursor: Cursor) -> Expr:
    token = cursor.token
    match token.kind:
        case "name" | "braced":
            return _named(cursor)
        case "number":
            cursor.take()
            return _number(cursor, token)
        case "string":
            cursor.take()
            return Literal(read_string(token.text), types.STRING, span=token.span)
        case "template":
            cursor.take()
            return _template(cursor, token)
        case "regex":
            cursor.take()
            return Regex(token.text[1:-1], span=token.span)
        case "operator":
            return _marked(cursor)
        case "end":
            raise cursor.failure("The expression ends too early", "Complete it, or remove what stands before.")


def _marked(cursor: Cursor) -> Expr:
    """Read what starts with a sign: `(…)`, `[…]`, `@(…)`, `$p`, `$$`, `:local`, `#item`."""
    start = cursor.token.start
    if cursor.take_if("("):
        inner = parse_expr(cursor)
        cursor.expect(")", "after an expression in parentheses")
        return replace(inner, span=cursor.since(start))
    if cursor.take_if("["):
        return _bracketed(cursor, start)
    if cursor.at("@") and cursor.peek().text == "(":
        return _struct(cursor, start)
    if cursor.take_if("$$"):
        return MatchRef("$", span=cursor.since(start))
    if cursor.take_if("$"):
        if cursor.token.kind == "number" and cursor.token.text.isdecimal():
            return MatchRef(cursor.take().text, span=cursor.since(start))
        return ParameterRef(parse_name(cursor, "a parameter"), span=cursor.since(start))
    if cursor.take_if(":"):
        return LocalRef(parse_name(cursor, "a local"), span=cursor.since(start))
    if cursor.take_if("#"):
        return LambdaRef(parse_name(cursor, "a lambda variable"), span=cursor.since(start))
    raise cursor.failure(
        f"Expected an expression, found {cursor.found()}", "Write a value, a column or a function here."
    )


def _named(cursor: Cursor) -> Expr:
    token = cursor.take()
    name = read_name(token.text)
    plain = token.kind == "name"
    if plain and cursor.at("("):
        arguments = parse_call_arguments(cursor)
        if name in CONSTANTS and not arguments:
            return _constant(name, cursor.since(token.start))
        return Call(name, arguments, span=cursor.since(token.start))
    if plain and cursor.at("#") and cursor.peek().kind == "name" and cursor.peek(2).text == "(":
        cursor.take()
        function = cursor.take().text
        return Call(function, parse_call_arguments(cursor), name, span=cursor.since(token.start))
    if cursor.at("@") and cursor.peek().kind in ("name", "braced"):
        cursor.take()
        return ColumnRef(parse_name(cursor, "a column"), name, span=cursor.since(token.start))
    if plain and name in CONSTANTS:
        return _constant(name, token.span)
    return ColumnRef(name, span=token.span)


def parse_call_arguments(cursor: Cursor) -> tuple[Expr, ...]:
    """Read `(a, b, …)`."""
    cursor.expect("(", "before arguments")
    arguments: list[Expr] = []
    if not cursor.at(")"):
        arguments.append(parse_expr(cursor))
        while cursor.take_if(","):
            arguments.append(parse_expr(cursor))
    cursor.expect(")", "after the arguments")
    return tuple(arguments)


def _constant(name: str, span: Span) -> Literal:
    value = CONSTANTS[name]
    return Literal(value, types.ANY if value is None else types.BOOLEAN, span=span)


def _bracketed(cursor: Cursor, start: int) -> ArrayLiteral | MapLiteral:
    items: list[Expr] = []
    entries: list[tuple[Expr, Expr]] = []
    while not cursor.at("]"):
        item = parse_expr(cursor)
        if cursor.at("->") and not items:
            cursor.take()
            entries.append((item, parse_expr(cursor)))
        elif entries:
            raise cursor.failure("A map needs '->' in every entry", "Write [key -> value, …].")
        else:
            items.append(item)
        if not cursor.take_if(","):
            break
    cursor.expect("]", "after the items of an array or map")
    span = cursor.since(start)
    return MapLiteral(tuple(entries), span=span) if entries else ArrayLiteral(tuple(items), span=span)


def _struct(cursor: Cursor, start: int) -> StructLiteral:
    cursor.take()
    cursor.take()
    fields: list[tuple[str, Expr]] = []
    while not fields or cursor.take_if(","):
        name = parse_name(cursor, "a field")
        cursor.expect("=", f"after the field '{name}'")
        fields.append((name, parse_expr(cursor)))
    cursor.expect(")", "after the fields")
    return StructLiteral(tuple(fields), span=cursor.since(start))


def _number(cursor: Cursor, token: Token) -> Literal:
    text = token.text.lower()
    if text.startswith("0x"):
        return _whole(cursor, token, int(text.rstrip("l"), 16), text.endswith("l"))
    body = text.rstrip("lfd")
    if "." in body or "e" in body or text[-1] in "fd":
        if math.isinf(float(body)):
            raise cursor.failure(f"{token.text} does not fit a double", "Write a smaller number.", token.span)
        return Literal(float(body), types.FLOAT if text.endswith("f") else types.DOUBLE, span=token.span)
    if len(body) > 1 and body.startswith("0") and not text.endswith("l"):
        # An option such as `umask: 0022` means its digits, so they are kept as they are.
        return Literal(body, types.INTEGER, span=token.span)
    return _whole(cursor, token, int(body), text.endswith("l"))


def _whole(cursor: Cursor, token: Token, value: int, is_long: bool) -> Literal:
    if value >= _LONG_LIMIT:
        raise cursor.failure(f"{token.text} does not fit a long", "Write it as toDecimal('…', 38, 0).", token.span)
    long = is_long or value >= _INTEGER_LIMIT
    return Literal(value, types.LONG if long else types.INTEGER, span=token.span)


def _template(cursor: Cursor, token: Token) -> Literal | Interpolation:
    """Read a double-quoted string, whose `{…}` parts are expressions."""
    text = cursor.source.text
    parts: list[Expr] = []
    position = start = token.start + 1
    stop = token.end - 1
    while position < stop:
        if text[position] == "\\":
            position += 2
        elif text[position] == "{" and (after := hole_end(text, position, stop)):
            parts.append(_text_part(text, start, position))
            parts.append(_hole(cursor, position + 1, after - 1))
            position = start = after
        else:
            position += 1
    parts.append(_text_part(text, start, stop))
    merged = _merge_texts(parts)
    if len(merged) == 1 and isinstance(only := merged[0], Literal) and only.type == types.STRING:
        return Literal(only.value, types.STRING, span=token.span)
    return Interpolation(merged, span=token.span)


def _text_part(text: str, start: int, end: int) -> Literal:
    return Literal(read_template_part(text[start:end]), types.STRING, span=Span(start, end))


def _merge_texts(parts: list[Expr]) -> tuple[Expr, ...]:
    """Return the parts with neighbouring texts joined and empty ones left out; at least one part."""
    merged: list[Expr] = []
    for part in parts:
        last = merged[-1] if merged else None
        if _is_text(part) and last is not None and _is_text(last):
            merged[-1] = Literal(f"{last.value}{part.value}", types.STRING, span=last.span.to(part.span))
        elif not (_is_text(part) and part.value == "" and merged):
            merged.append(part)
    if len(merged) > 1 and _is_text(merged[0]) and merged[0].value == "":
        merged.pop(0)
    return tuple(merged)


def _is_text(part: Expr | None) -> TypeGuard[Literal]:
    return isinstance(part, Literal) and part.type == types.STRING


def _hole(cursor: Cursor, start: int, end: int) -> Expr:
    tokens, faults = tokenize(cursor.source, start, end)
    if faults:
        raise ParseFailure(faults[0])
    inner = Cursor(cursor.source, tokens, depth=cursor.depth)
    expr = parse_expr(inner)
    if not inner.at_end():
        raise inner.failure(
            f"Expected '}}' after the expression, found {inner.found()}", r"Write \{ for a brace itself."
        )
    return expr
