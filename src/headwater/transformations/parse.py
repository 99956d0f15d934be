"""Parse: a new column with the parts of a text, which is JSON or delimited. What is not of the form becomes null."""

from __future__ import annotations

import json
import re

from sqlglot import exp

from headwater.data.types import BINARY, STRING, Array, DataType, Struct
from headwater.language.dataflow.ast import Assignment, Cast, Expr
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.conversion import convert
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.scope import Resolved
from headwater.language.expression.ast import Json
from headwater.transformations.arguments import flag, text
from headwater.transformations.defined import define
from headwater.transformations.derive import derived
from headwater.transformations.expression import resolve_value
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.scope import StreamScope


def _compile(given: Given) -> Outcome:
    for argument in given.statement.args:
        if isinstance(argument, Assignment) and not isinstance(argument.value, Cast):
            cure = "Write parse(parts = column ? (a as string), format: 'json')."
            raise given.refuse("LNG-064", f"'{given.written(argument)}' says no type", argument, cure)
    return derived(given, lambda scope: define(given, scope, _resolve))


def _resolve(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    base, type_ = (expr.base, expr.type) if isinstance(expr, Cast) else (expr, STRING)
    value = resolve_value(given, scope, base)
    if value.type not in (STRING, BINARY):
        cure = "Parse a column of text."
        raise given.refuse("LNG-077", f"'{value.text}' is {value.type}, which is no text", base, cure)
    raw = value.sql if value.type == STRING else exp.Anonymous(this="decode", expressions=[value.sql])
    if (text(given, "format") or "json").lower() == "json":
        tree = _of_json(raw, type_, lines=(text(given, "documentForm") or "").lower() == "documentperline")
    else:
        tree = _of_delimited(given, expr, raw, type_)
    references = tuple(
        r
        if r.kind == "INDIRECT" or r.subtype == "AGGREGATION"
        else type(r)(r.stream, r.column, r.kind, "TRANSFORMATION")
        for r in value.references
    )
    return Resolved(type_, tree, references, nondeterministic=value.nondeterministic, text=value.text)


def _of_json(value: exp.Expr, type_: DataType, *, lines: bool) -> exp.Expr:
    """Return a JSON text as a value: a single document fits a list, the first of a list fits a single one."""
    if isinstance(type_, Array):
        whole = exp.Case(
            ifs=[exp.If(this=_is_list(value), true=value.copy())], default=_between("[", value.copy(), "]")
        )
        by_line = _between(
            "[",
            exp.Anonymous(this="replace", expressions=[exp.Trim(this=value.copy()), sql.text("\n"), sql.text(",")]),
            "]",
        )
    else:
        first = exp.cast(
            exp.Anonymous(this="json_extract", expressions=[value.copy(), sql.text("$[0]")]), exp.DType.VARCHAR
        )
        whole = exp.Case(ifs=[exp.If(this=_is_list(value), true=first)], default=value.copy())
        by_line = exp.SplitPart(this=value.copy(), delimiter=sql.text("\n"), part_index=sql.number(1))
    branches = [(_is_valid(value.copy()), _read(whole, type_))]
    if lines:
        branches.append((_is_valid(by_line), _read(by_line.copy(), type_)))
    return sql.case(branches)


def _is_valid(value: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="json_valid", expressions=[value])


def _is_list(value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.Anonymous(this="json_type", expressions=[value.copy()]), expression=sql.text("ARRAY"))


def _between(before: str, value: exp.Expr, after: str) -> exp.Expr:
    return exp.DPipe(this=exp.DPipe(this=sql.text(before), expression=value), expression=sql.text(after))


def _read(value: exp.Expr, type_: DataType) -> exp.Expr:
    structure = sql.text(json.dumps(_structure(type_)))
    return exp.Anonymous(this="from_json", expressions=[value, structure])


def _structure(type_: DataType) -> Json:
    match type_:
        case Struct(fields):
            return {name: _structure(inner) for name, inner in fields}
        case Array(item):
            return [_structure(item)]
        case _:
            return sql.data_type(type_).sql("duckdb")


def _of_delimited(given: Given, node: Expr, value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return the fields of the first line of a delimited text; a header, where there is one, is skipped."""
    if not isinstance(type_, Struct):
        cure = "Write column ? (a as string, b as integer)."
        raise given.refuse("LNG-077", f"A delimited text has parts, {type_} has none", node, cure)
    line = exp.SplitPart(
        this=value, delimiter=sql.text("\n"), part_index=sql.number(2 if flag(given, "columnNamesAsHeader") else 1)
    )
    parts = _fields(given, line)
    null = text(given, "nullValue")
    members = []
    for place, (name, inner) in enumerate(type_.fields, start=1):
        part = _unquoted(given, exp.Bracket(this=exp.paren(parts.copy()), expressions=[sql.number(place)], offset=1))
        if null is not None:
            part = exp.Nullif(this=part, expression=sql.text(null))
        try:
            field = convert(Resolved(STRING, part), inner)
        except Refused as refused:
            raise given.refuse(refused.code, refused.message, node, refused.cure) from refused
        members.append(exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=field))
    there = exp.not_(exp.Is(this=value.copy(), expression=exp.null()))
    return sql.case([(there, exp.Struct(expressions=members))])


def _fields(given: Given, line: exp.Expr) -> exp.Expr:
    delimiter = text(given, "columnDelimiter") or ","
    quote = _quote(given)
    if not quote or len(delimiter) > 1:
        return exp.Anonymous(this="string_split", expressions=[line, sql.text(delimiter)])
    # A delimiter before the first field too, so that every match takes one.
    led = exp.DPipe(this=sql.text(delimiter), expression=line)
    d, q = re.escape(delimiter), re.escape(quote)
    pattern = f"{d}({q}(?:[^{q}]|{q}{q})*{q}|[^{d}]*)"
    return exp.Anonymous(this="regexp_extract_all", expressions=[led, sql.text(pattern), sql.number(1)])


def _unquoted(given: Given, part: exp.Expr) -> exp.Expr:
    quote = _quote(given)
    if not quote:
        return part
    quoted = exp.Anonymous(this="starts_with", expressions=[part.copy(), sql.text(quote)])
    length = exp.Sub(this=exp.Length(this=part.copy()), expression=sql.number(2))
    inner = exp.Substring(this=part.copy(), start=sql.number(2), length=length)
    plain = exp.Anonymous(this="replace", expressions=[inner, sql.text(quote * 2), sql.text(quote)])
    return exp.Case(ifs=[exp.If(this=quoted, true=plain)], default=part)


def _quote(given: Given) -> str:
    quote = text(given, "quoteChar")
    return '"' if quote is None else quote


PARSE = Transformation(
    verb="parse",
    compile=_compile,
    options={
        "columnDelimiter": None,
        "columnNamesAsHeader": None,
        "documentForm": frozenset({"arrayofdocuments", "documentperline", "singledocument"}),
        "format": frozenset({"delimited", "json"}),
        "nullValue": None,
        "quoteChar": None,
        "unquotedColumnNames": frozenset({"false"}),
    },
    keeps_rows=True,
)
