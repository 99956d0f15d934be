"""Reading the options of a dataset's typeProperties: typed, with a fault for what does not fit."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.connectors.formats.codecs import CODECS
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

_CODEC_NAMES: Mapping[str, str] = {name.lower(): name for name in CODECS}


def option_text(properties: Mapping[str, Json], name: str, default: str, type_: str) -> str:
    """Return a text option. Raises ConnectorError if it is of another type."""
    value = properties.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise _misfit(type_, name, value, "a string")
    return value


def option_flag(properties: Mapping[str, Json], name: str, default: bool, type_: str) -> bool:
    """Return a true-or-false option; the strings "true" and "false" count, as in exported definitions."""
    value = properties.get(name)
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise _misfit(type_, name, value, "true or false")


def option_count(properties: Mapping[str, Json], name: str, default: int, type_: str) -> int:
    """Return an option that counts, from 0; digits in a string count, as in exported definitions."""
    value = properties.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, int | str) and not isinstance(value, bool) and str(value).isdecimal():
        return int(value)
    raise _misfit(type_, name, value, "a whole number")


def option_codec(properties: Mapping[str, Json], type_: str) -> str:
    """Return a text dataset's compression, a key of CODECS. Raises ConnectorError for one that is not built."""
    value = properties.get("compressionCodec")
    if value is None and isinstance(compression := properties.get("compression"), Mapping):
        value = compression.get("type")
    if value is None or value == "":
        return "none"
    codec = _CODEC_NAMES.get(value.lower()) if isinstance(value, str) else None
    if codec is None:
        raise ConnectorError(
            Fault("CON-021", f"{type_}: compression '{value}' is not built", cure=f"Use one of {', '.join(CODECS)}.")
        )
    return codec


def option_level(properties: Mapping[str, Json], type_: str) -> str:
    """Return how hard to compress, `Optimal` or `Fastest`. Raises ConnectorError for another word."""
    value = properties.get("compressionLevel")
    if value is None and isinstance(compression := properties.get("compression"), Mapping):
        value = compression.get("level")
    if value is None or value == "":
        return "Optimal"
    for known in ("Fastest", "Optimal"):
        if isinstance(value, str) and value.lower() == known.lower():
            return known
    raise _misfit(type_, "compressionLevel", value, "Fastest or Optimal")


def _misfit(type_: str, name: str, value: Json, wanted: str) -> ConnectorError:
    return ConnectorError(
        Fault("CON-021", f"{type_}: '{name}' is {value!r}", cure=f"Give it {wanted} in the dataset's typeProperties.")
    )
