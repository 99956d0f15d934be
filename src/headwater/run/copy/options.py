"""What a copy's properties ask for: read into one value, and refused where nothing carries them out.

Every property of source, sink, their store and format settings and the activity itself is in a table below: it has
an effect, it has none here (a hint about Azure's own machines), or it is refused with what to do instead. A property
that is in no table is refused too, because a copy that quietly leaves out what was asked is a wrong copy.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from headwater.connectors.formats.xml import Xml, xml_with_settings
from headwater.data.locations import FileLocation
from headwater.errors import Fault, PlanError, raise_if_any
from headwater.language.expression.ast import Json
from headwater.plan.legacy_datasets import PLACES
from headwater.plan.resolved import CopyPlan, ResolvedDataset

HINTS: frozenset[str] = frozenset(
    {
        "allowCopyCommand",
        "allowPolyBase",
        "blockSizeInMB",
        "cloudDataMovementUnits",
        "dataIntegrationUnits",
        "disableMetricsCollection",
        "enableStaging",
        "enableVertiParquet",
        "isolationLevel",
        "maxConcurrentConnections",
        "parallelCopies",
        "partitionOption",
        "partitionRootPath",
        "partitionSettings",
        "polyBaseSettings",
        "queryTimeout",
        "sinkRetryCount",
        "sinkRetryWait",
        "sourceRetryCount",
        "sourceRetryWait",
        "sqlWriterUseTableLock",
        "stagingSettings",
        "type",
        "writeBatchSize",
        "writeBatchTimeout",
    }
)

EFFECTIVE: Mapping[str, frozenset[str]] = {
    "settings": frozenset(
        {
            "collectionReference",
            "enableSkipIncompatibleRow",
            "mapComplexValuesToString",
            "skipErrorFile",
            "typeConversion",
            "typeConversionSettings",
            "validateDataConsistency",
        }
    ),
    "sink": frozenset(
        {
            "copyBehavior",
            "formatSettings",
            "preCopyScript",
            "storeSettings",
            "tableOption",
            "upsertSettings",
            "writeBehavior",
        }
    ),
    "sink.formatSettings": frozenset(
        {"fileExtension", "fileNamePrefix", "filePattern", "maxRowsPerFile", "quoteAllText"}
    ),
    "sink.storeSettings": frozenset({"copyBehavior"}),
    "source": frozenset(
        {"formatSettings", "oracleReaderQuery", "query", "recursive", "sqlReaderQuery", "storeSettings"}
    ),
    "source.formatSettings": frozenset(
        {
            "compressionProperties",
            "detectDataType",
            "namespacePrefixes",
            "namespaces",
            "skipLineCount",
            "validationMode",
        }
    ),
    "source.storeSettings": frozenset(
        {
            "fileListPath",
            "modifiedDatetimeEnd",
            "modifiedDatetimeStart",
            "prefix",
            "recursive",
            "wildcardFileName",
            "wildcardFolderPath",
        }
    ),
}

# Properties that are refused unless they are empty or false, and what to do instead.
REFUSED: Mapping[str, str] = {
    "additionalHeaders": "Read from a file or table.",
    "alternateKeyName": "Name the keys in upsertSettings.",
    "columnFlattenSettings": "Map the columns one by one.",
    "copyCommandSettings": "Give the columns of the table default values.",
    "deleteFilesAfterCompletion": "Delete the files in an activity of their own.",
    "enablePartitionDiscovery": "Add the partition's value as an additional column.",
    "ignoreNullValues": "Leave out the columns that are not to be written.",
    "logSettings": "Leave it out: rowsSkipped says how many rows were left out.",
    "paginationRules": "Read from a file or table.",
    "preserve": "Leave it out: attributes and access lists are not copied.",
    "redirectIncompatibleRowSettings": "Leave it out: rowsSkipped says how many rows were left out.",
    "requestMethod": "Read from a file or table.",
    "tableActionOption": "Use preCopyScript to empty or drop the table.",
}

COPY_BEHAVIORS: tuple[str, ...] = ("FlattenHierarchy", "MergeFiles", "PreserveHierarchy")


@dataclass(frozen=True, slots=True)
class Conversions:
    """`typeConversionSettings` with the original's defaults; formats are .NET's."""

    allow_truncation: bool = True
    boolean_as_number: bool = False
    date_time_format: str | None = None
    complex_as_string: bool = False


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """Everything that the properties of a copy ask for."""

    conversions: Conversions
    skip_rows: bool
    verify: bool
    wildcard_folder: str | None
    wildcard_file: str | None
    prefix: str | None
    file_list: str | None
    """Path of a file, from its container, that names the files to read."""
    recursive: bool
    modified_from: datetime.datetime | None
    modified_before: datetime.datetime | None
    skip_lines: int
    archive_folders: bool
    """Files of an archive go into a folder called like it."""
    behavior: str | None
    quote_all: bool
    file_extension: str | None
    file_pattern: str | None
    most_rows: int
    """Rows that a file may have; 0 for all."""
    name_prefix: str | None
    upsert: bool
    keys: tuple[str, ...]
    pre_script: str | None
    auto_create: bool
    collection: str | None
    partitioned: bool
    """The source was asked to be read in partitions, which changes how it is read but not what."""


def read_options(plan: CopyPlan) -> CopyOptions:
    """Return the options of a copy. Raises PlanError with every property that is refused or does not fit."""
    source, sink, settings = plan.source_properties, plan.sink_properties, plan.settings
    read = _part(source, "storeSettings")
    format_read, format_written = _part(source, "formatSettings"), _part(sink, "formatSettings")
    raise_if_any(PlanError, _faults(plan))
    keys = _part(sink, "upsertSettings").get("keys")
    return CopyOptions(
        conversions=_conversions(settings),
        skip_rows=_flag(settings.get("enableSkipIncompatibleRow")),
        verify=_flag(settings.get("validateDataConsistency")),
        wildcard_folder=_text(read.get("wildcardFolderPath")),
        wildcard_file=_text(read.get("wildcardFileName")) or _pattern(plan.source),
        prefix=_text(read.get("prefix")),
        file_list=_text(read.get("fileListPath")),
        recursive=_flag(read.get("recursive", source.get("recursive", True))),
        modified_from=_moment(read.get("modifiedDatetimeStart")),
        modified_before=_moment(read.get("modifiedDatetimeEnd")),
        skip_lines=_count(format_read.get("skipLineCount") or plan.source.properties.get("skipLineCount")),
        archive_folders=_archive_folders(_part(format_read, "compressionProperties")),
        behavior=_behavior(sink),
        quote_all=_flag(format_written.get("quoteAllText")),
        file_extension=_text(format_written.get("fileExtension")),
        file_pattern=_text(format_written.get("filePattern")),
        most_rows=_count(format_written.get("maxRowsPerFile")),
        name_prefix=_text(format_written.get("fileNamePrefix")),
        upsert=_word(sink.get("writeBehavior")) == "upsert",
        keys=tuple(str(key) for key in keys) if isinstance(keys, list) else (),
        pre_script=_text(sink.get("preCopyScript")),
        auto_create=_word(sink.get("tableOption")) == "autocreate",
        collection=_text(settings.get("collectionReference")),
        partitioned=_word(source.get("partitionOption")) not in {"", "none"},
    )


def _faults(plan: CopyPlan) -> Iterator[Fault]:
    yield from _refusals("settings", plan.settings)
    for end, properties in (("source", plan.source_properties), ("sink", plan.sink_properties)):
        yield from _refusals(end, properties)
        for part in ("storeSettings", "formatSettings"):
            yield from _refusals(f"{end}.{part}", _part(properties, part))
    yield from _misfits(plan)


def with_read_settings(plan: CopyPlan) -> CopyPlan:
    """Return the plan with its source's format as the copy's own `formatSettings` have it. Raises ConnectorError."""
    format_ = plan.source.format
    if not isinstance(format_, Xml):
        return plan
    format_ = xml_with_settings(format_, _part(plan.source_properties, "formatSettings"))
    return replace(plan, source=replace(plan.source, format=format_))


def _pattern(source: ResolvedDataset) -> str | None:
    """Return the pattern that the file name of a dataset of the older model may be."""
    location = source.location
    name = location.file if isinstance(location, FileLocation) and source.type in PLACES else None
    return name if name and any(mark in name for mark in "*?") else None


def _archive_folders(properties: Mapping[str, Json]) -> bool:
    given = properties.get("preserveZipFileNameAsFolder", properties.get("preserveCompressionFileNameAsFolder"))
    return given is None or _flag(given)


def _refusals(part: str, properties: Mapping[str, Json]) -> Iterator[Fault]:
    for name, value in properties.items():
        if name in EFFECTIVE[part] or name in HINTS or value in (None, False, "", [], {}) or _word(value) == "false":
            continue
        cure = REFUSED.get(name, "Leave it out, if the copy is right without it.")
        yield Fault("RUN-100", f"The copy's {part} has '{name}', which is not built", cure=cure)


def _misfits(plan: CopyPlan) -> Iterator[Fault]:
    """Yield a fault for each value of a known property that nothing stands behind."""
    behavior = _behavior(plan.sink_properties)
    if behavior is not None and behavior not in COPY_BEHAVIORS:
        yield _unknown("copyBehavior", behavior, ", ".join(COPY_BEHAVIORS))
    mode = _word(plan.sink_properties.get("writeBehavior"))
    if mode not in {"", "insert", "upsert"}:
        yield _unknown("writeBehavior", mode, "insert, upsert")
    if _word(plan.sink_properties.get("tableOption")) not in {"", "none", "autocreate"}:
        yield _unknown("tableOption", plan.sink_properties.get("tableOption"), "none, autoCreate")
    files = _part(plan.settings, "skipErrorFile")
    for name in ("dataInconsistency", "fileForbidden", "invalidFileName"):
        if _flag(files.get(name)):
            yield Fault("RUN-100", f"skipErrorFile has '{name}', which is not built", cure="Set it to false.")
    conversions = _part(plan.settings, "typeConversionSettings")
    if _word(conversions.get("culture")) not in {"", "en-us", "invariant"}:
        yield _unknown("culture", conversions.get("culture"), "en-us")
    if conversions.get("timeSpanFormat") not in (None, "", "c"):
        yield _unknown("timeSpanFormat", conversions.get("timeSpanFormat"), "c")
    for name in ("modifiedDatetimeEnd", "modifiedDatetimeStart"):
        value = _part(plan.source_properties, "storeSettings").get(name)
        if value not in (None, "") and _moment(value) is None:
            yield _unknown(name, value, "a time such as 2013-01-31T00:00:00Z")
    for part, name in ((plan.source_properties, "skipLineCount"), (plan.sink_properties, "maxRowsPerFile")):
        count = _part(part, "formatSettings").get(name)
        if count not in (None, "") and not str(count).isdecimal():
            yield _unknown(name, count, "a whole number")
    written = _part(plan.sink_properties, "formatSettings")
    if (
        _count(written.get("maxRowsPerFile"))
        and isinstance(plan.sink.location, FileLocation)
        and plan.sink.location.file
    ):
        cure = "Leave the file name out of the sink's dataset; fileNamePrefix names the files."
        yield Fault("RUN-100", "The copy's sink has 'maxRowsPerFile' and names one file", cure=cure)


def _unknown(name: str, value: Json, known: str) -> Fault:
    return Fault("RUN-100", f"'{name}' of the copy is '{value}'", cure=f"Use {known}.")


def _conversions(settings: Mapping[str, Json]) -> Conversions:
    given = _part(settings, "typeConversionSettings")
    return Conversions(
        allow_truncation=_flag(given.get("allowDataTruncation", True)),
        boolean_as_number=_flag(given.get("treatBooleanAsNumber")),
        date_time_format=_text(given.get("dateTimeFormat")) or _text(given.get("dateTimeOffsetFormat")),
        complex_as_string=_flag(settings.get("mapComplexValuesToString")),
    )


def _behavior(sink: Mapping[str, Json]) -> str | None:
    return _text(_part(sink, "storeSettings").get("copyBehavior")) or _text(sink.get("copyBehavior"))


def _part(properties: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    value = properties.get(name)
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str | None:
    return None if value is None or value == "" else str(value)


def _word(value: Json) -> str:
    return value.lower() if isinstance(value, str) else ""


def _flag(value: Json) -> bool:
    # Exported definitions write booleans as text now and then.
    return value is True or _word(value) == "true"


def _count(value: Json) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0


def _moment(value: Json) -> datetime.datetime | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
