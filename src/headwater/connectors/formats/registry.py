"""Which dataset type is which file format. A new format is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from headwater.connectors.formats.binary import binary_from_properties
from headwater.connectors.formats.delimited_text import delimited_text_from_properties
from headwater.connectors.formats.json import json_from_properties
from headwater.connectors.formats.parquet import parquet_from_properties
from headwater.connectors.formats.protocol import Format
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

FORMATS: Mapping[str, Callable[[Mapping[str, Json]], Format]] = {
    "Binary": binary_from_properties,
    "DelimitedText": delimited_text_from_properties,
    "Json": json_from_properties,
    "Parquet": parquet_from_properties,
}

NOT_BUILT: tuple[str, ...] = (
    "Avro",
    "AzureBlob",
    "AzureBlobFSFile",
    "AzureDataLakeStoreFile",
    "Delta",
    "Excel",
    "FileShare",
    "Iceberg",
    "Orc",
    "Xml",
)


def format_from_dataset(type_: str, properties: Mapping[str, Json]) -> Format | None:
    """Return the format of a dataset of files from its resolved typeProperties, or None for a dataset of tables.

    Raises ConnectorError for a format that is not built, or an option of one that is not.
    """
    if read := FORMATS.get(type_):
        return read(properties)
    if type_ in NOT_BUILT:
        raise ConnectorError(
            Fault(
                "CON-020",
                f"Datasets of type '{type_}' cannot be read or written",
                cure=f"Use one of {', '.join(FORMATS)}.",
            )
        )
    return None
