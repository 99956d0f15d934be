"""Which dataset type is which file format, and what is done with it. A new format is a file and a line here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

import msgspec

from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

if TYPE_CHECKING:
    from headwater.connectors.formats.protocol import Format


class FormatKind(msgspec.Struct, frozen=True):
    """A format: the module that implements it, loaded when it is first used, and what documentation says of it."""

    module: str
    reader: str
    """Function of the module that makes the format of typeProperties."""
    inline: str
    """Name of the format in the script of a data flow; empty if it has none."""
    is_written: bool = True
    codecs: tuple[str, ...] = ()
    """Compression of files as a whole, or of what is inside them, by the names of datasets."""


_HERE = "headwater.connectors.formats"
_FILES = ("bzip2", "gzip", "deflate", "zipDeflate", "tarGzip", "tar", "snappy", "lz4", "zstd")

FORMATS: Mapping[str, FormatKind] = {
    "Avro": FormatKind(f"{_HERE}.avro", "avro_from_properties", "avro", codecs=("none", "deflate", "snappy")),
    "Binary": FormatKind(f"{_HERE}.binary", "binary_from_properties", "", codecs=_FILES),
    "DelimitedText": FormatKind(
        f"{_HERE}.delimited_text", "delimited_text_from_properties", "delimited", codecs=_FILES
    ),
    "Excel": FormatKind(f"{_HERE}.excel", "excel_from_properties", "excel", is_written=False, codecs=_FILES),
    "Json": FormatKind(f"{_HERE}.json", "json_from_properties", "json", codecs=_FILES),
    "Orc": FormatKind(f"{_HERE}.orc", "orc_from_properties", "orc", codecs=("none", "zlib", "snappy")),
    "Parquet": FormatKind(
        f"{_HERE}.parquet",
        "parquet_from_properties",
        "parquet",
        codecs=("none", "snappy", "gzip", "brotli", "lz4", "zstd"),
    ),
    "Xml": FormatKind(f"{_HERE}.xml", "xml_from_properties", "xml", is_written=False, codecs=_FILES),
}

NOT_DATASETS: Mapping[str, str] = {
    "Delta": "Read and write Delta tables in a data flow, as an inline dataset: format: 'delta'.",
    "Iceberg": f"Use one of {', '.join(FORMATS)}, or a Delta table in a data flow.",
}
"""Formats that no dataset of files has, and what to do instead."""


def format_from_dataset(type_: str, properties: Mapping[str, Json]) -> Format | None:
    """Return the format of a dataset of files from its resolved typeProperties, or None for a dataset of tables.

    Raises ConnectorError for a format that is not built, or an option of one that is not.
    """
    if kind := FORMATS.get(type_):
        module = importlib.import_module(kind.module)
        # The registry's own table says what the module has.
        read = cast("Callable[[Mapping[str, Json]], Format]", getattr(module, kind.reader))
        return read(properties)
    if type_ in NOT_DATASETS:
        raise ConnectorError(
            Fault(
                "CON-020",
                f"Datasets of type '{type_}' cannot be read or written",
                cure=NOT_DATASETS[type_],
            )
        )
    return None
