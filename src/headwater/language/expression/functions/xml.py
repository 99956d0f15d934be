"""XML functions. An XML value is its text; `json` knows it by its first character."""

from __future__ import annotations

import xml.dom.minidom as dom

from headwater.language.expression.ast import Json
from headwater.language.expression.functions.function import Arguments, Function
from headwater.language.expression.xml_text import XmlError, node_text, parse_xml, xml_from_json
from headwater.language.expression.xpath.evaluate import evaluate_xpath
from headwater.language.expression.xpath.tree import XPathError

_XML_CURE = "Pass text that starts with an element, or an object with one property."


def _xml(args: Arguments) -> Json:
    value = args.value(0)
    try:
        if isinstance(value, dict):
            return xml_from_json(value)
        text = args.text(0).strip()
        parse_xml(text)
    except XmlError as error:
        raise args.refuse(0, str(error), _XML_CURE) from None
    return text


def _xpath(args: Arguments) -> Json:
    try:
        document = parse_xml(args.text(0))
    except XmlError as error:
        raise args.refuse(0, str(error), _XML_CURE) from None
    try:
        result = evaluate_xpath(document, args.text(1))
    except XPathError as error:
        raise args.refuse(1, str(error), "Write an XPath 1.0 expression, for example '/root/item/name'.") from None
    if isinstance(result, list):
        return [node_text(_rooted(node)) for node in result]
    if isinstance(result, float) and result.is_integer():
        return int(result)
    return result


def _rooted(node: dom.Node) -> dom.Node:
    root = node.documentElement if isinstance(node, dom.Document) else None
    return root if root is not None else node


FUNCTIONS: tuple[Function, ...] = (
    Function("xml", "xml(value)", 1, 1, _xml, "Return text or an object as XML."),
    Function("xpath", "xpath(xml, path)", 2, 2, _xpath, "Return the nodes as an array, or the value, of an XPath."),
)
