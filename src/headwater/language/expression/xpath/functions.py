"""Values of XPath and the functions of its core library."""

from __future__ import annotations

import math
import xml.dom.minidom as dom
from collections.abc import Callable
from typing import TypeAlias

from headwater.language.expression.functions.text import number_text
from headwater.language.expression.xpath.tree import XPathError

Nodes: TypeAlias = list[dom.Node]
Result: TypeAlias = "Nodes | str | float | bool"


def string_value(node: dom.Node) -> str:
    """Return the text of a node: of an element all text below it."""
    if node.nodeType in {node.TEXT_NODE, node.CDATA_SECTION_NODE, node.COMMENT_NODE, node.ATTRIBUTE_NODE}:
        return node.nodeValue or ""
    kinds = {node.TEXT_NODE, node.CDATA_SECTION_NODE, node.ELEMENT_NODE}
    return "".join(string_value(child) for child in node.childNodes if child.nodeType in kinds)


def to_string(result: Result) -> str:
    match result:
        case bool():
            return "true" if result else "false"
        case float():
            return number_text(result) if math.isfinite(result) else str(result).replace("nan", "NaN")
        case str():
            return result
        case _:
            return string_value(result[0]) if result else ""


def to_number(result: Result) -> float:
    match result:
        case bool() | float():
            return float(result)
        case _:
            try:
                return float(to_string(result))
            except ValueError:
                return math.nan


def to_boolean(result: Result) -> bool:
    if isinstance(result, float):
        return result != 0 and not math.isnan(result)
    return bool(result)


def as_nodes(result: Result) -> Nodes:
    """Return a node set. Raises XPathError for any other value."""
    if not isinstance(result, list):
        raise XPathError("a path is expected where there is another value")
    return result


def _substring(args: list[Result]) -> Result:
    text, start = to_string(args[0]), to_number(args[1])
    end = start + to_number(args[2]) if len(args) > 2 else math.inf
    first, last = math.floor(start + 0.5), end if math.isinf(end) else math.floor(end + 0.5)
    return "".join(char for position, char in enumerate(text, 1) if first <= position < last)


def _translate(args: list[Result]) -> Result:
    text, old, new = (to_string(arg) for arg in args)
    table = {ord(char): (new[i] if i < len(new) else None) for i, char in reversed(list(enumerate(old)))}
    return text.translate(table)


def _part(args: list[Result], *, before: bool) -> str:
    head, found, tail = to_string(args[0]).partition(to_string(args[1]))
    return "" if not found else (head if before else tail)


def _name(args: list[Result], attribute: str) -> str:
    nodes = as_nodes(args[0])
    if not nodes or nodes[0].nodeType not in {dom.Node.ELEMENT_NODE, dom.Node.ATTRIBUTE_NODE}:
        return ""
    return str(getattr(nodes[0], attribute) or "")


# Name → least and most number of arguments, and the code.
FUNCTIONS: dict[str, tuple[int, int, Callable[[list[Result]], Result]]] = {
    "boolean": (1, 1, lambda args: to_boolean(args[0])),
    "ceiling": (1, 1, lambda args: float(math.ceil(to_number(args[0])))),
    "concat": (2, 100, lambda args: "".join(map(to_string, args))),
    "contains": (2, 2, lambda args: to_string(args[1]) in to_string(args[0])),
    "count": (1, 1, lambda args: float(len(as_nodes(args[0])))),
    "false": (0, 0, lambda _: False),
    "floor": (1, 1, lambda args: float(math.floor(to_number(args[0])))),
    "local-name": (1, 1, lambda args: _name(args, "localName")),
    "name": (1, 1, lambda args: _name(args, "nodeName")),
    "namespace-uri": (1, 1, lambda args: _name(args, "namespaceURI")),
    "normalize-space": (1, 1, lambda args: " ".join(to_string(args[0]).split())),
    "not": (1, 1, lambda args: not to_boolean(args[0])),
    "number": (1, 1, lambda args: to_number(args[0])),
    "round": (1, 1, lambda args: float(math.floor(to_number(args[0]) + 0.5))),
    "starts-with": (2, 2, lambda args: to_string(args[0]).startswith(to_string(args[1]))),
    "string": (1, 1, lambda args: to_string(args[0])),
    "string-length": (1, 1, lambda args: float(len(to_string(args[0])))),
    "substring": (2, 3, _substring),
    "substring-after": (2, 2, lambda args: _part(args, before=False)),
    "substring-before": (2, 2, lambda args: _part(args, before=True)),
    "sum": (1, 1, lambda args: float(sum(to_number(string_value(node)) for node in as_nodes(args[0])))),
    "translate": (3, 3, _translate),
    "true": (0, 0, lambda _: True),
}

OF_CONTEXT: tuple[str, ...] = (
    "local-name",
    "name",
    "namespace-uri",
    "normalize-space",
    "number",
    "string",
    "string-length",
)
"""Functions that take the context node where no argument is given."""
