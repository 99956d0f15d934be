"""Xml: a document a file, read as the one row that its root is. Only a source, as in the original.

A document is read whole, because what its elements are (one or many, a text or an object) is known only at its end.
Entities that a document declares are refused, and nothing is fetched from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO, NoReturn

import pyarrow as pa
from lxml import etree

from headwater.connectors.formats.encodings import option_encoding
from headwater.connectors.formats.malformed import malformed, malformed_as, not_written
from headwater.connectors.formats.options import option_codec, option_flag, option_text
from headwater.connectors.formats.recoding import Recoding
from headwater.connectors.formats.xml_shape import Naming, Shape, shape_of, value_of
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

_KINDS = (etree.LxmlError, OSError, ValueError, pa.ArrowException)


@dataclass(frozen=True, slots=True)
class Xml:
    """Options of one dataset and of how it is read. `prefixes` are pairs of a namespace and the prefix it gets."""

    namespaces: bool = True
    prefixes: tuple[tuple[str, str], ...] = ()
    detect_types: bool = True
    null_value: str = ""
    encoding: str = ""
    codec: str = "none"

    @property
    def name(self) -> str:
        return "Xml"

    @property
    def extension(self) -> str:
        return ".xml"

    @property
    def is_whole(self) -> bool:
        return True

    @property
    def has_names(self) -> bool:
        return True

    def plain(self) -> tuple[Xml, Recoding | None]:
        return (self, None) if self.codec == "none" else (replace(self, codec="none"), Recoding(self.codec))

    def read(self, file: BinaryIO, what: str) -> pa.RecordBatchReader:
        parser = etree.XMLParser(
            encoding=self.encoding or None,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
            resolve_entities=False,
        )
        with malformed_as(_KINDS, what, self.name):
            root = etree.parse(file, parser).getroot()
        if any(True for _ in root.iter(etree.Entity)):
            raise malformed(what, self.name, "it uses entities of its own, which are not looked up")
        naming = Naming(self.namespaces, dict(self.prefixes), self.null_value)
        shape = Shape()
        shape_of(root, naming, shape)
        with malformed_as(_KINDS, what, self.name):
            column = pa.array([value_of(root, naming, shape, self.detect_types)], shape.type(self.detect_types))
        return pa.table([column], names=[naming.element(root)]).to_reader()

    def write(self, file: BinaryIO, rows: pa.RecordBatchReader, what: str) -> NoReturn:  # noqa: ARG002 the protocol names them
        raise not_written(self.name)


def xml_from_properties(properties: Mapping[str, Json]) -> Xml:
    """Return the options of an Xml dataset. Raises ConnectorError for one that is not built or does not fit."""
    encoding = option_encoding(properties, "Xml") if properties.get("encodingName") else ""
    return xml_with_settings(
        Xml(
            null_value=option_text(properties, "nullValue", "", "Xml"),
            encoding=encoding,
            codec=option_codec(properties, "Xml"),
        ),
        properties,
    )


def xml_with_settings(format_: Xml, settings: Mapping[str, Json]) -> Xml:
    """Return the format as a copy's `formatSettings` or a data flow's source read it. Raises ConnectorError."""
    mode = option_text(settings, "validationMode", "none", "Xml").lower()
    if mode != "none":
        cure = "Set validationMode to none, and validate the files before they are read."
        raise ConnectorError(Fault("CON-021", f"Xml: validation by '{mode}' is not built", cure=cure))
    given = settings.get("namespacePrefixes")
    if given is not None and not isinstance(given, Mapping):
        cure = "Give it an object from namespaces to prefixes."
        raise ConnectorError(Fault("CON-021", f"Xml: 'namespacePrefixes' is {given!r}", cure=cure))
    prefixes = tuple(sorted((uri, str(prefix)) for uri, prefix in (given or {}).items()))
    return replace(
        format_,
        namespaces=option_flag(settings, "namespaces", format_.namespaces, "Xml"),
        prefixes=prefixes or format_.prefixes,
        detect_types=option_flag(settings, "detectDataType", format_.detect_types, "Xml"),
    )
