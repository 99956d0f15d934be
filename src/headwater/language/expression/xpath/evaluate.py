"""The value of an XPath expression on a document."""

from __future__ import annotations

import math
import operator
import xml.dom.minidom as dom
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from headwater.language.expression.xpath.functions import (
    FUNCTIONS,
    OF_CONTEXT,
    Nodes,
    Result,
    as_nodes,
    string_value,
    to_boolean,
    to_number,
)
from headwater.language.expression.xpath.parser import parse_xpath
from headwater.language.expression.xpath.tree import (
    Constant,
    Expr,
    FunctionCall,
    Negation,
    Operation,
    Path,
    Step,
    XPathError,
)


@dataclass(frozen=True, slots=True)
class _Context:
    node: dom.Node
    position: int = 1
    size: int = 1


def evaluate_xpath(document: dom.Document, path: str) -> Result:
    """Return nodes in document order, a string, a number or a boolean. Raises XPathError."""
    return _Evaluator(document).value(parse_xpath(path), _Context(document))


class _Evaluator:
    def __init__(self, document: dom.Document) -> None:
        self._document = document
        self._order = {id(node): index for index, node in enumerate(_everything(document))}

    def value(self, tree: Expr, context: _Context) -> Result:
        match tree:
            case Constant(value):
                return value
            case Negation(operand):
                return -to_number(self.value(operand, context))
            case FunctionCall():
                return self._call(tree, context)
            case Path():
                return self._path(tree, context)
            case Operation():
                return self._operation(tree, context)

    def _operation(self, tree: Operation, context: _Context) -> Result:
        left = self.value(tree.left, context)
        if tree.operator in {"and", "or"}:
            if to_boolean(left) == (tree.operator == "or"):
                return tree.operator == "or"
            return to_boolean(self.value(tree.right, context))
        right = self.value(tree.right, context)
        if tree.operator == "|":
            return self._sorted([*as_nodes(left), *as_nodes(right)])
        if tree.operator in _COMPARISONS:
            return _compare(tree.operator, left, right)
        return _ARITHMETIC[tree.operator](to_number(left), to_number(right))

    def _call(self, call: FunctionCall, context: _Context) -> Result:
        if call.name in {"last", "position"} and not call.args:
            return float(context.size if call.name == "last" else context.position)
        if call.name not in FUNCTIONS:
            raise XPathError(f"there is no function '{call.name}' in XPath 1.0 that is supported")
        least, most, code = FUNCTIONS[call.name]
        args = [self.value(arg, context) for arg in call.args]
        if not args and call.name in OF_CONTEXT:
            args = [[context.node]]
        if not least <= len(args) <= most:
            raise XPathError(f"'{call.name}' does not take {len(args)} arguments")
        return code(args)

    def _path(self, path: Path, context: _Context) -> Result:
        if path.start is not None:
            nodes = as_nodes(self.value(path.start, context))
            for predicate in path.start_predicates:
                nodes = self._filtered(nodes, predicate)
        else:
            nodes = [self._document if path.absolute else context.node]
        for step in path.steps:
            nodes = self._sorted([found for node in nodes for found in self._step(node, step)])
        return nodes

    def _step(self, node: dom.Node, step: Step) -> Nodes:
        found = [other for other in _AXES[step.axis](node) if _matches(other, step)]
        for predicate in step.predicates:
            found = self._filtered(found, predicate)
        return found

    def _filtered(self, nodes: Nodes, predicate: Expr) -> Nodes:
        kept: Nodes = []
        for position, node in enumerate(nodes, 1):
            result = self.value(predicate, _Context(node, position, len(nodes)))
            if result == position if isinstance(result, float) else to_boolean(result):
                kept.append(node)
        return kept

    def _sorted(self, nodes: Nodes) -> Nodes:
        return sorted({id(node): node for node in nodes}.values(), key=lambda node: self._order[id(node)])


def _everything(node: dom.Node) -> Iterator[dom.Node]:
    yield node
    yield from _attributes(node)
    for child in node.childNodes:
        yield from _everything(child)


def _attributes(node: dom.Node) -> Nodes:
    if not isinstance(node, dom.Element):
        return []
    attributes = [node.attributes.item(index) for index in range(node.attributes.length)]
    return [a for a in attributes if a is not None and (a.nodeName or "").partition(":")[0] != "xmlns"]


def _parent(node: dom.Node) -> Nodes:
    owner = node.ownerElement if isinstance(node, dom.Attr) else node.parentNode
    return [owner] if owner is not None else []


def _ancestors(node: dom.Node) -> Nodes:
    above = _parent(node)
    return [*above, *_ancestors(above[0])] if above else []


def _descendants(node: dom.Node) -> Nodes:
    return [found for child in node.childNodes for found in (child, *_descendants(child))]


def _siblings(node: dom.Node, *, after: bool) -> Nodes:
    found: Nodes = []
    other = node.nextSibling if after else node.previousSibling
    while other is not None:
        found.append(other)
        other = other.nextSibling if after else other.previousSibling
    return found


def _beyond(node: dom.Node, *, after: bool) -> Nodes:
    """Return what follows or precedes a node and is no ancestor or descendant, nearest first."""
    found: Nodes = []
    for start in (node, *_ancestors(node)):
        for other in _siblings(start, after=after):
            below = [other, *_descendants(other)]
            found.extend(below if after else reversed(below))
    return found


_AXES: dict[str, Callable[[dom.Node], Nodes]] = {
    "ancestor": _ancestors,
    "ancestor-or-self": lambda node: [node, *_ancestors(node)],
    "attribute": _attributes,
    "child": lambda node: list(node.childNodes),
    "descendant": _descendants,
    "descendant-or-self": lambda node: [node, *_descendants(node)],
    "following": lambda node: _beyond(node, after=True),
    "following-sibling": lambda node: _siblings(node, after=True),
    "parent": _parent,
    "preceding": lambda node: _beyond(node, after=False),
    "preceding-sibling": lambda node: _siblings(node, after=False),
    "self": lambda node: [node],
}


def _matches(node: dom.Node, step: Step) -> bool:
    match step.test:
        case "node()":
            return True
        case "text()":
            return node.nodeType in {node.TEXT_NODE, node.CDATA_SECTION_NODE}
        case "comment()":
            return node.nodeType == node.COMMENT_NODE
    principal = node.ATTRIBUTE_NODE if step.axis == "attribute" else node.ELEMENT_NODE
    if node.nodeType != principal:
        return False
    # A name without a prefix is a name in no namespace, as in XPath 1.0.
    return step.test == "*" or (node.nodeName == step.test and not node.namespaceURI)


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}


def _compare(sign: str, left: Result, right: Result) -> bool:
    """Compare as XPath does: node sets by any of their nodes, then as booleans, numbers or strings."""
    if isinstance(left, bool) or isinstance(right, bool):
        return _COMPARISONS[sign](float(to_boolean(left)), float(to_boolean(right)))
    if isinstance(left, list):
        return any(_compare(sign, string_value(node), right) for node in left)
    if isinstance(right, list):
        return any(_compare(sign, left, string_value(node)) for node in right)
    if sign in {"=", "!="} and isinstance(left, str) and isinstance(right, str):
        return (left == right) == (sign == "=")
    return _COMPARISONS[sign](to_number(left), to_number(right))


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "*": operator.mul,
    "+": operator.add,
    "-": operator.sub,
    "div": lambda a, b: a / b if b else (math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)),
    "mod": lambda a, b: math.fmod(a, b) if b else math.nan,
}
