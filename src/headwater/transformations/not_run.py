"""Options of sources and sinks that a graph takes and a run does not: of stores, and of work beside the rows.

They change no column, so that lineage and types are complete with them; whoever plans a run refuses them.
"""

from __future__ import annotations

from headwater.language.dataflow.ast import Literal, Option
from headwater.transformations.protocol import Given

_OF_STORES = (
    "alternateKeyName",
    "context",
    "corpusFolder",
    "corpusStore",
    "database",
    "databaseType",
    "entity",
    "entityPath",
    "headers",
    "httpMethod",
    "excludeFields",
    "local",
    "manifestName",
    "manifestType",
    "objectName",
    "partitionKey",
    "queryParameters",
    "requestFormat",
    "requestInterval",
    "resourceName",
    "responseFormat",
    "throughput",
)
SOURCE_OPTIONS = (
    *_OF_STORES,
    "body",
    "booleanFormat",
    "enableCdc",
    "enableNativeCdc",
    "filterMap",
    "fixDecimalPrecision",
    "firstRowAsHeader",
    "inputs",
    "keys",
    "lastEventPosition",
    "modifiedAfter",
    "modifiedBefore",
    "moveFiles",
    "namespaces",
    "netChanges",
    "paginationRules",
    "partitionPredicates",
    "partitionRootPath",
    "preferredFractionalType",
    "preferredIntegralType",
    "procedureName",
    "purgeFiles",
    "range",
    "readMode",
    "resultSet",
    "sheetIndex",
    "sheetName",
    "skipInitialLoad",
    "timestampAsOf",
    "validationMode",
    "versionAsOf",
    "waterMarkColumn",
    "waterMarkColumnType",
)
SINK_OPTIONS = (
    *_OF_STORES,
    "assertFailure_container",
    "assertFailure_fileSystem",
    "assertFailure_folderPath",
    "outputAssertFailedRows",
    "overwrite",
    "rowFolderUrlColumn",
    "rowUrlColumn",
)


def not_run(given: Given, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of these options are set to something."""
    options = (given.statement.option(name) for name in names)
    return tuple(option.name for option in options if option is not None and not _is_unset(option))


def _is_unset(option: Option) -> bool:
    value = option.value
    return value == () or (isinstance(value, Literal) and value.value in (False, None, ""))
