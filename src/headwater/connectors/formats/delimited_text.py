r"""DelimitedText: CSV and its kin, with the defaults of the original.

They are not those of other tools: no header unless told, `\` escapes a quote, and the empty field is null. Headerless
files have the columns `Prop_0`, `Prop_1`, … as in the original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
from sqlglot import exp

from headwater.connectors.formats.codecs import CODECS
from headwater.connectors.formats.dialect import Dialect
from headwater.connectors.formats.encodings import option_encoding
from headwater.connectors.formats.escapes import Escapes
from headwater.connectors.formats.options import option_codec, option_flag, option_level, option_text
from headwater.connectors.formats.recoding import Recoding
from headwater.connectors.formats.table_functions import describe_scan, flag, names, table_function, text, types
from headwater.data.schema import Column, Schema
from headwater.data.types import STRING
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

TYPE = "DelimitedText"

MAX_ROW = 16 * 1024 * 1024
"""Bytes that one row may have."""

MAX_DELIMITER = 4
"""Bytes of a column delimiter that the engine takes."""

NEWLINES: tuple[str, ...] = ("", "\n", "\r", "\r\n")


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """Options of one dataset. `skip` counts physical lines before the header; `newline` ends rows that are written.

    A `newline` that is no end of a line also ends the rows that are read. An empty `delimiter` makes a line one column.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = "\\"
    header: bool = False
    null_value: str = ""
    encoding: str = "utf-8"
    codec: str = "none"
    skip: int = 0
    quote_all: bool = False
    newline: str = "\n"
    file_extension: str = ".csv"
    level: str = "Optimal"
    more_nulls: tuple[str, ...] = ()
    """Further texts that are read as null."""

    @property
    def name(self) -> str:
        return TYPE

    @property
    def extension(self) -> str:
        return self.file_extension + CODECS[self.codec].extension

    @property
    def has_names(self) -> bool:
        return self.header

    def plain(self) -> tuple[DelimitedText, Recoding | None]:
        dialect = self._dialect()
        if dialect is None and self.encoding == "utf-8" and CODECS[self.codec].engine is not None:
            return self, None
        plain = replace(self, codec="none", encoding="utf-8")
        if dialect is not None:
            plain = replace(plain, delimiter=",", quote='"', escape='"', newline="\n", quote_all=False)
        return plain, Recoding(self.codec, self.encoding, dialect, self.level == "Fastest")

    @property
    def mend(self) -> Escapes | None:
        """What to look for in files whose escape is not their quote."""
        if not self.escape or not self.quote or self.escape == self.quote:
            return None
        return Escapes(Dialect(self.delimiter, "", self.quote, self.escape))

    def _dialect(self) -> Dialect | None:
        if 1 <= len(self.delimiter.encode()) <= MAX_DELIMITER and self.newline in NEWLINES:
            return None
        row = "" if self.newline in NEWLINES else self.newline
        return Dialect(self.delimiter, row, self.quote, self.escape, self.quote_all)

    def scan(self, urls: Sequence[str], schema: Schema | None) -> exp.Expression:
        options = self._reading()
        if schema is not None and self.header:
            options["types"] = types(schema)
        elif schema is not None:
            options |= {"names": names(schema), "types": types(schema)}
        return table_function("read_csv", urls, options)

    def scan_as(self, urls: Sequence[str], schema: Schema) -> exp.Expr:
        """Return the table function for files of which all columns are known, in order; then nothing is guessed.

        A row that does not fit fails with its line, where `scan` might find no dialect at all.
        """
        exact = {"auto_detect": exp.false(), "columns": types(schema)}
        options = {name: value for name, value in self._reading().items() if name != "all_varchar"}
        return table_function("read_csv", urls, options | exact)

    def describe(self, connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> Schema:
        # A bad row is told by whoever reads it; the header is sound.
        lenient = {"ignore_errors": exp.true(), "sample_size": exp.Literal.number(1)}
        head = table_function("read_csv", urls, self._reading() | lenient)
        found = describe_scan(connection, head, "The text file", urls)
        if self.header:
            return found
        return Schema(tuple(Column(f"Prop_{index}", STRING) for index in range(len(found))))

    def copy_options(self) -> Mapping[str, Json]:
        options: dict[str, Json] = {
            "FORMAT": "csv",
            "DELIMITER": self.delimiter,
            "HEADER": self.header,
            "NULLSTR": self.null_value,
            "COMPRESSION": CODECS[self.codec].engine,
            "NEW_LINE": self.newline,
            "QUOTE": self.quote,
            "ESCAPE": self.escape,
        }
        return options | {"FORCE_QUOTE": "*"} if self.quote_all else options

    def _reading(self) -> dict[str, exp.Expression]:
        # Every option of the dialect is given, so that the engine has nothing left to guess.
        return {
            "header": flag(self.header),
            "all_varchar": exp.true(),
            "delim": text(self.delimiter),
            "quote": text(self.quote),
            "escape": text(self.escape),
            "nullstr": exp.Array(expressions=[text(null) for null in (self.null_value, *self.more_nulls)]),
            "encoding": text(self.encoding),
            "compression": text(CODECS[self.codec].engine or self.codec),
            "skip": exp.Literal.number(self.skip),
            "comment": text(""),
            "null_padding": exp.false(),
            "strict_mode": exp.true(),
            "max_line_size": exp.Literal.number(MAX_ROW),
            "buffer_size": exp.Literal.number(2 * MAX_ROW),
        }


def delimited_text_from_properties(properties: Mapping[str, Json]) -> DelimitedText:
    """Return the options of a DelimitedText dataset. Raises ConnectorError for what is not built."""
    newline = option_text(properties, "rowDelimiter", "", TYPE)
    if properties.get("rowDelimiter") == "" and properties.get("columnDelimiter") == "":
        message = f"{TYPE}: neither rows nor columns have a delimiter, so that a file is one value"
        raise ConnectorError(Fault("CON-021", message, cure="Give rows a delimiter, or copy the file as Binary."))
    return DelimitedText(
        delimiter=option_text(properties, "columnDelimiter", ",", TYPE),
        quote=_one_character(properties, "quoteChar", '"'),
        escape=_one_character(properties, "escapeChar", "\\"),
        header=option_flag(properties, "firstRowAsHeader", False, TYPE),
        null_value=option_text(properties, "nullValue", "", TYPE),
        encoding=option_encoding(properties, TYPE),
        codec=option_codec(properties, TYPE),
        newline=newline or "\n",
        level=option_level(properties, TYPE),
        quote_all=option_flag(properties, "quoteAll", False, TYPE),
        more_nulls=_nulls(properties),
    )


def _nulls(properties: Mapping[str, Json]) -> tuple[str, ...]:
    given = properties.get("nullValues")
    return tuple(str(null) for null in given) if isinstance(given, list) else ()


def _one_character(properties: Mapping[str, Json], name: str, default: str) -> str:
    value = option_text(properties, name, default, TYPE)
    if len(value) > 1:
        raise ConnectorError(Fault("CON-021", f"{TYPE}: '{name}' is {value!r}", cure="Use one character, or none."))
    return value
