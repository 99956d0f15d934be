"""Options of sources and sinks that say how their files are written, and the formats in which they mean something.

Separate, because a script may give them beside a dataset and for an inline one. They change no column by themselves, so
that a graph passes them on to whoever plans a run.
"""

from __future__ import annotations

from collections.abc import Mapping

_DELTA = ("Delta",)
_EXCEL = ("Excel",)
_JSON = ("Json",)
_TEXT = ("DelimitedText",)
_XML = ("Xml",)

FORMAT_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "asComments": _JSON,
    "autoCompact": (),
    "backslashEscape": _JSON,
    "deltaTruncate": _DELTA,
    "detectDataType": _XML,
    "firstRowAsHeader": (*_EXCEL, *_TEXT),
    "hasComments": _JSON,
    "mergeSchema": _DELTA,
    "namespacePrefixes": _XML,
    "namespaces": _XML,
    "optimizedWrite": (),
    "overwrite": _DELTA,
    "quoteAll": (),
    "range": _EXCEL,
    "rowDelimiter": _TEXT,
    "sheetIndex": _EXCEL,
    "sheetName": _EXCEL,
    "singleDocument": _JSON,
    "singleQuoted": _JSON,
    "timestampAsOf": _DELTA,
    "unquotedColumnNames": _JSON,
    "vacuum": (),
    "validationMode": _XML,
    "versionAsOf": _DELTA,
}
"""Option → types of datasets. On any other it is refused, unless it is unset; with no type it is left, as a hint."""
