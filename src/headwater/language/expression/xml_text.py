"""XML as the service's functions see it: text in, a checked document, JSON in Json.NET's convention, text out."""

from __future__ import annotations

import xml.dom.minidom as dom
import xml.parsers.expat
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from headwater.language.expression.ast import Json
from headwater.language.expression.functions.text import text_from

_Object: TypeAlias = dict[str, Json]
MAX_DEPTH = 200


class XmlError(ValueError):
    """The text is not XML, or the JSON has no counterpart in XML; the message says why."""


def parse_xml(text: str) -> dom.Document:
    """Return the document. Raises XmlError; also for a document type declaration, which could name other files."""
    parser = xml.parsers.expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    depth = _Depth()
    parser.StartElementHandler = depth.down
    parser.EndElementHandler = depth.up
    data = text.strip().encode()
    try:
        parser.Parse(data, True)
        # The first pass has refused every declaration of entities, so nothing expands here.
        return dom.parseString(data)  # noqa: S318
    except xml.parsers.expat.ExpatError as error:
        why = xml.parsers.expat.ErrorString(error.code)
        raise XmlError(f"the text is not XML: {why}, line {error.lineno}, column {error.offset + 1}") from None


class _Depth:
    """Counts open elements, because the tree is walked by recursion."""

    def __init__(self) -> None:
        self._open = 0

    def down(self, _name: str, _attributes: dict[str, str]) -> None:
        self._open += 1
        if self._open > MAX_DEPTH:
            raise XmlError(f"the XML is nested deeper than {MAX_DEPTH} elements")

    def up(self, _name: str) -> None:
        self._open -= 1


def _refuse_doctype(*_: object) -> None:
    raise XmlError("document type declarations are not read")


def node_text(node: dom.Node) -> str:
    """Return a node as text: an element with the namespaces that it stands in, an attribute as `name="value"`."""
    if isinstance(node, dom.Attr):
        return f"{node.name}={quoteattr(node.value)}"
    if node.nodeType in {node.TEXT_NODE, node.CDATA_SECTION_NODE}:
        return node.nodeValue or ""
    if not isinstance(node, dom.Element):
        return str(node.toxml())
    copy = node.cloneNode(deep=True)
    assert copy is not None, "an element has a copy"
    for name, uri in _inherited_namespaces(node).items():
        if not copy.hasAttribute(name):
            copy.setAttribute(name, uri)
    return str(copy.toxml())


def _inherited_namespaces(element: dom.Element) -> dict[str, str]:
    """Return the `xmlns` attributes of what is above, those that the element's own names need."""
    prefixes = {
        e.nodeName.partition(":")[0] for e in (element, *element.getElementsByTagName("*")) if ":" in e.nodeName
    }
    wanted = {"xmlns", *(f"xmlns:{prefix}" for prefix in prefixes)}
    found: dict[str, str] = {}
    above = element.parentNode
    while isinstance(above, dom.Element):
        for name in wanted - found.keys():
            if above.hasAttribute(name):
                found[name] = above.getAttribute(name)
        above = above.parentNode
    return found


def json_from_xml(document: dom.Document) -> Json:
    """Return Json.NET's form: `@` before attributes, `#text` beside them, arrays for repeated names.

    An element without content is null, also where it is written with two tags.
    """
    found: _Object = {}
    if document.version:
        found["?xml"] = {
            "@version": document.version,
            **({"@encoding": document.encoding} if document.encoding else {}),
        }
    root = document.documentElement
    if root is not None:
        found[root.nodeName] = _element_json(root)
    return found


def _element_json(element: dom.Element) -> Json:
    members: _Object = {f"@{name}": value for name, value in element.attributes.items()}
    text = ""
    for child in element.childNodes:
        if isinstance(child, dom.Element):
            _add(members, child.nodeName, _element_json(child))
        elif child.nodeType in {child.TEXT_NODE, child.CDATA_SECTION_NODE}:
            text += child.nodeValue or ""
    if not members:
        return text if text.strip() else None
    if text.strip():
        members["#text"] = text
    return members


def _add(members: _Object, name: str, value: Json) -> None:
    if name not in members:
        members[name] = value
        return
    present = members[name]
    members[name] = [*present, value] if isinstance(present, list) else [present, value]


def xml_from_json(json: Json) -> str:
    """Return the text of an object with one root. Raises XmlError."""
    members = dict(json) if isinstance(json, dict) else {}
    declaration = members.pop("?xml", None)
    if len(members) != 1:
        raise XmlError("XML has exactly one root, so the object must have exactly one property")
    ((name, value),) = members.items()
    if isinstance(value, list):
        raise XmlError("the root of XML cannot be an array")
    text = _element_text(name, value)
    parse_xml(text)
    version = declaration.get("@version") if isinstance(declaration, dict) else None
    return f'<?xml version="{version}"?>{text}' if isinstance(version, str) else text


def _element_text(name: str, value: Json) -> str:
    if isinstance(value, list):
        return "".join(_element_text(name, item) for item in value)
    if not isinstance(value, dict):
        content = _scalar(value)
        return f"<{name}>{content}</{name}>" if value is not None else f"<{name} />"
    attributes = "".join(f" {k[1:]}={quoteattr(_plain(v))}" for k, v in value.items() if k.startswith("@"))
    content = _scalar(value.get("#text")) + "".join(
        _element_text(k, v) for k, v in value.items() if not k.startswith("@") and k != "#text"
    )
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes} />"


def _plain(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else text_from(value)


def _scalar(value: Json) -> str:
    return escape(_plain(value))
