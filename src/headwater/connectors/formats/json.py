"""Json: documents, one a line, one an array, or one a file.

Types are read from all documents, because a property that appears first in the last one is a column too. Text that
looks like a date stays text: JSON has no dates.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import duckdb
from sqlglot import exp

from headwater.connectors.formats.codecs import CODECS
from headwater.connectors.formats.encodings import option_encoding
from headwater.connectors.formats.loose_json import LooseJson
from headwater.connectors.formats.options import option_codec, option_flag, option_level, option_text
from headwater.connectors.formats.recoding import Recoding
from headwater.connectors.formats.table_functions import describe_scan, table_function, text, types
from headwater.data.schema import Column, Schema
from headwater.data.types import DATE, STRING, TIME, TIMESTAMP, Array, DataType, Map, Struct
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json as JsonValue

LAYOUTS: Mapping[str, str] = {
    "arrayOfDocuments": "array",
    "arrayOfObjects": "array",
    "documentPerLine": "newline_delimited",
    "setOfObjects": "auto",
    "singleDocument": "unstructured",
}
"""The engine's name for how documents lie in a file, by Copy's and the data flow's names."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark of UTF-8 before the document, after which the engine sees no array."""

    def is_needed(self, file: BinaryIO) -> bool:
        """Return whether the file begins with the mark."""
        return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8

    def decode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield the text as it is: whoever decodes bytes leaves the mark out."""
        return texts

    def encode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield the text as it is."""
        return texts


@dataclass(frozen=True, slots=True)
class Json:
    """`pattern` is a key of LAYOUTS; `setOfObjects` reads any of them and writes one document a line."""

    pattern: str = "setOfObjects"
    codec: str = "none"
    encoding: str = "utf-8"
    loose: LooseJson | None = None
    """What a file may have that JSON does not; None for JSON as it is."""
    level: str = "Optimal"

    @property
    def name(self) -> str:
        return "Json"

    @property
    def extension(self) -> str:
        return ".json" + CODECS[self.codec].extension

    @property
    def has_names(self) -> bool:
        return True

    def plain(self) -> tuple[Json, Recoding | None]:
        if self.loose is None and self.encoding == "utf-8" and CODECS[self.codec].engine is not None:
            return self, None
        recoding = Recoding(self.codec, self.encoding, self.loose, self.level == "Fastest")
        return replace(self, codec="none", encoding="utf-8", loose=None), recoding

    def scan(self, urls: Sequence[str], schema: Schema | None) -> exp.Expression:
        options = {
            "format": text(LAYOUTS[self.pattern]),
            "compression": text(CODECS[self.codec].engine or self.codec),
            "records": text("true"),
        }
        if schema is None:
            return table_function("read_json", urls, {**options, "sample_size": exp.Literal.number(-1)})
        return table_function("read_json", urls, {**options, "columns": types(schema)})

    @property
    def mend(self) -> Marked | None:
        """What to look for in files that are not compressed."""
        return Marked() if self.codec == "none" else None

    def describe(self, connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> Schema:
        found = describe_scan(connection, self.scan(urls, None), "The JSON file", urls)
        return Schema(tuple(Column(c.name, _json_type(c.type), c.nullable, c.native_type) for c in found))

    def copy_options(self) -> Mapping[str, JsonValue]:
        return {"FORMAT": "json", "ARRAY": LAYOUTS[self.pattern] == "array", "COMPRESSION": CODECS[self.codec].engine}


def _json_type(type_: DataType) -> DataType:
    match type_:
        case Array(item):
            return Array(_json_type(item))
        case Map(key, value):
            return Map(key, _json_type(value))
        case Struct(fields):
            return Struct(tuple((name, _json_type(field)) for name, field in fields))
        case _:
            return STRING if type_ in (DATE, TIME, TIMESTAMP) else type_


def json_from_properties(properties: Mapping[str, JsonValue]) -> Json:
    """Return the options of a Json dataset. Raises ConnectorError for an encoding or layout that is not built."""
    pattern = option_text(
        properties, "filePattern", option_text(properties, "documentForm", "setOfObjects", "Json"), "Json"
    )
    if pattern not in LAYOUTS:
        raise ConnectorError(
            Fault("CON-021", f"Json: layout '{pattern}' is not built", cure=f"Use one of {', '.join(LAYOUTS)}.")
        )
    loose = LooseJson(
        comments=option_flag(properties, "hasComments", option_flag(properties, "asComments", False, "Json"), "Json"),
        single_quotes=option_flag(properties, "singleQuoted", False, "Json"),
        bare_names=option_flag(properties, "unquotedColumnNames", False, "Json"),
        backslashes=option_flag(properties, "backslashEscape", False, "Json"),
    )
    return Json(
        pattern="singleDocument" if option_flag(properties, "singleDocument", False, "Json") else pattern,
        codec=option_codec(properties, "Json"),
        encoding=option_encoding(properties, "Json"),
        loose=loose if loose != LooseJson() else None,
        level=option_level(properties, "Json"),
    )
