"""Copy's translator: from the forms that definitions write it in to one list of column mappings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from headwater.data.types import DataType
from headwater.errors import Fault, Place, PlanError, raise_if_any
from headwater.language.expression.ast import Expression, Json, Template, Value
from headwater.language.expression.context import Context
from headwater.language.expression.evaluate import evaluate
from headwater.language.expression.printer import print_value
from headwater.plan.native_types import mapping_type
from headwater.plan.resolved import ColumnMapping

_MAPPINGS = ("columnMappings", "mappings", "schemaMapping")
_SEGMENT = re.compile(r"\[\s*'((?:[^']|'')*)'\s*\]|\[\s*(\d+)\s*\]|\.?([^.\[\]$]+)")
_FILE_PATH = "$$FILEPATH"
_COLUMN = "$$COLUMN:"


def read_translator(value: Value, context: Context, place: Place) -> Mapping[str, Json]:
    """Return the translator as an object, empty if there is none; an expression may also give it as JSON text."""
    translator = evaluate(value, context)
    if isinstance(translator, str):
        try:
            translator = msgspec.json.decode(translator)
        except msgspec.DecodeError as error:
            raise _unreadable("is text that is no JSON", place) from error
    if translator is None or translator == {}:
        return {}
    if not isinstance(translator, dict):
        raise _unreadable("is no object", place)
    if str(translator.get("type", "")).lower() != "tabulartranslator":
        raise _unreadable(f'is of type "{translator.get("type")}"', place)
    return translator


def conversion_settings(translator: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the translator says beside the mapping: `typeConversion…`, `collectionReference`, …"""
    return {name: value for name, value in translator.items() if name != "type" and name not in _MAPPINGS}


def column_mappings(
    translator: Mapping[str, Json], additional: Sequence[ColumnMapping], place: Place
) -> tuple[ColumnMapping, ...] | None:
    """Return the explicit mapping, or None where columns go by name. Raises PlanError with all faults."""
    lines = translator.get("mappings")
    if isinstance(lines, list) and lines:
        return _explicit(lines, {column.sink: column for column in additional}, place)
    for key in ("columnMappings", "schemaMapping"):
        if legacy := translator.get(key):
            return tuple(_legacy(legacy, key, place))
    if lines not in (None, []):
        raise _unreadable("has `mappings` that are no list", place)
    return None


def additional_columns(value: Value, context: Context, place: Place) -> tuple[ColumnMapping, ...]:
    """Return the source's additional columns: constants, the file's path, or copies of other columns."""
    columns = evaluate(value, context)
    if columns is None:
        return ()
    if not isinstance(columns, list):
        message = "`additionalColumns` of the source is no list"
        raise PlanError(Fault("PLN-030", message, place, 'Write [{"name": "…", "value": "…"}].'))
    written = value if isinstance(value, tuple) else ()
    return tuple(
        _additional(column, written[index] if index < len(written) else None, place)
        for index, column in enumerate(columns)
    )


def _additional(column: Json, written: Value, place: Place) -> ColumnMapping:
    if not isinstance(column, dict) or not column.get("name"):
        message = "An additional column of the source has no name"
        raise PlanError(Fault("PLN-030", message, place, 'Write {"name": "…", "value": "…"}.'))
    name, value = str(column["name"]), column.get("value")
    text = value if isinstance(value, str) or value is None else msgspec.json.encode(value).decode()
    if text is not None and text.startswith(_COLUMN):
        return ColumnMapping(text.removeprefix(_COLUMN), name, expression=text)
    if text == _FILE_PATH:
        return ColumnMapping("", name, expression=text)
    if text is not None and text.startswith("$$"):
        message = f'Additional column "{name}" has the unknown variable "{text}"'
        raise PlanError(
            Fault("PLN-032", message, place, f"Use {_FILE_PATH}, {_COLUMN}<column>, text or an expression.")
        )
    as_written = written.get("value") if isinstance(written, Mapping) else None
    dynamic = isinstance(as_written, Expression | Template)
    return ColumnMapping("", name, expression=str(print_value(as_written)) if dynamic else text or "", value=text or "")


def _explicit(
    lines: Sequence[Json], additional: Mapping[str, ColumnMapping], place: Place
) -> tuple[ColumnMapping, ...]:
    mappings: list[ColumnMapping] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines):
        source = line.get("source") if isinstance(line, dict) else None
        sink = line.get("sink") if isinstance(line, dict) else None
        if not isinstance(source, dict) or not isinstance(sink, dict) or not _name(source) or not _name(sink):
            message = f"Mapping {number + 1} of the translator names no source or no sink column"
            faults.append(Fault("PLN-030", message, place, "Give both sides a name, ordinal or path."))
            continue
        types = [_type(side, place, faults) for side in (source, sink)]
        mapping = ColumnMapping(
            source=_name(source),
            sink=_name(sink),
            source_type=types[0],
            sink_type=types[1],
            source_ordinal=_ordinal(source),
            sink_ordinal=_ordinal(sink),
            source_path=_text(source.get("path")),
            sink_path=_text(sink.get("path")),
            format=_text(source.get("format")) or _text(sink.get("format")),
        )
        if column := additional.get(mapping.source):
            mapping = msgspec.structs.replace(
                mapping, source=column.source, expression=column.expression, value=column.value
            )
        mappings.append(mapping)
    faults += _duplicates(mappings, place)
    raise_if_any(PlanError, faults)
    return tuple(mappings)


def _duplicates(mappings: Sequence[ColumnMapping], place: Place) -> Iterator[Fault]:
    seen: set[str] = set()
    for mapping in mappings:
        key = mapping.sink_path or mapping.sink
        if key in seen:
            message = f'The translator maps two columns to "{key}"'
            yield Fault("PLN-030", message, place, "Keep one of the lines, or give one another sink column.")
        seen.add(key)


def _legacy(mapping: Json, key: str, place: Place) -> Iterator[ColumnMapping]:
    if isinstance(mapping, str):
        parts = [pair.partition(":") for pair in mapping.split(",") if pair.strip()]
        mapping = {source.strip(): sink.strip() for source, _, sink in parts}
    if not isinstance(mapping, dict):
        raise _unreadable(f"has `{key}` that is neither text nor an object", place)
    for source, sink in mapping.items():
        if not source or not isinstance(sink, str) or not sink:
            raise _unreadable(f"has `{key}` with a line that lacks a side", place)
        if source.startswith("$") or key == "schemaMapping":
            yield ColumnMapping(_last_segment(source), sink, source_path=source)
        else:
            yield ColumnMapping(source, sink)


def _name(side: Mapping[str, Json]) -> str:
    if name := _text(side.get("name")):
        return name
    if path := _text(side.get("path")):
        return _last_segment(path)
    ordinal = _ordinal(side)
    # Columns without a name are called as Synapse calls those of a text file without a header.
    return f"Prop_{ordinal - 1}" if ordinal else ""


def _last_segment(path: str) -> str:
    segments = _SEGMENT.findall(path)
    return next((part for part in reversed(segments[-1]) if part), path) if segments else path


def _ordinal(side: Mapping[str, Json]) -> int | None:
    ordinal = side.get("ordinal")
    if isinstance(ordinal, str) and ordinal.isdecimal():
        ordinal = int(ordinal)
    return ordinal if isinstance(ordinal, int) and ordinal > 0 else None


def _type(side: Mapping[str, Json], place: Place, faults: list[Fault]) -> DataType | None:
    name = _text(side.get("type"))
    if name is None:
        return None
    type_ = mapping_type(name, _size(side.get("precision")), _size(side.get("scale")))
    if type_ is None:
        message = f'Column "{_name(side)}" of the translator is of the unknown type "{name}"'
        faults.append(Fault("PLN-031", message, place, "Use an interim type of Copy: String, Int32, DateTime, …"))
    return type_


def _size(value: Json) -> int | None:
    return value if isinstance(value, int) else int(value) if isinstance(value, str) and value.isdecimal() else None


def _text(value: Json) -> str | None:
    return None if value is None or value == "" else str(value)


def _unreadable(problem: str, place: Place) -> PlanError:
    cure = 'Write {"type": "TabularTranslator", "mappings": [{"source": {…}, "sink": {…}}]}.'
    return PlanError(Fault("PLN-030", f"The translator of the copy {problem}", place, cure))
