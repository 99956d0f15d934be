"""Texts with fields and a delimiter between them, inside a column: read into a structure, and written from one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlglot import exp

from headwater.data.types import STRING, Array, DataType, Struct
from headwater.language.dataflow.ast import Node
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.conversion import convert
from headwater.language.dataflow.functions.function import Refused
from headwater.language.dataflow.functions.string import concatenated
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.arguments import flag, text
from headwater.transformations.protocol import Given

OPTIONS = ("columnDelimiter", "columnNamesAsHeader", "nullValue", "quoteChar")


@dataclass(frozen=True, slots=True)
class Delimited:
    """How the text is written; `null` is what a null is written as, if it is."""

    delimiter: str
    quote: str
    null: str | None
    header: bool


def delimited(given: Given) -> Delimited:
    """Return what the options of the statement say."""
    quote = text(given, "quoteChar")
    return Delimited(
        text(given, "columnDelimiter") or ",",
        '"' if quote is None else quote,
        text(given, "nullValue"),
        flag(given, "columnNamesAsHeader"),
    )


def read_delimited(given: Given, node: Node, value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return the fields of the first line of a text; a header, where there is one, is skipped."""
    if not isinstance(type_, Struct):
        cure = "Write column ? (a as string, b as integer)."
        raise given.refuse("LNG-077", f"A delimited text has parts, {type_} has none", node, cure)
    form = delimited(given)
    line = exp.SplitPart(this=value, delimiter=sql.text("\n"), part_index=sql.number(2 if form.header else 1))
    parts = _fields(form, line)
    members = []
    for place, (name, inner) in enumerate(type_.fields, start=1):
        part = _unquoted(form, exp.Bracket(this=exp.paren(parts.copy()), expressions=[sql.number(place)], offset=1))
        if form.null is not None:
            part = exp.Nullif(this=part, expression=sql.text(form.null))
        field = _converted(given, node, Resolved(STRING, part), inner)
        members.append(exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=field))
    return sql.case([(sql.is_not_null(value.copy()), exp.Struct(expressions=members))])


def write_delimited(given: Given, node: Node, value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return a structure as a line of text, an array of structures as a line for each."""
    form = delimited(given)
    inner = type_.item if isinstance(type_, Array) else type_
    if not isinstance(inner, Struct):
        cure = "Give it a structure, as in @(a = x, b = y), or an array of them."
        raise given.refuse("LNG-077", f"A delimited text has parts, {type_} has none", node, cure)
    if isinstance(type_, Array):
        row = _line(given, node, form, sql.variable("row"), inner)
        lines = exp.Transform(this=value.copy(), expression=sql.function(["row"], row))
        body: exp.Expr = sql.call("array_to_string", lines, sql.text("\n"))
    else:
        body = _line(given, node, form, value, inner)
    head = form.delimiter.join(name for name, _ in inner.fields) + "\n" if form.header else ""
    written = concatenated([sql.text(head), body]) if head else body
    return sql.case([(sql.is_not_null(value.copy()), written)])


def _line(given: Given, node: Node, form: Delimited, value: exp.Expr, type_: Struct) -> exp.Expr:
    parts: list[exp.Expr] = []
    for name, inner in type_.fields:
        part = exp.StructExtract(this=value.copy(), expression=sql.text(name))
        field = _converted(given, node, Resolved(inner, part), STRING)
        parts += [sql.text(form.delimiter)] if parts else []
        parts.append(exp.Coalesce(this=_quoted(form, field), expressions=[sql.text(form.null or "")]))
    return concatenated(parts)


def _quoted(form: Delimited, field: exp.Expr) -> exp.Expr:
    """Return a field, quoted where it holds what would be read as something else."""
    if not form.quote:
        return field
    special = "|".join(re.escape(mark) for mark in (form.delimiter, form.quote, "\n", "\r"))
    doubled = exp.Replace(this=field.copy(), expression=sql.text(form.quote), replacement=sql.text(form.quote * 2))
    whole = concatenated([sql.text(form.quote), doubled, sql.text(form.quote)])
    return sql.case([(exp.RegexpLike(this=field.copy(), expression=sql.text(special)), whole)], field)


def _converted(given: Given, node: Node, value: Resolved, type_: DataType) -> exp.Expr:
    try:
        return convert(value, type_)
    except Refused as refused:
        raise given.refuse(refused.code, refused.message, node, refused.cure) from refused


def _fields(form: Delimited, line: exp.Expr) -> exp.Expr:
    if not form.quote or len(form.delimiter) > 1:
        return exp.Anonymous(this="string_split", expressions=[line, sql.text(form.delimiter)])
    # A delimiter before the first field too, so that every match takes one.
    led = exp.DPipe(this=sql.text(form.delimiter), expression=line)
    d, q = re.escape(form.delimiter), re.escape(form.quote)
    pattern = f"{d}({q}(?:[^{q}]|{q}{q})*{q}|[^{d}]*)"
    return exp.Anonymous(this="regexp_extract_all", expressions=[led, sql.text(pattern), sql.number(1)])


def _unquoted(form: Delimited, part: exp.Expr) -> exp.Expr:
    if not form.quote:
        return part
    quoted = exp.Anonymous(this="starts_with", expressions=[part.copy(), sql.text(form.quote)])
    length = exp.Sub(this=exp.Length(this=part.copy()), expression=sql.number(2))
    inner = exp.Substring(this=part.copy(), start=sql.number(2), length=length)
    plain = exp.Anonymous(this="replace", expressions=[inner, sql.text(form.quote * 2), sql.text(form.quote)])
    return exp.Case(ifs=[exp.If(this=quoted, true=plain)], default=part)
