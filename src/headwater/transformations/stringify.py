"""Stringify: a new column with a value as text: JSON, XML or delimited.

JSON and XML leave out members that are null, as the original does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from headwater.data.types import STRING, Array, DataType, Map, Struct
from headwater.language.dataflow.ast import Assignment, Cast, Expr
from headwater.language.dataflow.functions import sql
from headwater.language.dataflow.functions.json_text import json_text
from headwater.language.dataflow.scope import Resolved
from headwater.transformations.arguments import text
from headwater.transformations.defined import define
from headwater.transformations.delimited import OPTIONS, write_delimited
from headwater.transformations.derive import derived
from headwater.transformations.expression import resolve_value
from headwater.transformations.protocol import Given, Outcome, Transformation
from headwater.transformations.scope import StreamScope

_NAME = re.compile(r"@?(?:[^\W\d][\w.-]*:)?[^\W\d][\w.-]*")


def _compile(given: Given) -> Outcome:
    for argument in given.statement.args:
        if isinstance(argument, Assignment) and not (
            isinstance(argument.value, Cast) and argument.value.type == STRING
        ):
            cure = "Write stringify(text = value ? string, format: 'json')."
            raise given.refuse("LNG-064", f"'{given.written(argument)}' is not made a string", argument, cure)
    return derived(given, lambda scope: define(given, scope, _resolve))


def _resolve(given: Given, scope: StreamScope, expr: Expr) -> Resolved:
    value = resolve_value(given, scope, expr.base if isinstance(expr, Cast) else expr)
    form = (text(given, "format") or "json").lower()
    if form == "json":
        made = json_text(value.sql, value.type)
    elif form == "xml":
        made = _xml(given, expr, value)
    else:
        made = write_delimited(given, expr, value.sql, value.type)
    references = tuple(
        r
        if r.kind == "INDIRECT" or r.subtype == "AGGREGATION"
        else type(r)(r.stream, r.column, r.kind, "TRANSFORMATION")
        for r in value.references
    )
    return Resolved(STRING, made, references, nondeterministic=value.nondeterministic, text=value.text)


def _xml(given: Given, node: Expr, value: Resolved) -> exp.Expr:
    """Return a structure of one member, the root, as an XML document."""
    cure = "Give it @(root = value), of members whose names are names of elements, or '@' and a name for attributes."
    if not (isinstance(value.type, Struct) and len(value.type.fields) == 1 and _is_root(value.type.fields[0])):
        raise given.refuse("LNG-077", f"XML has one root, {value.type} is none", node, cure)
    wrong = [name for name in _names(value.type) if not _NAME.fullmatch(name)]
    if wrong:
        raise given.refuse("LNG-077", f"'{wrong[0]}' is no name of an element", node, cure)
    return sql.vectorized("json_to_xml", json_text(value.sql, value.type))


def _is_root(field: tuple[str, DataType]) -> bool:
    name, type_ = field
    return not (name.startswith("@") or isinstance(type_, Array | Map))


def _names(type_: DataType) -> Iterator[str]:
    match type_:
        case Struct(fields):
            for name, inner in fields:
                yield name
                yield from _names(inner)
        case Array(item) | Map(_, item):
            yield from _names(item)


STRINGIFY = Transformation(
    verb="stringify",
    compile=_compile,
    options=dict.fromkeys(OPTIONS) | {"format": frozenset({"delimited", "json", "xml"})},
    keeps_rows=True,
)
