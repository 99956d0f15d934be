"""Small trees that the tables of Spark's spelling share."""

from __future__ import annotations

from sqlglot import exp


def call(name: str, *args: exp.Expr) -> exp.Anonymous:
    """Return a call of a function of Spark."""
    return exp.Anonymous(this=name, expressions=list(args))


def text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def wrap(value: exp.Expr) -> exp.Expr:
    """Return the value in parentheses, where it is not a single word or call."""
    single = (exp.Anonymous, exp.Column, exp.Identifier, exp.Literal, exp.Paren)
    return value if isinstance(value, single) else exp.Paren(this=value)


def cast(value: exp.Expr, kind: exp.DType) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType(this=kind))


def exact(value: exp.Expr) -> exp.Expr:
    """Return an operand with room for every digit of a whole number, whose literals Spark takes as short decimals."""
    if isinstance(value.unnest(), exp.Literal | exp.Count):
        sizes = [exp.DataTypeParam(this=number(size)) for size in (20, 0)]
        return exp.Cast(this=value, to=exp.DataType(this=exp.DType.DECIMAL, expressions=sizes))
    return wrap(value)


def wall_clock(value: exp.Expr) -> exp.Expr:
    """Return a moment as a timestamp without a time zone; the session's zone is UTC."""
    return cast(value, exp.DType.TIMESTAMPNTZ)


def instant(value: exp.Expr) -> exp.Expr:
    """Return a timestamp, which is in UTC, as a moment."""
    return cast(value, exp.DType.TIMESTAMPTZ)


def function(name: str, body: exp.Expr) -> exp.Lambda:
    """Return a lambda of one variable."""
    return exp.Lambda(this=body, expressions=[exp.to_identifier(name)])
