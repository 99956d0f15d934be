"""Data flow script → tree. Reports every fault: after one it goes on behind the next `~> name`.

Separate from `expressions.py` because a script is a list of statements whose arguments mix options, assignments,
declarations and clauses; what stands inside them is an expression.
"""

from __future__ import annotations

from headwater.data.types import DataType
from headwater.errors import Fault
from headwater.language.dataflow.ast import (
    Argument,
    ArrayLiteral,
    Assignment,
    Clause,
    ColumnDeclaration,
    ColumnRef,
    Expr,
    Option,
    ParameterDeclaration,
    Positional,
    Script,
    Statement,
    StreamRef,
)
from headwater.language.dataflow.cursor import Cursor, ParseFailure
from headwater.language.dataflow.expressions import parse_expr
from headwater.language.dataflow.lexer import tokenize
from headwater.language.dataflow.spelling import read_string
from headwater.language.dataflow.types import parse_name, parse_type
from headwater.language.source import Source

# Words that open a clause when "(" follows, in the place of an argument; elsewhere they are plain names.
CLAUSES: frozenset[str] = frozenset(
    {
        "asc",
        "deleteIf",
        "desc",
        "each",
        "expectExists",
        "expectTrue",
        "expectUnique",
        "groupBy",
        "input",
        "insertIf",
        "keyColumn",
        "mapColumn",
        "match",
        "output",
        "over",
        "partitionBy",
        "patternMatch",
        "pivotBy",
        "ungroupBy",
        "unroll",
        "unrollMultiple",
        "updateIf",
        "upsertIf",
    }
)


def parse_script(source: Source) -> tuple[Script | None, tuple[Fault, ...]]:
    """Return the tree of a script, or None and every fault with line, column, caret and cure. Never raises."""
    tokens, lexical = tokenize(source)
    cursor = Cursor(source, tokens)
    faults = list(lexical)
    parameters: tuple[ParameterDeclaration, ...] = ()
    statements: list[Statement] = []
    try:
        parameters = _parameters(cursor)
    except ParseFailure as failure:
        faults.append(failure.fault)
        _skip_parameters(cursor)
    while not cursor.at_end():
        try:
            cursor.depth = 0
            statements.append(_statement(cursor))
        except ParseFailure as failure:
            faults.append(failure.fault)
            _skip_statement(cursor)
    if faults:
        return None, tuple(sorted(faults, key=lambda fault: (fault.place.line or 0, fault.place.column or 0)))
    return Script(parameters, tuple(statements), span=cursor.since(0)), ()


def parse_expression(source: Source) -> tuple[Expr | None, tuple[Fault, ...]]:
    """Return the tree of one expression, or None and the faults. Never raises."""
    tokens, faults = tokenize(source)
    if faults:
        return None, faults
    cursor = Cursor(source, tokens)
    try:
        expr = parse_expr(cursor)
        if not cursor.at_end():
            cure = "Remove it, or join it to the expression with an operator."
            raise cursor.failure(f"Expected the end of the expression, found {cursor.found()}", cure)
    except ParseFailure as failure:
        return None, (failure.fault,)
    return expr, ()


def parse_type_text(text: str) -> tuple[DataType | None, tuple[Fault, ...]]:
    """Return the type that a text alone spells, or None and every fault. Never raises."""
    source = Source(text)
    tokens, lexical = tokenize(source)
    if lexical:
        return None, lexical
    cursor = Cursor(source, tokens)
    try:
        type_ = parse_type(cursor)
        if not cursor.at_end():
            raise cursor.failure(f"Expected the end of the type, found {cursor.found()}", "Write one type only.")
    except ParseFailure as failure:
        return None, (failure.fault,)
    return type_, ()


def _parameters(cursor: Cursor) -> tuple[ParameterDeclaration, ...]:
    if not (cursor.token.text == "parameters" and cursor.peek().text == "{"):
        return ()
    cursor.take()
    cursor.take()
    declarations: list[ParameterDeclaration] = []
    while not cursor.at("}"):
        declarations.append(_parameter(cursor))
        if not cursor.take_if(","):
            break
    cursor.expect("}", "after the parameters")
    return tuple(declarations)


def _parameter(cursor: Cursor) -> ParameterDeclaration:
    start = cursor.token.start
    name = parse_name(cursor, "a parameter")
    _expect_as(cursor, name)
    type_ = parse_type(cursor)
    default = None
    if cursor.take_if("("):
        default = parse_expr(cursor)
        cursor.expect(")", f"after the default of '{name}'")
    return ParameterDeclaration(name, type_, default, span=cursor.since(start))


def _expect_as(cursor: Cursor, name: str) -> None:
    if cursor.token.kind != "name" or cursor.token.text != "as":
        raise cursor.failure(f"Expected 'as' after '{name}', found {cursor.found()}", "Write name as type.")
    cursor.take()


def _statement(cursor: Cursor) -> Statement:
    start = cursor.token.start
    inputs: list[StreamRef] = []
    while not (cursor.token.kind == "name" and cursor.peek().text == "("):
        inputs.append(_stream(cursor))
        if not cursor.take_if(",") and cursor.peek().text != "(":
            raise cursor.failure(
                f"Expected a transformation such as 'derive(…)', found {cursor.found()}",
                "Write streams verb(arguments) ~> name.",
            )
    verb = cursor.take().text
    args = _arguments(cursor, verb)
    cursor.expect("~>", f"after {verb}(…)")
    name = parse_name(cursor, "the new stream")
    branches: tuple[str, ...] = ()
    if cursor.take_if("@"):
        branches = _branches(cursor, name)
    return Statement(tuple(inputs), verb, args, name, branches, span=cursor.since(start))


def _stream(cursor: Cursor) -> StreamRef:
    start = cursor.token.start
    name = parse_name(cursor, "an input stream")
    branch = parse_name(cursor, "a branch") if cursor.take_if("@") else None
    return StreamRef(name, branch, span=cursor.since(start))


def _branches(cursor: Cursor, name: str) -> tuple[str, ...]:
    cursor.expect("(", f"before the branches of '{name}'")
    branches = [parse_name(cursor, "a branch")]
    while cursor.take_if(","):
        branches.append(parse_name(cursor, "a branch"))
    cursor.expect(")", f"after the branches of '{name}'")
    return tuple(branches)


def _arguments(cursor: Cursor, owner: str) -> tuple[Argument, ...]:
    """Read `(argument, …)` of a verb or a clause."""
    cursor.expect("(", f"after '{owner}'")
    cursor.descend()
    arguments: list[Argument] = []
    if not cursor.at(")"):
        arguments.append(_argument(cursor))
        while cursor.take_if(","):
            arguments.append(_argument(cursor))
    cursor.expect(")", f"after the arguments of '{owner}'")
    cursor.ascend()
    return tuple(arguments)


def _argument(cursor: Cursor) -> Argument:
    token, following = cursor.token, cursor.peek().text
    if token.kind == "name":
        if following == ":":
            return _option(cursor)
        if following == "(" and token.text in CLAUSES:
            cursor.take()
            args = _arguments(cursor, token.text)
            return Clause(token.text, args, span=cursor.since(token.start))
    if token.kind in ("name", "braced"):
        if following == "as":
            return _declaration(cursor)
        if following == ":=":
            return _local(cursor)
    expr = parse_expr(cursor)
    if not cursor.take_if("="):
        return Positional(expr, span=cursor.since(token.start))
    target = expr.name if isinstance(expr, ColumnRef) and expr.stream is None else expr
    value = parse_expr(cursor)
    return Assignment(target, value, span=cursor.since(token.start))


def _local(cursor: Cursor) -> Assignment:
    start = cursor.token.start
    name = parse_name(cursor, "a local")
    cursor.take()
    value = parse_expr(cursor)
    return Assignment(name, value, local=True, span=cursor.since(start))


def _declaration(cursor: Cursor) -> ColumnDeclaration:
    start = cursor.token.start
    name = parse_name(cursor, "a column")
    _expect_as(cursor, name)
    type_ = parse_type(cursor)
    format_ = read_string(cursor.take().text) if cursor.token.kind == "string" else None
    return ColumnDeclaration(name, type_, format_, span=cursor.since(start))


def _option(cursor: Cursor) -> Option:
    start = cursor.token.start
    name = cursor.take().text
    cursor.take()
    if cursor.at("("):
        before = cursor.index
        cursor.take()
        value = parse_expr(cursor)
        if cursor.take_if(")") and cursor.at(",", ")"):
            return Option(name, value, parenthesized=True, span=cursor.since(start))
        cursor.index = before
    value = parse_expr(cursor)
    if isinstance(value, ArrayLiteral):
        return Option(name, value.items, span=cursor.since(start))
    return Option(name, value, span=cursor.since(start))


def _skip_parameters(cursor: Cursor) -> None:
    while not cursor.at_end() and not cursor.take_if("}"):
        cursor.take()


def _skip_statement(cursor: Cursor) -> None:
    """Step behind the next `~> name@(branches)`."""
    while not cursor.at_end() and not cursor.take_if("~>"):
        cursor.take()
    if cursor.token.kind in ("name", "braced"):
        cursor.take()
    if cursor.at("@") and cursor.peek().text == "(":
        while not cursor.at_end() and not cursor.take_if(")"):
            cursor.take()
