"""XML texts as JSON of a declared shape, and JSON as XML.

An attribute is a member `@name`; an element that has attributes or elements keeps its own text as `_value_`. An
element stands by the name that the document gives it, its prefix too. Nothing is fetched, and a text that is no XML, or
that uses entities of its own, is null.
"""

from __future__ import annotations

import functools
import json
import re
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from headwater.language.dataflow.functions.vectorized.function import Vectorized
from headwater.language.expression.ast import Json

# What it says of its encoding is of the file that the text was, not of the text.
_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")
_ATTRIBUTE = "@"
_TEXT = "_value_"


def read(text: str, shape: str, prefixes: str) -> str | None:
    """Return the document as JSON of a shape such as `{"a": ["TEXT"]}`, in which a leaf is any text.

    `prefixes` is a JSON object from namespaces to the prefixes that they get.
    """
    parser = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False, remove_comments=True)
    try:
        root = etree.fromstring(_DECLARATION.sub("", text.strip()).encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if any(True for _ in root.iter(etree.Entity)):
        return None
    named = _parsed(prefixes)
    value = _document(root, _parsed(shape), named if isinstance(named, dict) else {})
    return json.dumps(value, ensure_ascii=False)


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> Json:
    value: Json = json.loads(text)
    return value


def _document(root: etree._Element, shape: Json, prefixes: dict[str, Json]) -> Json:
    """Return the root under its name, or in a list where the shape is one."""
    if isinstance(shape, list):
        return [_document(root, shape[0], prefixes)]
    if not isinstance(shape, dict):
        return _value(root, shape, prefixes)
    name = _name(root, prefixes)
    return {name: _values([root], shape[name], prefixes)} if name in shape else {}


def _values(elements: list[etree._Element], shape: Json, prefixes: dict[str, Json]) -> Json:
    """Return elements of one name: all of them where a list is wanted, else the first."""
    if isinstance(shape, list):
        return [_value(element, shape[0], prefixes) for element in elements]
    return _value(elements[0], shape, prefixes)


def _value(element: etree._Element, shape: Json, prefixes: dict[str, Json]) -> Json:
    own = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    if not isinstance(shape, dict):
        return own or None
    members: dict[str, Json] = {}
    for name, inner in shape.items():
        if name.startswith(_ATTRIBUTE):
            members[name] = _attribute(element, name.removeprefix(_ATTRIBUTE), prefixes)
        elif name.rpartition(":")[2] == _TEXT:
            members[name] = own or None
        elif found := [child for child in element.iterchildren("*") if _name(child, prefixes) == name]:
            members[name] = _values(found, inner, prefixes)
    return members


def _name(element: etree._Element, prefixes: dict[str, Json]) -> str:
    return _spelled(etree.QName(element), element.prefix, prefixes)


def _spelled(name: etree.QName, prefix: str | None, prefixes: dict[str, Json]) -> str:
    given = prefixes.get(name.namespace or "", prefix)
    return f"{given}:{name.localname}" if given else name.localname


def _attribute(element: etree._Element, wanted: str, prefixes: dict[str, Json]) -> str | None:
    known = {uri: prefix for prefix, uri in element.nsmap.items()}
    for key, text in element.attrib.items():
        name = etree.QName(key)
        if _spelled(name, known.get(name.namespace or ""), prefixes) == wanted:
            return str(text)
    return None


def write(text: str) -> str:
    """Return a JSON object of one member as an XML document."""
    document = json.loads(text)
    return "".join(_written(name, value) for name, value in document.items())


def _written(name: str, value: Json) -> str:
    match value:
        case list():
            return "".join(_written(name, item) for item in value)
        case dict():
            own = "".join(_plain(item) for key, item in value.items() if key.rpartition(":")[2] == _TEXT)
            attributes = "".join(
                f" {key.removeprefix(_ATTRIBUTE)}={quoteattr(_unquoted(item))}"
                for key, item in value.items()
                if key.startswith(_ATTRIBUTE)
            )
            inner = "".join(
                _written(key, item)
                for key, item in value.items()
                if not key.startswith(_ATTRIBUTE) and key.rpartition(":")[2] != _TEXT
            )
            return f"<{name}{attributes}>{own}{inner}</{name}>"
        case _:
            return f"<{name}>{_plain(value)}</{name}>"


def _plain(value: Json) -> str:
    return escape(_unquoted(value))


def _unquoted(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


FUNCTIONS: tuple[Vectorized, ...] = (
    Vectorized("json_to_xml", ("VARCHAR",), "VARCHAR", write),
    Vectorized("xml_to_json", ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR", read),
)
