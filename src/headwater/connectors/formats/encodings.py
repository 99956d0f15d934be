"""Names of text encodings as datasets give them, and Python's. Those of the original that Python lacks are refused."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.connectors.formats.options import option_text
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json

ENCODINGS: Mapping[str, str] = {
    "BIG5": "big5",
    "CP866": "cp866",
    "CP875": "cp875",
    "EUC-JP": "euc_jp",
    "EUC-KR": "euc_kr",
    "GB18030": "gb18030",
    "GB2312": "gb2312",
    "IBM00858": "cp858",
    "IBM01140": "cp1140",
    "IBM037": "cp037",
    "IBM273": "cp273",
    "IBM437": "cp437",
    "IBM500": "cp500",
    "IBM737": "cp737",
    "IBM775": "cp775",
    "IBM850": "cp850",
    "IBM852": "cp852",
    "IBM855": "cp855",
    "IBM857": "cp857",
    "IBM860": "cp860",
    "IBM861": "cp861",
    "IBM863": "cp863",
    "IBM864": "cp864",
    "IBM865": "cp865",
    "IBM869": "cp869",
    "ISO-2022-JP": "iso2022_jp",
    "ISO-2022-KR": "iso2022_kr",
    "ISO-8859-1": "latin-1",
    "ISO-8859-13": "iso8859_13",
    "ISO-8859-15": "iso8859_15",
    "ISO-8859-2": "iso8859_2",
    "ISO-8859-3": "iso8859_3",
    "ISO-8859-4": "iso8859_4",
    "ISO-8859-5": "iso8859_5",
    "ISO-8859-6": "iso8859_6",
    "ISO-8859-7": "iso8859_7",
    "ISO-8859-8": "iso8859_8",
    "ISO-8859-9": "iso8859_9",
    "JOHAB": "johab",
    "SHIFT-JIS": "cp932",
    "US-ASCII": "utf-8",
    "UTF-16": "utf-16",
    "UTF-16BE": "utf-16-be",
    "UTF-32": "utf-32",
    "UTF-32BE": "utf-32-be",
    "UTF-7": "utf-7",
    "UTF-8": "utf-8",
    "UTF-8 WITHOUT BOM": "utf-8",
    "WINDOWS-1250": "cp1250",
    "WINDOWS-1251": "cp1251",
    "WINDOWS-1252": "cp1252",
    "WINDOWS-1253": "cp1253",
    "WINDOWS-1254": "cp1254",
    "WINDOWS-1255": "cp1255",
    "WINDOWS-1256": "cp1256",
    "WINDOWS-1257": "cp1257",
    "WINDOWS-1258": "cp1258",
    "WINDOWS-874": "cp874",
}


def option_encoding(properties: Mapping[str, Json], type_: str) -> str:
    """Return Python's name of a dataset's encoding. Raises ConnectorError for one that is not built."""
    name = option_text(properties, "encodingName", "", type_) or "UTF-8"
    found = ENCODINGS.get(name.upper().replace("_", "-"))
    if found is None:
        raise ConnectorError(
            Fault("CON-021", f"{type_}: encoding '{name}' is not built", cure=f"Use one of {', '.join(ENCODINGS)}.")
        )
    return found
