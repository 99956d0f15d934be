"""Parse: a new column with the parts of a text: JSON, XML or delimited. What is not of the form becomes null."""

from __future__ import annotations

import json

from sqlglot import exp

from headwater.data.types import BINARY, STRING, Array, DataType
from headwater.language.dataflow.ast import Assignment, Cast, Expr, MapLiteral
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.scope import Resolved
from headwater.language.expression.ast import Json
from headwater.transformations.arguments import text
from headwater.transformations.constant import constant
from headwater.transformations.defined import define
from headwater.transformations.delimited import OPTIONS, read_delimited
from headwater.transformations.derive import derived
from headwater.transformations.expression import resolve_value
from headwater.transformations.json_shape import json_shape, read_json
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
    form = (text(given, "format") or "json").lower()
    if form == "json":
        tree = _of_json(raw, type_, lines=(text(given, "documentForm") or "").lower() == "documentperline")
    elif form == "xml":
        tree = _of_xml(given, raw, type_)
    else:
        tree = read_delimited(given, expr, raw, type_)
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
    branches = [(_is_valid(value.copy()), read_json(whole, type_))]
    if lines:
        branches.append((_is_valid(by_line), read_json(by_line.copy(), type_)))
    return sql.case(branches)


def _is_valid(value: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="json_valid", expressions=[value])


def _is_list(value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.Anonymous(this="json_type", expressions=[value.copy()]), expression=sql.text("ARRAY"))


def _between(before: str, value: exp.Expr, after: str) -> exp.Expr:
    return exp.DPipe(this=exp.DPipe(this=sql.text(before), expression=value), expression=sql.text(after))


def _of_xml(given: Given, value: exp.Expr, type_: DataType) -> exp.Expr:
    """Return an XML text as a value, whose root is the one member of it; null where it is no XML."""
    prefixes = sql.text(json.dumps(namespace_prefixes(given), sort_keys=True))
    document = sql.vectorized("xml_to_json", value, sql.text(json_shape(type_)), prefixes)
    return sql.case([(sql.is_not_null(document), read_json(document.copy(), type_))])


def namespace_prefixes(given: Given) -> dict[str, Json]:
    """Return the prefixes that namespaces get. Raises LanguageError for what is no map of texts."""
    option = given.statement.option("namespacePrefixes")
    if option is None:
        return {}
    if isinstance(option.value, MapLiteral):
        pairs = [
            (constant(given.names, k, given.source), constant(given.names, v, given.source))
            for k, v in option.value.entries
        ]
        if all(isinstance(part, str) for pair in pairs for part in pair):
            return {str(uri): prefix for uri, prefix in pairs}
    cure = "Write namespacePrefixes: ['http://example.com' -> 'e']."
    raise given.refuse("LNG-063", "'namespacePrefixes' is no map from namespaces to prefixes", option, cure)


PARSE = Transformation(
    verb="parse",
    compile=_compile,
    options=dict.fromkeys((*OPTIONS, "namespacePrefixes", "namespaces"))
    | {
        "documentForm": frozenset({"arrayofdocuments", "documentperline", "singledocument"}),
        "format": frozenset({"delimited", "json", "xml"}),
        "unquotedColumnNames": frozenset({"false"}),
        "validationMode": frozenset({"none"}),
    },
    keeps_rows=True,
)
