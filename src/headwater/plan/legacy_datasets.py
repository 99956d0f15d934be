"""Datasets of an older model, which are called after their store and have their format inside, in today's words.

Separate, so that nothing behind it knows two models. What the old ones can say and today's cannot is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.errors import Fault, PlanError
from headwater.language.expression.ast import Json

Properties = dict[str, Json]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where files lie: the type of today's location and its property for the container, if the path begins with one."""

    location: str
    container: str | None = None


PLACES: Mapping[str, _Place] = {
    "AmazonS3Object": _Place("AmazonS3Location", "bucketName"),
    "AzureBlob": _Place("AzureBlobStorageLocation", "container"),
    "AzureBlobFSFile": _Place("AzureBlobFSLocation", "fileSystem"),
    "AzureDataLakeStoreFile": _Place("AzureDataLakeStoreLocation"),
    "FileShare": _Place("FileServerLocation"),
    "HttpFile": _Place("HttpServerLocation"),
}

_FORMATS: Mapping[str, str] = {
    "AvroFormat": "Avro",
    "JsonFormat": "Json",
    "OrcFormat": "Orc",
    "ParquetFormat": "Parquet",
    "TextFormat": "DelimitedText",
}
_REFUSED: Mapping[str, str] = {
    "additionalHeaders": "Read from a store of files.",
    "jsonNodeReference": "Use a dataset of type Json, and collectionReference in the copy.",
    "jsonPathDefinition": "Use a dataset of type Json, and a mapping with paths in the copy.",
    "modifiedDatetimeEnd": "Use a dataset of today's kind, and modifiedDatetimeEnd in the copy's storeSettings.",
    "modifiedDatetimeStart": "Use a dataset of today's kind, and modifiedDatetimeStart in the copy's storeSettings.",
    "partitionedBy": "Write the path as an expression.",
    "prefix": "Use a dataset of today's kind, and prefix in the copy's storeSettings.",
    "requestBody": "Read from a store of files.",
    "requestMethod": "Read from a store of files.",
}
_NULLS = ("\\N", "NULL")


def in_todays_words(name: str, type_: str, properties: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
    """Return type and typeProperties of a dataset as today's model has them; those that it has already as they are.

    Raises PlanError for what it has no words for.
    """
    place = PLACES.get(type_)
    if place is None or "location" in properties:
        return type_, properties
    given = properties.get("format")
    inside: Mapping[str, Json] = given if isinstance(given, dict) else {}
    form = str(inside.get("type") or "")
    if form and form not in _FORMATS:
        cure = f"Use one of {', '.join(_FORMATS)}, or none for files as they are."
        raise PlanError(Fault("PLN-013", f'Dataset "{name}" has the unknown format "{form}"', cure=cure))
    for option, cure in _REFUSED.items():
        if any(part.get(option) not in (None, "", [], {}) for part in (properties, inside)):
            message = f'Dataset "{name}" of type "{type_}" sets {option}, which is not supported'
            raise PlanError(Fault("PLN-042", message, cure=cure))
    made: Properties = {key: value for key, value in inside.items() if key != "type"}
    if form == "TextFormat":
        made |= _text(inside)
    if "compression" in properties:
        made["compression"] = properties["compression"]
    return _FORMATS.get(form, "Binary"), made | {"location": _location(place, properties)}


def _text(inside: Mapping[str, Json]) -> Properties:
    r"""Return the defaults that texts had: no quotes, no escapes, and `\N` or `NULL` for null."""
    nulls: list[Json] = [] if inside.get("nullValue") else [_NULLS[1]]
    if inside.get("treatEmptyAsNull", True) not in (False, "false"):
        nulls.append("")
    return {
        "escapeChar": inside.get("escapeChar") or "",
        "nullValue": inside.get("nullValue") or _NULLS[0],
        "nullValues": nulls,
        "quoteChar": inside.get("quoteChar") or "",
    }


def _location(place: _Place, properties: Mapping[str, Json]) -> Properties:
    folder = _text_of(properties, "folderPath")
    file = _text_of(properties, "fileName") or _text_of(properties, "key")
    location: Properties = {"type": place.location, "relativeUrl": properties.get("relativeUrl")}
    container = _text_of(properties, "bucketName")
    if place.container is not None and not container:
        container, _, folder = folder.partition("/")
    if not folder and "/" in file:
        folder, _, file = file.rpartition("/")
    if place.container is not None:
        location[place.container] = container
    return location | {"folderPath": folder, "fileName": file}


def _text_of(properties: Mapping[str, Json], name: str) -> str:
    value = properties.get(name)
    return "" if value is None else str(value).replace("\\", "/").strip("/")
