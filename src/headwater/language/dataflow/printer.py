"""Tree → text of a data flow script, laid out as the service writes it: `parse(print(tree)) == tree`."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable

from headwater.data import types
from headwater.language.dataflow.ast import (
    Argument,
    ArrayLiteral,
    Assignment,
    Binary,
    Call,
    Cast,
    Clause,
    ColumnDeclaration,
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
    Option,
    ParameterDeclaration,
    ParameterRef,
    Positional,
    Regex,
    Script,
    Statement,
    StreamRef,
    StructLiteral,
    Unary,
)
from headwater.language.dataflow.expressions import PRECEDENCE
from headwater.language.dataflow.parser import CLAUSES
from headwater.language.dataflow.spelling import spell_name, spell_string, spell_template_part
from headwater.language.dataflow.types import print_type

# Clauses that the service writes with one argument a line.
_SPREAD = frozenset({"input", "mapColumn", "output"})
_INDENT = 5
_SUFFIXES: dict[types.DataType, str] = {types.FLOAT: "f", types.LONG: "L"}


def print_script(script: Script) -> str:
    """Return the text of a script, one statement after the other."""
    parts = [_parameters(script.parameters)] if script.parameters else []
    return "\n".join([*parts, *(print_statement(statement) for statement in script.statements)])


def print_statement(statement: Statement) -> str:
    """Return the text of one statement: `inputs verb(args) ~> name@(branches)`."""
    inputs = ", ".join(_stream(stream) for stream in statement.inputs)
    args = (",\n" + " " * _INDENT).join(print_argument(argument, _INDENT) for argument in statement.args)
    branches = "@(" + ", ".join(spell_name(name) for name in statement.branches) + ")" if statement.branches else ""
    lead = f"{inputs} " if inputs else ""
    return f"{lead}{statement.verb}({args}) ~> {spell_name(statement.name)}{branches}"


def print_argument(argument: Argument, indent: int = 0) -> str:
    """Return the text of an argument of a verb or clause; `indent` is the column of its first line."""
    match argument:
        case ColumnDeclaration(name, type_, format_):
            suffix = f" {spell_string(format_)}" if format_ is not None else ""
            return f"{spell_name(name)} as {print_type(type_)}{suffix}"
        case Option(name, value, parenthesized):
            return f"{name}: {_option_value(value, parenthesized)}"
        case Assignment(target, value, local):
            left = spell_name(target) if isinstance(target, str) else _guarded(target)
            return f"{left} {':=' if local else '='} {print_expression(value)}"
        case Positional(value):
            return _guarded(value)
        case Clause(name, args):
            return _clause(name, args, indent)


def print_expression(expr: Expr) -> str:
    """Return the text of an expression, with only the parentheses that it needs."""
    match expr:
        case Literal():
            return _literal(expr)
        case Interpolation(parts):
            return '"' + "".join(_part(part) for part in parts) + '"'
        case Unary(operator, operand):
            return operator + _operand(operand, 10)
        case Binary(operator, left, right):
            strength = PRECEDENCE[operator]
            return f"{_operand(left, strength)} {operator} {_operand(right, strength + 1)}"
        case Call(name, args, owner):
            return (f"{owner}#" if owner else "") + f"{name}({_list(args)})"
        case ArrayLiteral(items):
            return f"[{_list(items)}]"
        case MapLiteral(entries):
            return "[" + ", ".join(f"{print_expression(k)} -> {print_expression(v)}" for k, v in entries) + "]"
        case StructLiteral(fields):
            return "@(" + ", ".join(f"{spell_name(name)} = {print_expression(value)}" for name, value in fields) + ")"
        case Index(base, index):
            return f"{_operand(base, 11)}[{print_expression(index)}]"
        case Member(base, name):
            return f"{_operand(base, 11)}.{spell_name(name)}"
        case Cast(base, type_):
            return f"{_operand(base, 11)} ? {print_type(type_)}"
        case _:
            return _reference(expr)


def _reference(expr: Regex | ColumnRef | ParameterRef | LocalRef | MatchRef | LambdaRef) -> str:
    match expr:
        case Regex(pattern):
            return f"`{pattern}`"
        case ColumnRef(name, stream):
            return (f"{spell_name(stream)}@" if stream is not None else "") + spell_name(name)
        case ParameterRef(name):
            return "$" + spell_name(name)
        case LocalRef(name):
            return ":" + spell_name(name)
        case MatchRef(text):
            return "$" + text
        case LambdaRef(name):
            return "#" + spell_name(name)


def _operand(expr: Expr, strength: int) -> str:
    """Return the text of an operand, in parentheses if it binds looser than `strength`."""
    own = PRECEDENCE[expr.operator] if isinstance(expr, Binary) else 10 if isinstance(expr, Unary) else 11
    text = print_expression(expr)
    return f"({text})" if own < strength else text


def _literal(literal: Literal) -> str:
    value = literal.value
    match value:
        case None:
            return "null()"
        case bool():
            return "true()" if value else "false()"
        case str():
            return spell_string(value) if literal.type == types.STRING else value
        case datetime.datetime():
            return f"toTimestamp('{value.isoformat(' ', 'milliseconds')}', 'yyyy-MM-dd HH:mm:ss.SSS')"
        case datetime.date():
            return f"toDate('{value.isoformat()}')"
        case decimal.Decimal():
            return f"toDecimal('{value}', 38, {max(0, -int(value.as_tuple().exponent))})"
        case _:
            return repr(value) + _SUFFIXES.get(literal.type, "")


def _part(part: Expr) -> str:
    if isinstance(part, Literal) and isinstance(part.value, str) and part.type == types.STRING:
        return spell_template_part(part.value)
    return "{" + print_expression(part) + "}"


def _list(items: Iterable[Expr]) -> str:
    return ", ".join(print_expression(item) for item in items)


def _option_value(value: Expr | tuple[Expr, ...], parenthesized: bool) -> str:
    if isinstance(value, tuple):
        return f"[{_list(value)}]"
    if isinstance(value, Literal) and isinstance(value.value, bool) and not parenthesized:
        return str(value.value).lower()
    return f"({print_expression(value)})" if parenthesized else print_expression(value)


def _guarded(expr: Expr) -> str:
    """Return the text of an expression that opens an argument, so that it is not read as a clause."""
    first = expr
    while True:
        match first:
            case Binary(_, inner, _) | Index(inner, _) | Member(inner, _) | Cast(inner, _):
                first = inner
            case Call(name, _, None) if name in CLAUSES:
                return f"({print_expression(expr)})"
            case _:
                return print_expression(expr)


def _clause(name: str, args: tuple[Argument, ...], indent: int) -> str:
    if name not in _SPREAD or not args:
        return f"{name}({', '.join(print_argument(argument, indent) for argument in args)})"
    inner = indent + _INDENT
    lines = (",\n" + " " * inner).join(print_argument(argument, inner) for argument in args)
    return f"{name}(\n{' ' * inner}{lines}\n{' ' * indent})"


def _parameters(declarations: tuple[ParameterDeclaration, ...]) -> str:
    lines = (",\n" + " " * _INDENT).join(
        f"{spell_name(d.name)} as {print_type(d.type)}" + (f" ({print_expression(d.default)})" if d.default else "")
        for d in declarations
    )
    return f"parameters{{\n{' ' * _INDENT}{lines}\n}}"


def _stream(stream: StreamRef) -> str:
    return spell_name(stream.stream) + (f"@{spell_name(stream.branch)}" if stream.branch is not None else "")
