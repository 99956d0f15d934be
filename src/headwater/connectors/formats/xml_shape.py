"""What an XML document looks like as data: objects, lists and texts, as JSON has them.

An attribute is a field `@name`. An element that is there more than once beside itself is a list, everywhere in the
document. An element with attributes or children keeps its own text as `_value_`. Separate from `xml.py`, because it is
pure: elements in, types and values out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa
from lxml import etree

Value: TypeAlias = "None | bool | int | float | str | list[Value] | dict[str, Value]"

_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})\Z")
_DOUBLE = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?\Z")
_BOOLEAN = re.compile(r"(?:true|false)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Naming:
    """How fields are called. `prefixes` go by namespace; without one, names are as the document spells them."""

    namespaces: bool
    prefixes: Mapping[str, str]
    null_value: str

    def element(self, element: etree._Element) -> str:
        return self._named(etree.QName(element), element.prefix, "")

    def value(self, element: etree._Element) -> str:
        """Return the name of the field that holds an element's own text; it has the element's prefix."""
        prefix, colon, _ = self.element(element).rpartition(":")
        return f"{prefix}{colon}_value_"

    def attributes(self, element: etree._Element) -> Iterator[tuple[str, str | None]]:
        """Yield names and texts of attributes; the declarations of namespaces only if those mean nothing here."""
        if not self.namespaces:
            parent = element.getparent()
            known = parent.nsmap if parent is not None else {}
            for prefix, uri in element.nsmap.items():
                if known.get(prefix) != uri:
                    yield f"@xmlns:{prefix}" if prefix else "@xmlns", uri
        prefixes = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
        for key, text in element.attrib.items():
            name = etree.QName(key)
            prefix = prefixes.get(name.namespace) if name.namespace else None
            yield self._named(name, prefix, "@"), self.text(str(text))

    def text(self, text: str | None) -> str | None:
        """Return a text, or null for what stands for it."""
        text = (text or "").strip()
        return None if not text or text == self.null_value else text

    def _named(self, name: etree.QName, prefix: str | None, mark: str) -> str:
        if self.namespaces and name.namespace and name.namespace in self.prefixes:
            prefix = self.prefixes[name.namespace]
        return f"{prefix}:{mark}{name.localname}" if prefix else f"{mark}{name.localname}"


@dataclass(slots=True)
class Shape:
    """What all elements on one path have in common; filled in while the document is walked."""

    fields: dict[str, Shape] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    """Kinds of texts that were seen: integer, double, boolean, string."""
    repeated: bool = False
    own: str = ""
    """Name of the field of an element's own text, if some element has both text and fields."""

    def type(self, detect: bool) -> pa.DataType:
        """Return the type of the values of this path."""
        inner = self._object(detect) if self.fields else self._text(detect)
        return pa.list_(inner) if self.repeated else inner

    def _object(self, detect: bool) -> pa.DataType:
        members = [(name, shape.type(detect)) for name, shape in self.fields.items()]
        if self.texts:
            members.append((self.own, self._text(detect)))
        return pa.struct(members)

    def _text(self, detect: bool) -> pa.DataType:
        return _ARROW[self.kind(detect)]

    def kind(self, detect: bool) -> str:
        """Return the one kind that holds all texts."""
        if not detect or not self.texts:
            return "string"
        if self.texts <= {"integer", "double"}:
            return "double" if "double" in self.texts else "integer"
        return next(iter(self.texts)) if len(self.texts) == 1 else "string"


_ARROW: Mapping[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "double": pa.float64(),
    "integer": pa.int64(),
    "string": pa.string(),
}


def shape_of(element: etree._Element, naming: Naming, shape: Shape) -> None:
    """Take note of an element and all below it."""
    for name, text in naming.attributes(element):
        _note(shape.fields.setdefault(name, Shape()), text)
    for name, count in Counter(naming.element(child) for child in element).items():
        inner = shape.fields.setdefault(name, Shape())
        inner.repeated = inner.repeated or count > 1
    for child in element:
        shape_of(child, naming, shape.fields[naming.element(child)])
    shape.own = naming.value(element)
    _note(shape, naming.text(_own_text(element)))


def _note(shape: Shape, text: str | None) -> None:
    if text is None:
        return
    kinds = (("integer", _INTEGER), ("double", _DOUBLE), ("boolean", _BOOLEAN))
    shape.texts.add(next((kind for kind, pattern in kinds if pattern.match(text)), "string"))


def value_of(element: etree._Element, naming: Naming, shape: Shape, detect: bool) -> Value:
    """Return an element as a value of its path's type, less the list around it."""
    text = _typed(naming.text(_own_text(element)), shape.kind(detect))
    if not shape.fields:
        return text
    value: dict[str, Value] = {
        name: _typed(found, shape.fields[name].kind(detect)) for name, found in naming.attributes(element)
    }
    for child in element:
        name = naming.element(child)
        inner = shape.fields[name]
        item = value_of(child, naming, inner, detect)
        if not inner.repeated:
            value[name] = item
        else:
            items = value.setdefault(name, [])
            assert isinstance(items, list), "a repeated element is a list"
            items.append(item)
    if text is not None:
        value[shape.own] = text
    return value


def _own_text(element: etree._Element) -> str:
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _typed(text: str | None, kind: str) -> Value:
    if text is None or kind == "string":
        return text
    if kind == "boolean":
        return text.lower() == "true"
    return int(text) if kind == "integer" else float(text)
